import * as fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AudioIngest } from '../../../pipeline/ingest/audio-ingest.ts';
import type { IngestError } from '../../../pipeline/ingest/ingest-error.ts';
import type { AudioFrame } from '../../../pipeline/index.ts';
import { encodeOpus, sine } from './encoded-media.ts';
import { rtp } from './rtp-writer.ts';

const PACKET_US = 20_000;
const open: AudioIngest[] = [];
afterEach(() => open.splice(0).forEach((ingest) => ingest.close()));

function listen(mimeType = 'audio/opus') {
  const frames: AudioFrame[] = [];
  const signals: string[] = [];
  const errors: IngestError[] = [];
  const info = { id: 'mic', kind: 'audio' as const, mimeType, clockRateHz: 48_000, channels: 2, payloadType: 111 };
  const ingest = new AudioIngest(info, {
    onFrame: (frame) => frames.push(frame),
    onSignal: (state) => signals.push(state),
    onError: (error) => errors.push(error),
  });
  open.push(ingest);
  return { ingest, frames, signals, errors };
}

interface Sent {
  readonly payload: Uint8Array;
  /** Position in the sequence and in time, in packets. */
  readonly sequence: number;
  readonly time: number;
}

function send(
  ingest: AudioIngest,
  packets: readonly Sent[],
  startUs = 1e6,
  firstSequence = 500,
  firstTimestamp = 700,
): void {
  for (const { payload, sequence, time } of packets) {
    const bytes = rtp({
      payload,
      payloadType: 111,
      sequenceNumber: firstSequence + sequence,
      timestamp: (firstTimestamp + time * 960) % 2 ** 32,
    });
    ingest.push(bytes, startUs + time * PACKET_US);
    ingest.tick(startUs + time * PACKET_US);
  }
}

const inOrder = (payloads: readonly Uint8Array[]): Sent[] =>
  payloads.map((payload, i) => ({ payload, sequence: i, time: i }));

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function joined(frames: readonly AudioFrame[]): Float32Array {
  return Float32Array.from(frames.flatMap(({ samples }) => [...samples]));
}

/** The share of the power that lies at `hz`. */
function shareAt(hz: number, samples: Float32Array): number {
  let re = 0;
  let im = 0;
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hz * i) / 16_000);
    im += sample * Math.sin((2 * Math.PI * hz * i) / 16_000);
  });
  return (2 * (re * re + im * im)) / samples.length ** 2 / rms(samples) ** 2;
}

