import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { VideoIngest } from '../../../pipeline/ingest/video-ingest.ts';
import { AudioIngest } from '../../../pipeline/ingest/audio-ingest.ts';
import { encodeOpus, encodePictures, sine } from './encoded-media.ts';
import { pictureStream, rtp } from './rtp-writer.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function heldMb(): number {
  if (typeof collectGarbage !== 'function') throw new Error('no garbage collector to call');
  for (let i = 0; i < 3; i += 1) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

const quiet = { onFrame: () => {}, onSignal: () => {}, onError: () => {}, onWish: () => {} };

describe('memory', () => {
  it('does not grow while a call goes on, with loss, garbage and all', () => {
    const video = new VideoIngest({ id: 'cam', kind: 'video', mimeType: 'video/VP8', clockRateHz: 90_000 }, quiet);
    const audio = new AudioIngest({ id: 'mic', kind: 'audio', mimeType: 'audio/opus', clockRateHz: 48_000 }, quiet);
    const pictures = encodePictures('vp8', { count: 30, width: 640, height: 360, keyEvery: 15 });
    const voice = encodeOpus(50, sine(300));
    const packetsPerSecond = pictureStream('vp8', pictures).length;
    const second = (index: number): void => {
      const startUs = index * 1e6;
      const options = { firstSequence: index * packetsPerSecond, firstTimestamp: index * 90_000 };
      pictureStream('vp8', pictures, options).forEach(({ bytes, atUs }, i) => {
        if (i % 37 !== 36) video.push(bytes, startUs + atUs);
        video.push(bytes.subarray(0, i % 14), startUs + atUs);
        video.tick(startUs + atUs);
      });
      voice.forEach((payload, i) => {
        const position = index * 50 + i;
        const bytes = rtp({ payload, sequenceNumber: position, timestamp: position * 960 });
        if (i % 11 !== 10) audio.push(bytes, startUs + i * 20_000);
        audio.tick(startUs + i * 20_000);
      });
    };
    for (let index = 0; index < 5; index += 1) second(index);
    const before = heldMb();
    for (let index = 5; index < 60; index += 1) second(index);
    // 55 seconds of 360p are 570 MB when decoded.
    expect(heldMb() - before).toBeLessThan(5);
    expect(video.stats()['decoded']).toBeGreaterThan(500);
    expect(audio.stats()['concealed']).toBeGreaterThan(100);
    video.close();
    audio.close();
  });
});
