/**
 * When the affect of one person has really moved: far enough, and for long enough, from where it had settled. Pure; all
 * times are those of the events, in milliseconds.
 */
import { readingOf, type AffectState, type Description, type Evidence, type Reading } from './affect-reading.ts';

export interface ShiftOptions {
  /** Distance in the plane of valence and arousal (each -1..1) at which something may have begun. */
  readonly enter: number;
  /** What is nearer than this is the same place: less than `enter`, so that noise does not flicker. */
  readonly leave: number;
  /** How long it must last in one place. */
  readonly holdMs: number;
  /** After so long without a reading, what was begun is forgotten. */
  readonly staleMs: number;
  /** Readings less sure than this are not looked at. */
  readonly minConfidence: number;
}

export const SHIFT_DEFAULTS: ShiftOptions = {
  enter: 0.35,
  leave: 0.2,
  holdMs: 1500,
  staleMs: 15_000,
  minConfidence: 0.2,
};

export interface Shift {
  readonly participant: string;
  /** Where it had settled before; labels as last read there. */
  readonly from: Reading;
  /** The mean of the readings since it came to rest again; labels as read last. */
  readonly to: Reading;
  /** When it left where it had settled. */
  readonly sinceMs: number;
  /** End of the reading that made it certain. */
  readonly atMs: number;
  /** Of the newest description that reaches past `sinceMs`; empty when only numbers have told of the shift so far. */
  readonly evidence: readonly Evidence[];
  /** The sentence of that description. */
  readonly sentence: string | undefined;
}

/** Readings that make up where somebody has settled: enough to be calm, few enough to be soon done. */
const SETTLING_READINGS = 20;

/** A mean that grows with every reading. */
interface Level {
  mean: Reading;
  count: number;
}

/** A place away from where it had settled: left since one time, held since the same or a later one. */
interface Candidate extends Level {
  readonly sinceMs: number;
  readonly heldMs: number;
}

export class ShiftDetector {
  readonly #options: ShiftOptions;
  #settled: Level | undefined;
  #candidate: Candidate | undefined;
  #described: Description | undefined;
  #lastMs = -Infinity;

  constructor(options: Partial<ShiftOptions> = {}) {
    this.#options = { ...SHIFT_DEFAULTS, ...options };
  }

  /** Takes one reading, in order of time. @returns the shift that it makes certain, once */
  push(event: Description | AffectState): Shift | undefined {
    const { staleMs, minConfidence } = this.#options;
    if (event.confidence < minConfidence) return undefined;
    if (event.type === 'affect.description') {
      if (event.abstained) return undefined;
      this.#described = event;
    }
    // Words take longer than numbers: a description may come after the states of later hops.
    if (event.endMs < this.#lastMs) return undefined;
    if (event.endMs - this.#lastMs > staleMs) this.#candidate = undefined;
    // A description reaches back to when its affect began; what was read since then says where that was.
    const beganMs = Math.max(event.startMs, this.#lastMs);
    this.#lastMs = event.endMs;
    return this.#weigh(event, readingOf(event), beganMs);
  }

  #weigh(event: Description | AffectState, reading: Reading, beganMs: number): Shift | undefined {
    const settled = this.#settled;
    if (!settled) {
      this.#settled = { mean: reading, count: 1 };
      return undefined;
    }
    const { enter, leave, holdMs } = this.#options;
    const away = distance(reading, settled.mean);
    if (away < leave) {
      this.#candidate = undefined;
      if (settled.count < SETTLING_READINGS) add(settled, reading);
      return undefined;
    }
    if (this.#candidate && distance(reading, this.#candidate.mean) < leave) add(this.#candidate, reading);
    else this.#candidate = away < enter ? undefined : this.#begin(reading, settled, beganMs);
    const candidate = this.#candidate;
    if (!candidate || event.endMs - candidate.heldMs < holdMs) return undefined;
    return this.#shift(event, settled, candidate);
  }

  /** What lasts must last in one place; on the way there it has already begun. */
  #begin(reading: Reading, settled: Level, beganMs: number): Candidate {
    const before = this.#candidate;
    const onTheWay = before !== undefined && sameSide(reading, before.mean, settled.mean);
    return { mean: reading, count: 1, heldMs: beganMs, sinceMs: onTheWay ? before.sinceMs : beganMs };
  }

  #shift({ participant, endMs }: Description | AffectState, from: Level, to: Candidate): Shift {
    this.#settled = { mean: to.mean, count: to.count };
    this.#candidate = undefined;
    const described = this.#described && this.#described.endMs > to.sinceMs ? this.#described : undefined;
    return {
      participant,
      from: from.mean,
      to: to.mean,
      sinceMs: to.sinceMs,
      atMs: endMs,
      evidence: described?.evidence ?? [],
      sentence: described?.text,
    };
  }
}

function distance(a: Reading, b: Reading): number {
  return Math.hypot(a.valence - b.valence, a.arousal - b.arousal);
}

/** Whether both are away from `origin` in about the same direction. */
function sameSide(a: Reading, b: Reading, origin: Reading): boolean {
  const along = (a.valence - origin.valence) * (b.valence - origin.valence);
  return along + (a.arousal - origin.arousal) * (b.arousal - origin.arousal) > 0;
}

function add(level: Level, { valence, arousal, dominance, confidence, labels }: Reading): void {
  const { mean } = level;
  const share = 1 / ++level.count;
  const towards = (old: number, now: number): number => old + (now - old) * share;
  level.mean = {
    valence: towards(mean.valence, valence),
    arousal: towards(mean.arousal, arousal),
    dominance: towards(mean.dominance, dominance),
    confidence: towards(mean.confidence, confidence),
    labels,
  };
}
