/**
 * From RTP time to capture time on this process's monotonic clock.
 *
 * A track starts at once, anchored at the arrival of its first packet. Sender reports (RFC 3550 6.4.1) then tell the
 * sender's wall clock for its RTP times, and {@link ParticipantClock}, shared by the tracks of one participant, tells
 * what that wall clock is here: so the tracks align. Without reports the smallest delay seen corrects the anchor.
 * Corrections are slewed, never stepped: time always goes forward, at 95 to 105 % of its speed.
 */
import type { IngestSenderReport } from './track.ts';
import { unfold32 } from './wrapping.ts';

/** Buckets of the window over which the smallest delay is sought. */
const BUCKETS = 11;
const SLEW = 0.05;
/** A wall clock that disagrees by more than this was set anew; a network is rarely that late. */
const WALL_CLOCK_JUMP_US = 1_000_000;
/** Capture times outside these bounds around arrival are not believed: the sender's RTP clock jumped. */
const MAX_FUTURE_US = 1_000_000;
const MAX_PAST_US = 5_000_000;

/** The smallest value of the last ten to eleven buckets of time: what a delay would be without queues. */
class WindowedMinimum {
  readonly #bucketUs: number;
  readonly #minima = new Float64Array(BUCKETS).fill(Infinity);
  #bucket = -1;

  constructor(bucketUs = 3_000_000) {
    this.#bucketUs = bucketUs;
  }

