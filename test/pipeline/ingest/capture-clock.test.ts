import { describe, expect, it } from 'vitest';
import { CaptureClock, MonotonicStamp, ParticipantClock } from '../../../pipeline/ingest/capture-clock.ts';

/** A sender with a wall clock, RTP clocks and a network, all as wrong as the test wants. */
interface Sender {
  readonly rateHz: number;
  readonly firstTimestamp: number;
  /** What a packet takes at second `s`. */
  readonly delayUs: (s: number) => number;
  /** The sender's second lasts so many of ours. */
  readonly speed?: number;
}

const NTP_AT_ZERO_US = 1_790_000_000_000_000;

function timestampAt(sender: Sender, captureUs: number): number {
  return (sender.firstTimestamp + Math.round((captureUs * (sender.speed ?? 1) * sender.rateHz) / 1e6)) % 2 ** 32;
}

function report(sender: Sender, atUs: number, ntpShiftUs = 0) {
  return {
    ntpUs: NTP_AT_ZERO_US + ntpShiftUs + atUs * (sender.speed ?? 1),
    rtpTimestamp: timestampAt(sender, atUs),
    arrivalUs: atUs + sender.delayUs(atUs / 1e6),
  };
}

/** The error in microseconds of every packet, one each `stepUs`. */
function run(
  clock: CaptureClock,
  sender: Sender,
  seconds: number,
  stepUs: number,
  eachStep?: (atUs: number) => void,
): number[] {
  const errors: number[] = [];
  for (let atUs = 0; atUs < seconds * 1e6; atUs += stepUs) {
    eachStep?.(atUs);
    errors.push(clock.captureUs(timestampAt(sender, atUs), atUs + sender.delayUs(atUs / 1e6)) - atUs);
  }
  return errors;
}

const steady = (delayUs: number) => () => delayUs;
const last = (values: readonly number[]) => values.at(-1) as number;

describe('CaptureClock', () => {
  it('starts at the arrival of the first packet and waits for no report', () => {
    const clock = new CaptureClock(48_000, new ParticipantClock());
    expect(clock.captureUs(123, 5_000_000)).toBe(5_000_000);
    expect(clock.captureUs(123 + 960, 5_090_000)).toBeCloseTo(5_020_000, -3);
  });

  it('keeps the spacing of the sender, not the jitter of the network', () => {
    const jitter = (s: number) => 20_000 + Math.abs(Math.sin(s * 977)) * 40_000;
    const clock = new CaptureClock(48_000, new ParticipantClock());
    const errors = run(clock, { rateHz: 48_000, firstTimestamp: 0, delayUs: jitter }, 10, 20_000).slice(100);
    expect(Math.max(...errors) - Math.min(...errors)).toBeLessThan(2000);
  });

  it('aligns audio and video of one participant once reports came, whose networks differ by 180 ms', () => {
    const participant = new ParticipantClock();
    const audio = new CaptureClock(48_000, participant);
    const video = new CaptureClock(90_000, participant);
    const microphone: Sender = { rateHz: 48_000, firstTimestamp: 4_000_000_000, delayUs: steady(20_000) };
    const camera: Sender = { rateHz: 90_000, firstTimestamp: 77, delayUs: steady(200_000) };
    const differences: number[] = [];
    for (let atUs = 0; atUs < 12e6; atUs += 20_000) {
      const heard = audio.captureUs(timestampAt(microphone, atUs), atUs + 20_000);
      const seen = video.captureUs(timestampAt(camera, atUs), atUs + 200_000);
      differences.push(seen - heard);
      if (atUs === 2e6) audio.report(report(microphone, atUs));
      if (atUs === 3e6) video.report(report(camera, atUs));
    }
    expect(differences[0]).toBe(180_000);
    expect(Math.abs(last(differences))).toBeLessThan(1000);
    const steps = differences.slice(1).map((difference, i) => Math.abs(difference - differences[i]));
    expect(Math.max(...steps)).toBeLessThanOrEqual(2 * 0.05 * 20_000 + 50);
  });

  it('follows a sender whose clock runs 200 ppm fast, with and without reports', () => {
    const sender: Sender = { rateHz: 48_000, firstTimestamp: 0, delayUs: steady(30_000), speed: 1.0002 };
    for (const withReports of [false, true]) {
      const clock = new CaptureClock(48_000, new ParticipantClock());
      const errors = run(clock, sender, 600, 20_000, (atUs) => {
        if (withReports && atUs % 5e6 === 0) clock.report(report(sender, atUs));
      });
      expect(Math.abs(last(errors) - 30_000)).toBeLessThan(15_000);
    }
  });

  it('goes on through the wrap of the timestamp', () => {
    const clock = new CaptureClock(90_000, new ParticipantClock());
    const sender: Sender = { rateHz: 90_000, firstTimestamp: 2 ** 32 - 90_000, delayUs: steady(10_000) };
    for (const error of run(clock, sender, 3, 33_000)) expect(Math.abs(error - 10_000)).toBeLessThan(20);
    expect(clock.jumps).toBe(0);
  });

  it('anchors anew when the RTP clock jumps, and never goes backwards', () => {
    const clock = new CaptureClock(90_000, new ParticipantClock());
    const before = clock.captureUs(1_000_000, 1_000_000);
    clock.report({ ntpUs: NTP_AT_ZERO_US, rtpTimestamp: 1_000_000, arrivalUs: 1_000_000 });
    const after = clock.captureUs(3_000_000_000, 1_033_000);
    expect(after - before).toBe(33_000);
    expect(clock.jumps).toBe(1);
    clock.restart();
    expect(clock.captureUs(5, 1_020_000)).toBeGreaterThan(after);
  });

  it('does not follow a wall clock that the sender sets anew by an hour', () => {
    const participant = new ParticipantClock();
    const clock = new CaptureClock(48_000, participant);
    const sender: Sender = { rateHz: 48_000, firstTimestamp: 9, delayUs: steady(25_000) };
    const errors = run(clock, sender, 30, 20_000, (atUs) => {
      if (atUs > 0 && atUs % 5e6 === 0) clock.report(report(sender, atUs, atUs >= 15e6 ? 3_600e6 : 0));
    });
    for (const error of errors) expect(Math.abs(error - 25_000)).toBeLessThan(100);
    expect(participant.epoch).toBe(1);
  });
});

describe('MonotonicStamp', () => {
  it('lets time only grow', () => {
    const stamp = new MonotonicStamp();
    expect([5, 5, 3, 9].map((captureUs) => stamp.stamp(captureUs))).toEqual([5, 6, 7, 9]);
  });
});
