import * as fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MediaWish, VideoFrame } from '../../../pipeline/index.ts';
import type { IngestError } from '../../../pipeline/ingest/ingest-error.ts';
import { VideoIngest } from '../../../pipeline/ingest/video-ingest.ts';
import type { VideoIngestOptions } from '../../../pipeline/ingest/video-ingest.ts';
import { encodePictures } from './encoded-media.ts';
import type { EncodedUnit } from './encoded-media.ts';
import { pictureStream, rtp } from './rtp-writer.ts';
import type { TimedPacket } from './rtp-writer.ts';

const FRAME_US = 1e6 / 30;
const open: VideoIngest[] = [];
afterEach(() => open.splice(0).forEach((ingest) => ingest.close()));

function watch(mimeType = 'video/VP8', options: VideoIngestOptions = { sampleIntervalUs: 0 }) {
  const frames: VideoFrame[] = [];
  const signals: string[] = [];
  const errors: IngestError[] = [];
  const wishes: MediaWish[] = [];
  const info = { id: 'cam', kind: 'video' as const, mimeType, clockRateHz: 90_000, payloadType: 96 };
  const ingest = new VideoIngest(
    info,
    {
      onFrame: (frame) => frames.push(frame),
      onSignal: (state) => signals.push(state),
      onError: (error) => errors.push(error),
      onWish: (wish) => wishes.push(wish),
    },
    options,
  );
  open.push(ingest);
  return { ingest, frames, signals, errors, wishes };
}

function send(ingest: VideoIngest, packets: readonly TimedPacket[], startUs = 1e6): void {
  for (const { bytes, atUs } of packets) {
    ingest.push(bytes, startUs + atUs);
    ingest.tick(startUs + atUs);
  }
}

