/**
 * When the affect of one person has really moved. Evidence adds up hop by hop, a sequential test (the cumulative sum of
 * Page 1954): what is far is told after one hop, what is nearer after several, and a moment that passes never. What cannot
 * be read for a while, as behind a hand, is taken to stay what it was. Pure; takes one reading a hop. The same rule in
 * Python, with which the numbers here were chosen: models/training/shifts.py.
 */

interface ShiftOptions {
  /** What is nearer than this, in the plane of valence and arousal (each -1..1), is the same place. */
  readonly slack: number;
  /** Distances beyond `slack`, summed over the hops in a row that are away on one side, from which a shift is certain. */
  readonly enough: number;
  /** What the model's own sense of change, where above `usualChange`, adds to a hop's distance. */
  readonly changeWeight: number;
  readonly usualChange: number;
  /** Standard deviations up to which a reading is taken whole, and from which it is not taken at all; between them in part. */
  readonly sureSd: number;
  readonly unsureSd: number;
  /** After so long without a reading, what was begun is forgotten. Milliseconds. */
  readonly staleMs: number;
}

const SHIFT_DEFAULTS: ShiftOptions = {
  slack: 0.3,
  enough: 0.25,
  changeWeight: 0.5,
  usualChange: 0.3,
  sureSd: 0.25,
  unsureSd: 0.35,
  staleMs: 15_000,
};

/** Where the affect of a person is. */
export interface Affect {
  readonly valence: number;
  readonly arousal: number;
  readonly dominance: number;
}

/** What one hop tells. `L`: whatever its labels are; they are only passed on. */
export interface Reading<L> {
  readonly affect: Affect;
  /** How unsure the model is of it: standard deviations. */
  readonly sd: Pick<Affect, 'valence' | 'arousal'>;
  /** How much the model takes this hop for a change, 0..1. */
  readonly change: number;
  readonly labels: L;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Moved<L> {
  /** Where it had settled before (a mean of readings), and where it was, as far as known, when the shift was certain. */
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
/** Readings after a shift in which going on the same way is still that shift. */
const FOLLOWING_READINGS = 2;

interface Level<L> {
  mean: Affect;
  labels: L;
  count: number;
  /** How it came here, for as many readings as it may still be on its way. */
  course: Affect;
  following: number;
}

export class ShiftDetector<L> {
  readonly #options: ShiftOptions;
  #settled: Level<L> | undefined;
  /** The readings in a row that were away, on one side: the first of them, and what they add up to. */
  #leaving: { readonly affect: Affect; readonly sinceMs: number; evidence: number } | undefined;
  #lastMs = -Infinity;
  /** The affect as far as the model was sure of it. */
  #known: Affect | undefined;

  constructor(options: Partial<ShiftOptions> = {}) {
    this.#options = { ...SHIFT_DEFAULTS, ...options };
  }

  /** Takes the reading of one hop, in order of time. @returns the shift that it makes certain, once */
  push(reading: Reading<L>): Moved<L> | undefined {
    const { labels, startMs, endMs } = reading;
    const affect = this.#learn(reading);
    if (affect === undefined) return undefined;
    if (startMs - this.#lastMs > this.#options.staleMs) this.#leaving = undefined;
    this.#lastMs = endMs;
    const settled = this.#settled;
    if (!settled) {
      this.#settled = { mean: affect, labels, count: 1, course: affect, following: 0 };
      return undefined;
    }
    if (follow(settled, affect)) return undefined;
    const away = distance(affect, settled.mean);
    if (away >= this.#options.slack) return this.#leave(settled, { ...reading, affect }, away);
    this.#leaving = undefined;
    if (settled.count < SETTLING_READINGS) settled.mean = between(settled.mean, affect, 1 / ++settled.count);
    settled.labels = labels;
    return undefined;
  }

  /** Moves what is known towards the reading, on each axis as far as that is sure; undefined until both are. */
  #learn({ affect, sd }: Reading<L>): Affect | undefined {
    const { sureSd, unsureSd } = this.#options;
    const sure = (of: number): number => Math.min(1, Math.max(0, (unsureSd - of) / (unsureSd - sureSd)));
    const shares = { valence: sure(sd.valence), arousal: sure(sd.arousal), dominance: 1 };
    if (this.#known) this.#known = between(this.#known, affect, shares);
    else if (shares.valence > 0 && shares.arousal > 0) this.#known = affect;
    return this.#known;
  }

  #leave(settled: Level<L>, { affect, change, labels, startMs }: Reading<L>, away: number): Moved<L> | undefined {
    const { slack, enough, changeWeight, usualChange } = this.#options;
    if (!this.#leaving || along(affect, this.#leaving.affect, settled.mean) <= 0)
      this.#leaving = { affect, sinceMs: startMs, evidence: 0 };
    const leaving = this.#leaving;
    leaving.evidence += away - slack + changeWeight * Math.max(0, change - usualChange);
    if (leaving.evidence < enough) return undefined;
    this.#settled = {
      mean: affect,
      labels,
      count: 1,
      course: minus(affect, settled.mean),
      following: FOLLOWING_READINGS,
    };
    this.#leaving = undefined;
    const { mean: from, labels: fromLabels } = settled;
    return { from, to: affect, fromLabels, toLabels: labels, sinceMs: leaving.sinceMs };
  }
}

/** In the plane of valence and arousal: dominance is the least certain of the three. */
export function distance(a: Affect, b: Affect): number {
  return Math.hypot(a.valence - b.valence, a.arousal - b.arousal);
}

/** Just after a shift: what goes on the same way is taken along. @returns whether it did */
function follow<L>(settled: Level<L>, affect: Affect): boolean {
  if (settled.following === 0) return false;
  settled.following--;
  const { course, mean } = settled;
  if ((affect.valence - mean.valence) * course.valence + (affect.arousal - mean.arousal) * course.arousal <= 0)
    return false;
  settled.mean = between(mean, affect, 1 / 2);
  return true;
}

/** Above 0 when both are away from `origin` in about the same direction. */
function along(a: Affect, b: Affect, origin: Affect): number {
  return (
    (a.valence - origin.valence) * (b.valence - origin.valence) +
    (a.arousal - origin.arousal) * (b.arousal - origin.arousal)
  );
}

function minus(a: Affect, b: Affect): Affect {
  return { valence: a.valence - b.valence, arousal: a.arousal - b.arousal, dominance: a.dominance - b.dominance };
}

/** From a towards b, by a share of the way; on each axis its own when there are three. */
function between(a: Affect, b: Affect, share: number | Affect): Affect {
  const { valence, arousal, dominance } =
    typeof share === 'number' ? { valence: share, arousal: share, dominance: share } : share;
  return {
    valence: a.valence + (b.valence - a.valence) * valence,
    arousal: a.arousal + (b.arousal - a.arousal) * arousal,
    dominance: a.dominance + (b.dominance - a.dominance) * dominance,
  };
}