  add(atUs: number, value: number): void {
    const bucket = Math.floor(atUs / this.#bucketUs);
    const fresh = Math.min(bucket - this.#bucket, this.#minima.length);
    for (let i = 0; i < fresh; i += 1) this.#minima[this.#slot(bucket - i)] = Infinity;
    this.#bucket = Math.max(this.#bucket, bucket);
    const slot = this.#slot(this.#bucket);
    this.#minima[slot] = Math.min(this.#minima[slot], value);
  }

  /** Infinity while nothing was added. */
  value(): number {
    let smallest = Infinity;
    for (const minimum of this.#minima) smallest = Math.min(smallest, minimum);
    return smallest;
  }

  clear(): void {
    this.#minima.fill(Infinity);
  }

  #slot(bucket: number): number {
    return ((bucket % this.#minima.length) + this.#minima.length) % this.#minima.length;
  }
}

/** What a participant's wall clock is on our clock: the smallest delay of anything that came from there. */
export class ParticipantClock {
  readonly #delays = new WindowedMinimum();
  #epoch = 0;

  /** Grows when the sender's wall clock was set anew: what was said of the old one counts no more. */
  get epoch(): number {
    return this.#epoch;
  }

  /** A sender report came. */
  report(ntpUs: number, arrivalUs: number): void {
    const delay = arrivalUs - ntpUs;
    const known = this.#delays.value();
    if (known !== Infinity && Math.abs(delay - known) > WALL_CLOCK_JUMP_US) {
      this.#epoch += 1;
      this.#delays.clear();
    }
    this.#delays.add(arrivalUs, delay);
  }

  /** A packet captured at `ntpUs` came: a finer measure than the rare reports. */
  observe(ntpUs: number, arrivalUs: number, epoch: number): void {
    if (epoch === this.#epoch) this.#delays.add(arrivalUs, arrivalUs - ntpUs);
  }

  /** Call only after a report. */
  toLocalUs(ntpUs: number): number {
    return ntpUs + this.#delays.value();
  }
}

interface Report {
  readonly ntpUs: number;
  /** Unfolded. */
  readonly rtp: number;
  readonly epoch: number;
  /** What `ntpUs` was on our clock; kept for when the wall clock jumps and the next report is not here yet. */
  localUs: number;
}

/** The clock of one RTP stream. Not monotonic by itself where pictures are reordered: see {@link MonotonicStamp}. */
export class CaptureClock {
  readonly #usPerTick: number;
  readonly #participant: ParticipantClock;
  readonly #delays = new WindowedMinimum();
  #rtp = 0;
  #anchorRtp = 0;
  #anchorUs = 0;
  #correctionUs = 0;
  #lastArrivalUs = 0;
  #latestUs = -Infinity;
  #started = false;
  #report: Report | undefined;
  /** Times that the sender's RTP clock jumped. */
  jumps = 0;

  constructor(clockRateHz: number, participant: ParticipantClock) {
    this.#usPerTick = 1e6 / clockRateHz;
    this.#participant = participant;
  }

  /** Forgets the RTP timeline (new SSRC) but not how far our own time has come. */
  restart(): void {
    this.#started = false;
    this.#report = undefined;
  }

  report(report: IngestSenderReport): void {
    this.#participant.report(report.ntpUs, report.arrivalUs);
    if (!this.#started) return;
    const rtp = unfold32(this.#rtp, report.rtpTimestamp);
    const localUs = this.#participant.toLocalUs(report.ntpUs);
    this.#report = { ntpUs: report.ntpUs, rtp, epoch: this.#participant.epoch, localUs };
  }

  /** The capture time in microseconds of `timestamp`, whose packet arrived at `arrivalUs`. */
  captureUs(timestamp: number, arrivalUs: number): number {
    if (!this.#started) this.#anchor(timestamp, arrivalUs);
    let rtp = unfold32(this.#rtp, timestamp);
    const ahead = this.#base(rtp) + this.#correctionUs - arrivalUs;
    if (ahead > MAX_FUTURE_US || ahead < -MAX_PAST_US) {
      this.jumps += 1;
      this.restart();
      this.#anchor(timestamp, arrivalUs);
      rtp = this.#rtp;
    }
    this.#rtp = rtp;
    this.#slew(rtp, arrivalUs);
    const captureUs = this.#base(rtp) + this.#correctionUs;
    this.#latestUs = Math.max(this.#latestUs, captureUs);
    return captureUs;
  }

  /** A new anchor never lies before what was already handed out; the slew takes back what that adds. */
  #anchor(timestamp: number, arrivalUs: number): void {
    this.#rtp = timestamp;
    this.#anchorRtp = timestamp;
    this.#anchorUs = Math.max(arrivalUs, this.#latestUs + 1);
    this.#correctionUs = 0;
    this.#lastArrivalUs = arrivalUs;
    this.#delays.clear();
    this.#started = true;
  }

  #slew(rtp: number, arrivalUs: number): void {
    const base = this.#base(rtp);
    this.#delays.add(arrivalUs, arrivalUs - base);
    const target = this.#reportedUs(rtp, arrivalUs, base) ?? this.#delays.value();
    const mostUs = Math.max(0, arrivalUs - this.#lastArrivalUs) * SLEW;
    this.#correctionUs += Math.max(-mostUs, Math.min(mostUs, target - this.#correctionUs));
    this.#lastArrivalUs = Math.max(this.#lastArrivalUs, arrivalUs);
  }

  /** The correction that the sender's reports ask for. */
  #reportedUs(rtp: number, arrivalUs: number, base: number): number | undefined {
    const report = this.#report;
    if (report === undefined) return undefined;
    const sinceUs = (rtp - report.rtp) * this.#usPerTick;
    this.#participant.observe(report.ntpUs + sinceUs, arrivalUs, report.epoch);
    if (report.epoch === this.#participant.epoch) report.localUs = this.#participant.toLocalUs(report.ntpUs);
    return report.localUs + sinceUs - base;
  }

  #base(rtp: number): number {
    return this.#anchorUs + (rtp - this.#anchorRtp) * this.#usPerTick;
  }
}

/** Lets capture times only grow: for what leaves the ingest. */
export class MonotonicStamp {
  #lastUs = -Infinity;

  /** `captureUs` itself, or one microsecond after the last one where that lies later. */
  stamp(captureUs: number): number {
    this.#lastUs = Math.max(Math.round(captureUs), this.#lastUs + 1);
    return this.#lastUs;
  }
}