describe.each(['vp8', 'vp9', 'h264'] as const)('VideoIngest with %s', (codec) => {
  const mimeType = `video/${codec.toUpperCase()}`;
  let units: EncodedUnit[];
  beforeAll(() => {
    units = encodePictures(codec, { count: 60, keyEvery: 20 });
  });

  it('decodes every picture, each at its capture time', () => {
    const { ingest, frames, signals, errors } = watch(mimeType);
    send(ingest, pictureStream(codec, units));
    expect(frames).toHaveLength(60);
    frames.forEach((frame, i) => expect(Math.abs(frame.captureUs - 1e6 - i * FRAME_US)).toBeLessThan(100));
    expect(frames[0]).toMatchObject({ width: 320, height: 180, yStride: 320, uvStride: 160 });
    const { y } = frames[30];
    const expected = (60 + 90 + 30 * 4) & 0xff;
    expect(Math.abs(y[90 * 320 + 60] - expected)).toBeLessThan(24);
    expect(signals).toEqual(['ok']);
    expect(errors).toEqual([]);
  });

  it('hands out six pictures a second when told nothing else', () => {
    const { ingest, frames } = watch(mimeType, {});
    send(ingest, pictureStream(codec, units));
    expect(frames).toHaveLength(12);
    expect(ingest.stats()).toMatchObject({ decoded: 60, frames: 12 });
  });

  it('uses the memory of a picture again once it is released, and never before', () => {
    const { ingest, frames } = watch(mimeType);
    const packets = pictureStream(codec, units);
    send(ingest, packets.slice(0, packets.length / 2));
    const kept = frames.map(({ y }) => y.slice());
    const [first, second] = frames;
    first.release?.();
    first.release?.();
    const had = frames.length;
    send(ingest, packets.slice(packets.length / 2));
    expect(frames[had].y.buffer).toBe(first.y.buffer);
    expect(new Set(frames.slice(1).map(({ y }) => y.buffer)).size).toBe(frames.length - 1);
    frames.slice(1, had).forEach(({ y }, i) => expect(Buffer.compare(y, kept[i + 1])).toBe(0));
    second.release?.();
    ingest.close();
    expect(second.y.every((level) => level === 0)).toBe(true);
  });

  it('does not use memory of another size, whenever it comes back', () => {
    const { ingest, frames } = watch(mimeType);
    const small = encodePictures(codec, { count: 3, width: 160, height: 96 });
    const packets = pictureStream(codec, [units[0], ...small]);
    const before = pictureStream(codec, [units[0], ...small.slice(0, -1)]).length;
    send(ingest, packets.slice(0, before));
    const had = frames.length;
    expect(frames[had - 1]).toMatchObject({ width: 160 });
    // The newer one first, then the one from before the change.
    frames[had - 1].release?.();
    frames[0].release?.();
    send(ingest, packets.slice(before));
    expect(frames).toHaveLength(had + 1);
    const { y, u, v } = frames[had];
    expect([y, u, v].map(({ length }) => length)).toEqual([160 * 96, 80 * 48, 80 * 48]);
    expect(y.buffer).toBe(frames[had - 1].y.buffer);
    expect(y.buffer.byteLength).toBe((160 * 96 * 3) / 2);
  });

  it('decodes all the same when packets come twice and in the wrong order', () => {
    const { ingest, frames, wishes } = watch(mimeType);
    const packets = pictureStream(codec, units, { firstSequence: 65_500, firstTimestamp: 2 ** 32 - 45_000 });
    const [first, ...rest] = packets as [TimedPacket, ...TimedPacket[]];
    const mixed = rest.flatMap((packet, i) => (i % 2 === 0 ? [rest[i + 1] ?? packet, packet, packet] : []));
    send(ingest, [first, ...mixed]);
    expect(frames).toHaveLength(60);
    expect(wishes).toEqual([]);
    expect(ingest.stats()['duplicates'] + ingest.stats()['late']).toBeGreaterThan(10);
  });

  it('shows nothing between a loss and the next key frame, and asks for one', () => {
    const { ingest, frames, wishes } = watch(mimeType);
    send(
      ingest,
      pictureStream(codec, units).filter(({ picture }) => picture !== 25),
    );
    const shown = frames.map((frame) => Math.round((frame.captureUs - 1e6) / FRAME_US));
    expect(shown).toEqual([...Array(25).keys(), ...Array.from({ length: 20 }, (_, i) => 40 + i)]);
    expect(wishes).toEqual(['key-frame']);
    expect(ingest.stats()).toMatchObject({ keyFrameRequests: 1, skipped: 14 });
  });

  it('asks for a key frame when it joins in the middle', () => {
    const { ingest, frames, wishes } = watch(mimeType);
    send(
      ingest,
      pictureStream(codec, units).filter(({ picture }) => picture >= 10 && picture < 20),
    );
    expect(frames).toEqual([]);
    expect(wishes).toEqual(['key-frame']);
    ingest.tick(6e6);
    expect(wishes).toEqual(['key-frame']);
  });

  it('wishes for larger pictures when they have been small for two seconds, and every two seconds on', () => {
    const intervalUs = 500_000;
    const { ingest, wishes } = watch(mimeType);
    send(ingest, pictureStream(codec, encodePictures(codec, { count: 13, width: 240, height: 136 }), { intervalUs }));
    expect(wishes).toEqual(['larger-pictures', 'larger-pictures', 'larger-pictures']);
    const large = watch(mimeType);
    send(
      large.ingest,
      pictureStream(codec, encodePictures(codec, { count: 13, width: 180, height: 320 }), { intervalUs }),
    );
    expect(large.wishes).toEqual([]);
  });

  it('follows a picture that changes its size', () => {
    const { ingest, frames } = watch(mimeType);
    const small = encodePictures(codec, { count: 5, width: 162, height: 90 });
    send(ingest, pictureStream(codec, [...units.slice(0, 5), ...small]));
    expect(frames.map(({ width }) => width)).toEqual([320, 320, 320, 320, 320, 162, 162, 162, 162, 162]);
    expect(frames[9]).toMatchObject({ height: 90, yStride: 162, uvStride: 81 });
  });

  it('scales down what is bigger than anybody needs', () => {
    const { ingest, frames } = watch(mimeType, { sampleIntervalUs: 0, longestSide: 640 });
    send(ingest, pictureStream(codec, encodePictures(codec, { count: 2, width: 720, height: 1280 })));
    expect(frames[1]).toMatchObject({ width: 360, height: 640 });
    expect(frames[1]?.u).toHaveLength(180 * 320);
  });

  it('survives a new SSRC with sequence and time of its own, at a key frame, with time going on', () => {
    const { ingest, frames } = watch(mimeType);
    send(ingest, pictureStream(codec, units.slice(0, 20)));
    const again = pictureStream(codec, units.slice(20, 40), {
      ssrc: 99,
      firstSequence: 7,
      firstTimestamp: 3_000_000_000,
    });
    send(ingest, again, 1e6 + 20 * FRAME_US);
    expect(frames).toHaveLength(40);
    frames.forEach((frame, i) => expect(Math.abs(frame.captureUs - 1e6 - i * FRAME_US)).toBeLessThan(2000));
  });
});

