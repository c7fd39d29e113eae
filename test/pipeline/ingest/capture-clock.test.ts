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
      if (atUs % 1e6 === 0) audio.report(report(microphone, atUs));
      if (atUs % 1.5e6 === 0) video.report(report(camera, atUs));
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
    const errors = run(clock, sender, 60, 20_000, (atUs) => {
      if (atUs > 0 && atUs % 5e6 === 0) clock.report(report(sender, atUs, atUs >= 25e6 ? 3_600e6 : 0));
    });
    for (const error of errors) expect(Math.abs(error - 25_000)).toBeLessThan(100);
    expect(participant.stepUs).toBeCloseTo(3_600e6, -2);
  });
});

/** Sound and pictures of one person, whose reports `shiftUs` makes wrong, and how far apart they are heard and seen. */
class Person {
  readonly participant = new ParticipantClock();
  readonly audio = new CaptureClock(48_000, this.participant);
  readonly video = new CaptureClock(90_000, this.participant);
  readonly microphone: Sender;
  readonly camera: Sender;
  readonly shiftUs: (kind: 'audio' | 'video', s: number) => number;

  constructor(
    shiftUs: Person['shiftUs'],
    { audioDelayUs = steady(20_000), videoDelayUs = steady(60_000) }: Partial<Record<string, Sender['delayUs']>> = {},
  ) {
    this.shiftUs = shiftUs;
    this.microphone = { rateHz: 48_000, firstTimestamp: 4_294_000_000, delayUs: audioDelayUs };
    this.camera = { rateHz: 90_000, firstTimestamp: 77, delayUs: videoDelayUs };
  }

  /** In microseconds, one value each 20 ms. */
  apart(fromS: number, toS: number): number[] {
    const apart: number[] = [];
    for (let atUs = fromS * 1e6; atUs < toS * 1e6; atUs += 20_000) {
      const heard = this.#hear(atUs);
      const seen = this.#see(atUs);
      // Reports come each 2 and 1 s, at odd moments.
      if (atUs % 2e6 === 340_000) this.audio.report(report(this.microphone, atUs, this.shiftUs('audio', atUs / 1e6)));
      if (atUs % 1e6 === 780_000) this.video.report(report(this.camera, atUs, this.shiftUs('video', atUs / 1e6)));
      apart.push(seen - heard);
    }
    return apart;
  }

  #hear(atUs: number): number {
    return this.audio.captureUs(timestampAt(this.microphone, atUs), atUs + this.microphone.delayUs(atUs / 1e6));
  }

  #see(atUs: number): number {
    return this.video.captureUs(timestampAt(this.camera, atUs), atUs + this.camera.delayUs(atUs / 1e6));
  }
}

const most = (values: readonly number[]) => Math.max(...values.map(Math.abs));
/** Between -1 and 1, and different for every moment. */
const noise = (s: number) => 2 * (Math.abs(Math.sin(s * 7919.7) * 43758.5) % 1) - 1;

describe('sender reports that cannot be believed', () => {
  it('leave sound and pictures together when they are read some milliseconds late', () => {
    const person = new Person((_kind, s) => 8000 * noise(s));
    person.apart(0, 20);
    expect(most(person.apart(20, 80))).toBeLessThan(8000);
  });

  it('leave them together although the delay of both networks wanders by hundreds of milliseconds', () => {
    const wandering = (s: number) => 30_000 + 150_000 * (1 + Math.sin(s / 9)) + 40_000 * Math.abs(noise(s));
    const late = (s: number) => 50_000 + 300_000 * (1 + Math.sin(s / 23)) + 60_000 * Math.abs(noise(s + 0.5));
    const person = new Person(steady(0), { audioDelayUs: wandering, videoDelayUs: late });
    person.apart(0, 30);
    // Not nothing: what both are corrected by moves between a packet of one and a packet of the other.
    expect(most(person.apart(30, 180))).toBeLessThan(6000);
  });

  it('leave them together when reports alone come more than a second late', () => {
    const person = new Person(steady(0), {
      audioDelayUs: (s) => (s % 10 > 8 && s % 2 > 0.3 && s % 2 < 0.4 ? 1_400_000 : 20_000),
    });
    person.apart(0, 20);
    expect(most(person.apart(20, 60))).toBeLessThan(1000);
    expect(person.participant.stepUs).toBe(0);
  });

  it.each([-900_000, -30_000, 400_000, 7_200e6])('count for nothing when one is wrong by %d us', (wrongUs) => {
    const person = new Person((kind, s) => (kind === 'audio' && Math.floor(s) === 30 ? wrongUs : 0));
    person.apart(0, 20);
    expect(most(person.apart(20, 70))).toBeLessThan(1000);
    expect(person.audio.reportsRefused).toBe(3);
  });

  it('never move sound against pictures as far as they lie when every one lies (werift 0.24 cuts the fraction off)', () => {
    const person = new Person((_kind, s) => -((s * 1e6 + 123_456 + 500_000 * (1 + noise(s))) % 1e6));
    // What arrival alone tells is right but for what the networks differ by: 40 ms.
    expect(most(person.apart(0, 300))).toBeLessThan(60_000);
    expect(person.audio.reportsRefused + person.video.reportsRefused).toBeGreaterThan(400);
  });

  it('are believed again some reports after they lie no more, and until then the last true ones hold', () => {
    const person = new Person((_kind, s) => (s > 30 && s < 34 ? 1e6 * noise(s) : 0));
    person.apart(0, 30);
    expect(most(person.apart(30, 60))).toBeLessThan(1000);
    const lost = new Person((_kind, s) => (s > 30 && s < 60 ? 1e6 * noise(s) : 0));
    lost.apart(0, 85);
    expect(most(lost.apart(85, 100))).toBeLessThan(1000);
  });

  it('keep them together when the wall clock is set by an hour, and a camera that comes later too', () => {
    const person = new Person((_kind, s) => (s > 31.5 ? -3_600e6 : 0));
    person.apart(0, 20);
    expect(most(person.apart(20, 80))).toBeLessThan(1000);
    person.video.restart();
    person.apart(80, 100);
    expect(most(person.apart(100, 120))).toBeLessThan(1000);
  });

  it('of one track whose wall clock is another machine’s are left alone', () => {
    const person = new Person((kind) => (kind === 'video' ? 3_000_000 : 0));
    // Arrival alone tells: off by what the networks differ by.
    expect(most(person.apart(0, 60))).toBeLessThan(41_000);
  });

  it('bring them together again after the wall clock is set by less than a second', () => {
    const person = new Person((_kind, s) => (s > 31.5 ? 400_000 : 0));
    person.apart(0, 30);
    const apart = person.apart(30, 90);
    const steps = apart.slice(1).map((value, i) => Math.abs(value - apart[i]));
    expect(Math.max(...steps)).toBeLessThanOrEqual(2 * 0.05 * 20_000 + 50);
    expect(most(apart.slice(-1000))).toBeLessThan(1000);
  });
});

describe('MonotonicStamp', () => {
  it('lets time only grow', () => {
    const stamp = new MonotonicStamp();
    expect([5, 5, 3, 9].map((captureUs) => stamp.stamp(captureUs))).toEqual([5, 6, 7, 9]);
  });
});
