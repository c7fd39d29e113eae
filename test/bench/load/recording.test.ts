import { describe, expect, it } from 'vitest';
import { drawnStill, swayingPictures, buzzingVoice } from '../../../bench/latency/made-clip.ts';
import { restingClip } from '../../../bench/latency/load-clip.ts';
import { recordClip } from '../../../bench/load/recording.ts';
import { LAYERS, vp8Payloads } from '../../../bench/load/vp8-payloads.ts';

describe('recording a clip', () => {
  const clip = {
    title: 'made',
    pictures: swayingPictures(drawnStill()).slice(0, 50),
    samples: buzzingVoice().slice(0, 32_000),
    lengthMs: 2000,
  };
  const recording = recordClip(clip);

  it('encodes every picture and every 20 ms of sound with the encoders of a call', () => {
    expect(recording.lengthMs).toBe(2000);
    expect(recording.audio).toHaveLength(100);
    expect(new Set(recording.video.map(({ atMs }) => atMs)).size).toBe(50);
    expect(recording.video.filter(({ marker }) => marker)).toHaveLength(50);
  });

  it('begins with a VP8 key frame, so that whoever hears the beginning can decode', () => {
    const payload = recording.video[0]?.payload ?? new Uint8Array();
    expect(payload[0]).toBe(0x90);
    // The frame tag's lowest bit is 0 in key frames, and a start code follows (RFC 6386 9.1).
    expect((payload[4] ?? 1) & 1).toBe(0);
    expect([...payload.subarray(7, 10)]).toEqual([0x9d, 0x01, 0x2a]);
  });
});

describe('recording somebody who rests', () => {
  const resting = restingClip({
    title: 'a face with a voice',
    pictures: [{ atMs: 0, picture: drawnStill() }],
    samples: new Int16Array(0),
    lengthMs: 40,
  });
  const recording = recordClip(resting, { layered: true, dtx: true });

  it('sends about five packets of sound a second, as a browser does of who is muted, also over the end of the recording', () => {
    // Every 420 ms one that refreshes the silence, and one that says that nothing follows.
    expect(recording.audio).toHaveLength((2 * recording.lengthMs) / 420);
    const times = recording.audio.map(({ atMs }) => atMs);
    const again = times.map((atMs) => atMs + recording.lengthMs);
    const gaps = [...times, ...again].slice(1).map((atMs, index) => atMs - ([...times, ...again][index] ?? 0));
    expect(new Set(gaps)).toEqual(new Set([20, 400]));
    expect(recording.audio.filter(({ payload }) => payload.length <= 2)).toHaveLength(recording.audio.length / 2);
  });

  it('has whole groups of temporal layers, so that a layer never follows out of its turn', () => {
    expect(recording.video.filter(({ marker }) => marker).length % LAYERS.length).toBe(0);
  });
});

describe('VP8 payloads', () => {
  it('hold the whole picture in order, the first alone marked as its start, none too long for a datagram', () => {
    const picture = Uint8Array.from({ length: 3000 }, (_, index) => index & 0xff);
    const payloads = vp8Payloads(picture, 0x1234);
    expect(payloads.map((payload) => payload[0])).toEqual([0x90, 0x80, 0x80]);
    expect(payloads.every((payload) => payload.length <= 1150)).toBe(true);
    expect(payloads.map((payload) => [payload[2], payload[3]])).toEqual([
      [0x92, 0x34],
      [0x92, 0x34],
      [0x92, 0x34],
    ]);
    expect(Buffer.concat(payloads.map((payload) => payload.subarray(4)))).toEqual(Buffer.from(picture));
  });
});