describe('VideoIngest', () => {
  let units: EncodedUnit[];
  beforeAll(() => {
    units = encodePictures('vp8', { count: 40, keyEvery: 10 });
  });

  it('goes on after 10,000 random packets, with few errors told and all counted', () => {
    const { ingest, frames, errors } = watch();
    send(ingest, pictureStream('vp8', units.slice(0, 10)));
    let atUs = 1.3e6;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1300, size: 'max' }), (bytes) => {
        ingest.push(bytes, (atUs += 10));
      }),
      { numRuns: 10_000 },
    );
    const before = frames.length;
    send(ingest, pictureStream('vp8', units.slice(10), { firstSequence: 4000, firstTimestamp: 5000 + 30_000 }), 1.5e6);
    expect(frames.length - before).toBeGreaterThanOrEqual(20);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThan(5);
    expect(errors[0]).toMatchObject({ name: 'IngestError', code: 'bad-packet', trackId: 'cam' });
    expect(ingest.stats()['bad']).toBeGreaterThan(5000);
  });

  it('says "lost" when the decoder fails again and again, and recovers on a good key frame', () => {
    const { ingest, frames, signals, errors } = watch();
    // Key frames by their start code, whose first partition is announced longer than they are.
    const header = units[0].data.subarray(3, 10);
    const broken = Array.from({ length: 5 }, () => ({
      data: Uint8Array.from([0xf0, 0xff, 0xff, ...header]),
      keyFrame: true,
    }));
    send(ingest, pictureStream('vp8', [...broken, ...units.slice(0, 5)]));
    expect(frames).toHaveLength(5);
    expect(signals).toEqual(['lost', 'ok']);
    expect(errors.map(({ code }) => code)).toEqual(['decode-failed', 'decoder-broken']);
  });

  it('says "lost" when packets stop, and "ok" when they come back', () => {
    const { ingest, signals } = watch();
    send(ingest, pictureStream('vp8', units.slice(0, 10)));
    ingest.tick(3.5e6);
    const rest = pictureStream('vp8', units.slice(10, 12), { firstSequence: 40_000, firstTimestamp: 300_000 });
    send(ingest, rest, 4e6);
    expect(signals).toEqual(['ok', 'lost', 'ok']);
  });

  it('shows nothing while muted, and begins again with a key frame', () => {
    const { ingest, frames, signals } = watch();
    const packets = pictureStream('vp8', units);
    const part = (from: number, to: number) => packets.filter(({ picture }) => picture >= from && picture < to);
    send(ingest, part(0, 12));
    ingest.muted(true, 1.4e6);
    send(ingest, part(12, 15));
    ingest.tick(9e6);
    ingest.muted(false, 9e6);
    send(ingest, part(15, 40), 9e6);
    expect(signals).toEqual(['ok', 'muted', 'ok']);
    expect(frames).toHaveLength(12 + 20);
    expect(frames[12]?.captureUs).toBeGreaterThan(9e6);
  });

  it('answers a codec that it cannot read with "unsupported" and what to do', () => {
    const details: (string | undefined)[] = [];
    const ingest = new VideoIngest(
      { id: 'cam', kind: 'video', mimeType: 'video/AV1', clockRateHz: 90_000 },
      {
        onFrame: () => {},
        onSignal: (state, detail) => details.push(state, detail),
        onError: () => {},
        onWish: () => {},
      },
    );
    ingest.push(rtp({ payload: new Uint8Array(4), sequenceNumber: 1, timestamp: 1 }), 0);
    ingest.tick(1);
    expect(details).toEqual([
      'unsupported',
      'video/AV1 cannot be seen: publish this track as video/VP8, video/VP9 or video/H264.',
    ]);
    ingest.close();
  });

  it('reports a listener that throws, and goes on', () => {
    const errors: IngestError[] = [];
    let shown = 0;
    const ingest = new VideoIngest(
      { id: 'cam', kind: 'video', mimeType: 'video/VP8', clockRateHz: 90_000 },
      {
        onFrame: () => {
          shown += 1;
          if (shown === 1) throw new Error('listener');
        },
        onSignal: () => {},
        onError: (error) => errors.push(error),
        onWish: () => {},
      },
      { sampleIntervalUs: 0 },
    );
    open.push(ingest);
    send(ingest, pictureStream('vp8', units.slice(0, 3)));
    expect(shown).toBe(3);
    expect(errors).toMatchObject([{ code: 'internal', cause: { message: 'listener' } }]);
  });

  it('calls nobody back after close, which may come twice', () => {
    const { ingest, frames } = watch();
    ingest.close();
    ingest.close();
    send(ingest, pictureStream('vp8', units));
    ingest.muted(true, 0);
    expect(frames).toEqual([]);
  });
});

describe('VideoIngest with temporal layers', () => {
  const units = encodePictures('vp8', { count: 64, keyEvery: 32, layered: true });
  const packets = pictureStream('vp8', units, { layered: true });

  it('decodes half the pictures, and a quarter while the person rests, just as if all had been decoded', () => {
    const whole = watch();
    send(whole.ingest, pictureStream('vp8', units));
    const [half, quarter] = [watch(), watch()];
    send(half.ingest, packets);
    quarter.ingest.rest(true);
    send(quarter.ingest, packets);
    expect([whole, half, quarter].map(({ frames }) => frames.length)).toEqual([64, 32, 16]);
    half.frames.forEach(({ y }, i) => expect(Buffer.compare(y, whole.frames[i * 2].y)).toBe(0));
    quarter.frames.forEach(({ y }, i) => expect(Buffer.compare(y, whole.frames[i * 4].y)).toBe(0));
    expect(quarter.ingest.stats()).toMatchObject({ decoded: 16, leftOut: 48 });
    expect([...quarter.wishes, ...half.wishes]).toEqual([]);
  });

  it('has the full rate back within one turn of the layers when the person wakes', () => {
    const { ingest, frames, errors } = watch();
    const middle = packets.findIndex(({ picture }) => picture === 17);
    ingest.rest(true);
    send(ingest, packets.slice(0, middle));
    const before = frames.length;
    ingest.rest(false);
    send(ingest, packets.slice(middle));
    // Of pictures 17 to 63 those that are even.
    expect(frames.length - before).toBe(23);
    expect(errors).toEqual([]);
  });
});