describe('AudioIngest', () => {
  let tone: Uint8Array[];
  const dtx = Uint8Array.from([0x78]);
  beforeAll(() => {
    tone = encodeOpus(150, sine(440));
  });

  it('turns stereo Opus into 16 kHz mono at the same loudness and pitch, 20 ms a frame', () => {
    const { ingest, frames, signals } = listen();
    send(ingest, inOrder(tone));
    expect(frames).toHaveLength(150);
    expect(frames.slice(1).every(({ samples }) => samples.length === 320)).toBe(true);
    const samples = joined(frames.slice(20));
    expect(rms(samples)).toBeCloseTo(0.5 / Math.SQRT2, 1);
    expect(shareAt(440, samples)).toBeGreaterThan(0.98);
    expect(frames.every(({ state }) => state === 'ok')).toBe(true);
    expect(signals).toEqual(['ok']);
  });

  it('stamps each frame with the capture time of its first sample', () => {
    const { ingest, frames } = listen();
    send(ingest, inOrder(tone));
    frames.forEach((frame, i) => expect(Math.abs(frame.captureUs - 1e6 - i * PACKET_US)).toBeLessThan(1500));
  });

  it('conceals what was lost and marks it, across the wrap of sequence and time', () => {
    const { ingest, frames } = listen();
    const sent = inOrder(tone).filter((_, i) => i < 50 || i >= 53);
    send(ingest, sent, 1e6, 65_500, 2 ** 32 - 960 * 30);
    const states = frames.map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: 150 }, (_, i) => (i >= 50 && i < 53 ? 'concealed' : 'ok')));
    expect(shareAt(440, frames[50]?.samples)).toBeGreaterThan(0.7);
    frames.forEach((frame, i) => expect(Math.abs(frame.captureUs - 1e6 - i * PACKET_US)).toBeLessThan(1500));
    expect(ingest.stats()).toMatchObject({ lost: 3, concealed: 3 });
  });

  it('conceals no more than 200 ms of a long loss: the rest stays a gap', () => {
    const { ingest, frames } = listen();
    send(
      ingest,
      inOrder(tone).filter((_, i) => i < 50 || i >= 90),
    );
    expect(frames.filter(({ state }) => state === 'concealed')).toHaveLength(10);
    const gapUs = frames[60]?.captureUs - frames[59]?.captureUs;
    expect(Math.abs(gapUs - 31 * PACKET_US)).toBeLessThan(2000);
  });

  it('takes a contiguous sequence whose time jumps for DTX: silence, not loss', () => {
    const { ingest, frames, signals } = listen();
    const before = inOrder(tone.slice(0, 50));
    const quiet = { payload: dtx, sequence: 50, time: 50 };
    const after = tone.slice(50, 60).map((payload, i) => ({ payload, sequence: 51 + i, time: 70 + i }));
    send(ingest, [...before, quiet, ...after]);
    const states = frames.map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: 80 }, (_, i) => (i >= 50 && i < 70 ? 'dtx' : 'ok')));
    expect(frames.slice(55, 70).every(({ samples }) => rms(samples) === 0)).toBe(true);
    frames.forEach((frame, i) => expect(Math.abs(frame.captureUs - 1e6 - i * PACKET_US)).toBeLessThan(1500));
    expect(signals).toEqual(['ok']);
  });

  it('fills DTX while it lasts, and gives no time twice when the voice comes back sooner than thought', () => {
    const { ingest, frames, signals } = listen();
    send(ingest, [...inOrder(tone.slice(0, 50)), { payload: dtx, sequence: 50, time: 50 }]);
    const nowUs = 1e6 + 70 * PACKET_US;
    for (let time = 51; time <= 70; time += 1) ingest.tick(1e6 + time * PACKET_US);
    expect(frames.at(-1)).toMatchObject({ state: 'dtx' });
    expect(nowUs - (frames.at(-1)?.captureUs as number)).toBeLessThan(180_000);
    const filled = frames.length;
    // A packet 40 ms before the end of what was filled, late by far more than the margin.
    const bytes = rtp({
      payload: tone[51],
      payloadType: 111,
      sequenceNumber: 551,
      timestamp: 700 + (filled - 2) * 960,
    });
    ingest.push(bytes, nowUs);
    const next = rtp({
      payload: tone[52],
      payloadType: 111,
      sequenceNumber: 552,
      timestamp: 700 + filled * 960,
    });
    ingest.push(next, nowUs + 40_000);
    const total = frames.reduce((sum, { samples }) => sum + samples.length, 0);
    const spanUs = (frames.at(-1)?.captureUs as number) + PACKET_US - 1e6;
    expect(Math.abs(total / 16_000 - spanUs / 1e6)).toBeLessThan(0.003);
    expect(signals).toEqual(['ok']);
  });

  it('says "silent" when DTX lasts, and "lost" when even its packets stop', () => {
    const { ingest, signals } = listen();
    send(ingest, inOrder(tone.slice(0, 10)));
    send(
      ingest,
      Array.from({ length: 8 }, (_, i) => ({ payload: dtx, sequence: 10 + i, time: 10 + i * 20 })),
    );
    expect(signals).toEqual(['ok', 'silent']);
    ingest.tick(1e6 + 150 * PACKET_US + 2e6);
    expect(signals).toEqual(['ok', 'silent', 'lost']);
  });

  it('says "muted" when the publisher says so, hears nothing then, and never takes it for loss or DTX', () => {
    const { ingest, frames, signals } = listen();
    send(ingest, inOrder(tone.slice(0, 50)));
    ingest.muted(true, 2e6);
    send(ingest, [{ payload: tone[50], sequence: 50, time: 50 }]);
    ingest.tick(9e6);
    ingest.muted(false, 9e6);
    send(
      ingest,
      tone.slice(0, 10).map((payload, i) => ({ payload, sequence: 51 + i, time: 51 + i })),
      8e6,
    );
    expect(signals).toEqual(['ok', 'muted', 'ok']);
    expect(frames).toHaveLength(60);
    expect(new Set(frames.map(({ state }) => state))).toEqual(new Set(['ok']));
  });

  it('gives nothing up for lost that waited while the thread was busy', () => {
    const { ingest, frames } = listen();
    const sent = inOrder(tone.slice(0, 60));
    send(
      ingest,
      sent.filter((packet) => packet.time < 40 || packet.time === 41),
    );
    // 400 ms later the timer runs first, then what waited: the missing packet had come in time.
    ingest.tick(1e6 + 60 * PACKET_US);
    for (const { payload, sequence, time } of sent.filter((packet) => packet.time === 40 || packet.time > 41)) {
      const bytes = rtp({ payload, payloadType: 111, sequenceNumber: 500 + sequence, timestamp: 700 + time * 960 });
      ingest.push(bytes, 1e6 + time * PACKET_US);
    }
    expect(frames.map(({ state }) => state)).toEqual(Array.from({ length: 60 }, () => 'ok'));
    expect(ingest.stats()).toMatchObject({ lost: 0, late: 0 });
  });

  it('goes on after 10,000 random packets', () => {
    const { ingest, frames, errors } = listen();
    send(ingest, inOrder(tone.slice(0, 10)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
        ingest.push(bytes, 1.2e6);
      }),
      { numRuns: 10_000 },
    );
    send(ingest, inOrder(tone).slice(10));
    expect(frames.filter(({ state }) => state === 'ok').length).toBeGreaterThanOrEqual(150);
    expect(errors.map(({ code }) => code)).toContain('bad-packet');
    expect(errors.length).toBeLessThan(5);
  });

  it('says that it may be encrypted when nothing can be decoded', () => {
    const details: (string | undefined)[] = [];
    const ingest = new AudioIngest(
      { id: 'mic', kind: 'audio', mimeType: 'audio/opus', clockRateHz: 48_000 },
      { onFrame: () => {}, onSignal: (_, detail) => details.push(detail), onError: () => {} },
    );
    open.push(ingest);
    // Two frames whose first length lies past the end (RFC 6716 3.2.4): refused by every decoder.
    const noise = Array.from({ length: 12 }, () => Uint8Array.from([0x7a, 0xfb, 0xff, 1, 2, 3]));
    for (const { payload, sequence, time } of inOrder(noise)) {
      ingest.push(rtp({ payload, sequenceNumber: sequence, timestamp: time * 960 }), 1e6 + time * PACKET_US);
    }
    expect(details).toEqual([expect.stringContaining('end-to-end encrypted')]);
  });

  it('answers another codec with "unsupported"', () => {
    const { ingest, signals, frames } = listen('audio/PCMU');
    send(ingest, inOrder(tone.slice(0, 5)));
    expect(signals).toEqual(['unsupported']);
    expect(frames).toEqual([]);
  });
});
