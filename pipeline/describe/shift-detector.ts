/**
 * When the affect of one person has really moved: far enough, and for long enough, from where it had settled. Pure; takes one
 * reading a hop, and all times are those of the hops, in milliseconds.
 */

interface ShiftOptions {
  /** Distance in the plane of valence and arousal (each -1..1) at which something may have begun. */
  readonly enter: number;
  /** What is nearer than this is the same place: less than `enter`, so that noise does not flicker. */
  readonly leave: number;
  /** How long it must last in one place. */
  readonly holdMs: number;
  /** After so long without a reading, what was begun is forgotten. */
  readonly staleMs: number;
}

const SHIFT_DEFAULTS: ShiftOptions = { enter: 0.35, leave: 0.2, holdMs: 1500, staleMs: 15_000 };

/** Where the affect of a person is. */
export interface Affect {
  readonly valence: number;
  readonly arousal: number;
  readonly dominance: number;
}

export interface Moved<L> {
  /** Where it had settled before, and where it came to rest again: means of the readings there. */
  readonly from: Affect;
  readonly to: Affect;
  /** The labels as last read in either place. */
  readonly fromLabels: L;
  readonly toLabels: L;
  /** Start of the first of the readings in a row that were away from where it had settled. */
  readonly sinceMs: number;
}

/** Readings that make up where somebody has settled: enough to be calm, few enough to be soon done. */
const SETTLING_READINGS = 20;

interface Level<L> {
  mean: Affect;
  labels: L;
  count: number;
}

/** A place away from where it had settled: left since one time, held since the same or a later one. */
interface Candidate<L> extends Level<L> {
  readonly sinceMs: number;
  readonly heldMs: number;
}

/** `L`: whatever a reading's labels are; they are only passed on. */
export class ShiftDetector<L> {
  readonly #options: ShiftOptions;
  #settled: Level<L> | undefined;
  #candidate: Candidate<L> | undefined;
  /** The readings in a row that were away, though not yet far: since when, and in which direction. */
  #leaving: { readonly affect: Affect; readonly sinceMs: number } | undefined;
  #lastMs = -Infinity;

  constructor(options: Partial<ShiftOptions> = {}) {
    this.#options = { ...SHIFT_DEFAULTS, ...options };
  }

  /** Takes the reading of one hop, in order of time. @returns the shift that it makes certain, once */
  push(affect: Affect, labels: L, startMs: number, endMs: number): Moved<L> | undefined {
    if (startMs - this.#lastMs > this.#options.staleMs) this.#candidate = this.#leaving = undefined;
    this.#lastMs = endMs;
    const settled = this.#settled;
    if (!settled) {
      this.#settled = { mean: affect, labels, count: 1 };
      return undefined;
    }
    const away = distance(affect, settled.mean);
    if (away >= this.#options.leave) return this.#leave(settled, affect, labels, startMs, endMs, away);
    this.#candidate = this.#leaving = undefined;
    if (settled.count < SETTLING_READINGS) add(settled, affect);
    settled.labels = labels;
    return undefined;
  }

  #leave(
    settled: Level<L>,
    affect: Affect,
    labels: L,
    startMs: number,
    endMs: number,
    away: number,
  ): Moved<L> | undefined {
    const { enter, leave, holdMs } = this.#options;
    if (!this.#leaving || !sameSide(affect, this.#leaving.affect, settled.mean))
      this.#leaving = { affect, sinceMs: startMs };
    if (this.#candidate && distance(affect, this.#candidate.mean) < leave) {
      add(this.#candidate, affect);
      this.#candidate.labels = labels;
    } else if (away < enter) this.#candidate = undefined;
    // What lasts must last in one place; on the way there it has already begun.
    else this.#candidate = { mean: affect, labels, count: 1, heldMs: startMs, sinceMs: this.#leaving.sinceMs };
    const candidate = this.#candidate;
    if (!candidate || endMs - candidate.heldMs < holdMs) return undefined;
    this.#settled = { mean: candidate.mean, labels, count: candidate.count };
    this.#candidate = this.#leaving = undefined;
    return {
      from: settled.mean,
      to: candidate.mean,
      fromLabels: settled.labels,
      toLabels: labels,
      sinceMs: candidate.sinceMs,
    };
  }
}

/** In the plane of valence and arousal: dominance is the least certain of the three. */
export function distance(a: Affect, b: Affect): number {
  return Math.hypot(a.valence - b.valence, a.arousal - b.arousal);
}

/** Whether both are away from `origin` in about the same direction. */
function sameSide(a: Affect, b: Affect, origin: Affect): boolean {
  const along = (a.valence - origin.valence) * (b.valence - origin.valence);
  return along + (a.arousal - origin.arousal) * (b.arousal - origin.arousal) > 0;
}

function add(level: { mean: Affect; count: number }, { valence, arousal, dominance }: Affect): void {
  const { mean } = level;
  const share = 1 / ++level.count;
  const towards = (old: number, now: number): number => old + (now - old) * share;
  level.mean = {
    valence: towards(mean.valence, valence),
    arousal: towards(mean.arousal, arousal),
    dominance: towards(mean.dominance, dominance),
  };
}
