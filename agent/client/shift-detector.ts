/**
 * When the affect of one person has really moved: far enough, and for long enough, from where it had settled. Pure; all
 * times are those of the events, in milliseconds.
 */
import { readingOf, type AffectState, type Description, type Evidence, type Reading } from './affect-reading.ts';

export interface ShiftOptions {
  /** Distance in the plane of valence and arousal (each -1..1) at which something may have begun. */
  readonly enter: number;
  /** Nearer than this to where it had settled, it was nothing: less than `enter`, so that noise does not flicker. */
  readonly leave: number;
  /** How long it must last. */
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
  /** The mean of the readings since `sinceMs`; labels as read last. */
  readonly to: Reading;
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

interface Candidate extends Level {
  readonly sinceMs: number;
}

export class ShiftDetector {
  readonly #options: ShiftOptions;
  #settled: Level | undefined;
  #candidate: Candidate | undefined;
  #described: Description | undefined;
  #lastMs = -Infinity;
  /** End of the last reading at the settled level; nothing can have begun before. */
  #nearMs = -Infinity;

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
    this.#lastMs = event.endMs;
    return this.#weigh(event, readingOf(event));
  }

  #weigh(event: Description | AffectState, reading: Reading): Shift | undefined {
    const settled = this.#settled;
    if (!settled) {
      this.#settled = { mean: reading, count: 1 };
      this.#nearMs = event.endMs;
      return undefined;
    }
    const { enter, leave, holdMs } = this.#options;
    const away = distance(reading, settled.mean);
    if (away < leave) {
      this.#candidate = undefined;
      this.#nearMs = event.endMs;
      if (settled.count < SETTLING_READINGS) add(settled, reading);
      return undefined;
    }
    // Going somewhere else altogether begins anew: what lasts must last in one place.
    if (this.#candidate && distance(reading, this.#candidate.mean) < enter) add(this.#candidate, reading);
    else
      this.#candidate =
        away < enter ? undefined : { mean: reading, count: 1, sinceMs: Math.max(event.startMs, this.#nearMs) };
    const candidate = this.#candidate;
    if (!candidate || event.endMs - candidate.sinceMs < holdMs) return undefined;
    return this.#shift(event, settled, candidate);
  }

  #shift({ participant, endMs }: Description | AffectState, from: Level, to: Candidate): Shift {
    this.#settled = { mean: to.mean, count: to.count };
    this.#candidate = undefined;
    this.#nearMs = endMs;
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
