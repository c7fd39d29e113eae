/**
 * From RTP time to capture time on this process's monotonic clock.
 *
 * A track starts at once, anchored at the arrival of its first packet. Sender reports (RFC 3550 6.4.1) then tell the
 * sender's wall clock for its RTP times, and {@link ParticipantClock}, shared by the tracks of one participant, tells
 * what that wall clock is here: so the tracks align. What a report says does not depend on how long it travelled, and
 * only what most of the last ones say counts ({@link ReportVote}): some senders write wrong times now and then, some
 * (werift 0.24) into every report. Without such reports the smallest delay seen corrects the anchor.
 * Corrections are slewed, never stepped: time always goes forward, at 95 to 105 % of its speed.
 */
import { ReportVote } from './report-vote.ts';
import type { IngestSenderReport } from './track.ts';
import { unfold32 } from './wrapping.ts';

/** Buckets of the window over which the smallest delay is sought. */
const BUCKETS = 11;
const SLEW = 0.05;
/** A wall clock that disagrees by more than this was set anew, or lies; streams of one sender are rarely so far apart. */
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
  /** How far the sender's wall clock was set anew since its first reports; times given to this clock are without it. */
  stepUs = 0;

  /** Something captured at `wallUs` came. */
  observe(wallUs: number, arrivalUs: number): void {
    this.#delays.add(arrivalUs, arrivalUs - wallUs);
  }

  /** Whether something may have been captured at `wallUs`, after all that came from there. */
  believes(wallUs: number, arrivalUs: number): boolean {
    const known = this.#delays.value();
    return known === Infinity || Math.abs(arrivalUs - wallUs - known) <= WALL_CLOCK_JUMP_US;
  }

  /** Call only after something was observed. */
  toLocalUs(wallUs: number): number {
    return wallUs + this.#delays.value();
  }
}

/** The clock of one RTP stream. Not monotonic by itself where pictures are reordered: see {@link MonotonicStamp}. */
export class CaptureClock {
  readonly #usPerTick: number;
  readonly #participant: ParticipantClock;
  readonly #delays = new WindowedMinimum();
  /** Of the sender's wall clock at RTP time zero: the same in every true report, whenever it comes. */
  readonly #vote = new ReportVote();
  #rtp = 0;
  #anchorRtp = 0;
  #anchorUs = 0;
  #correctionUs = 0;
  #lastArrivalUs = 0;
  #latestUs = -Infinity;
  #started = false;
  /** What most reports say, without what the wall clock was set by since ({@link #stepUs}); NaN while they say nothing. */
  #zeroUs = NaN;
  #stepUs = 0;
  /** Times that the sender's RTP clock jumped. */
  jumps = 0;
  /** Sender reports that were not believed, because most others say something else. */
  reportsRefused = 0;

  constructor(clockRateHz: number, participant: ParticipantClock) {
    this.#usPerTick = 1e6 / clockRateHz;
    this.#participant = participant;
  }

  /** Forgets the RTP timeline (new SSRC) but not how far our own time has come. */
  restart(): void {
    this.#started = false;
    this.#zeroUs = NaN;
    this.#vote.clear();
  }

  report({ ntpUs, rtpTimestamp, arrivalUs }: IngestSenderReport): void {
    if (!this.#started) return;
    const sinceZeroUs = unfold32(this.#rtp, rtpTimestamp) * this.#usPerTick;
    const zeroUs = this.#vote.add(ntpUs - sinceZeroUs, arrivalUs);
    if (zeroUs === undefined) {
      this.reportsRefused += 1;
      if (this.#vote.support(this.#zeroUs + this.#stepUs, arrivalUs) === 0) this.#zeroUs = NaN;
      return;
    }
    this.#believe(zeroUs, zeroUs + sinceZeroUs, arrivalUs);
  }

  /** Most reports say that RTP time zero was at `zeroUs`; the newest, that something was captured at `wallUs`. */
  #believe(zeroUs: number, wallUs: number, arrivalUs: number): void {
    const participant = this.#participant;
    if (Number.isNaN(this.#zeroUs)) {
      this.#stepUs = participant.stepUs;
      // A clock that has nothing to do with that of the other tracks would only pull them apart.
      if (participant.believes(wallUs - this.#stepUs, arrivalUs)) this.#zeroUs = zeroUs - this.#stepUs;
      return;
    }
    // RTP time ran on: when the wall clock is far from it all at once, that was set, and capture times do not follow.
    if (Math.abs(zeroUs - this.#stepUs - this.#zeroUs) > WALL_CLOCK_JUMP_US) {
      this.#stepUs = zeroUs - this.#zeroUs;
      participant.stepUs = this.#stepUs;
    }
    this.#zeroUs = zeroUs - this.#stepUs;
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
    if (Number.isNaN(this.#zeroUs)) return undefined;
    const wallUs = this.#zeroUs + rtp * this.#usPerTick;
    this.#participant.observe(wallUs, arrivalUs);
    return this.#participant.toLocalUs(wallUs) - base;
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
