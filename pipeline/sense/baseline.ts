/** What the population shows before anything is known of a person, one entry per tracked value. */
export interface BaselinePrior {
  readonly mean: readonly number[];
  /** Spread within one neutral person, in the value's own unit. */
  readonly sd: readonly number[];
  /**
   * How many seconds of own evidence weigh as much as the prior. Small where people differ a lot from
   * one another (pitch), large where they hardly differ.
   */
  readonly priorS: readonly number[];
}

export interface BaselineOptions {
  /** Evidence older than about this fades; it is the time constant of the slow adaptation. Seconds. */
  readonly memoryS?: number;
  /** Seconds of own evidence at which `ownness` is one half. */
  readonly halfOwnS?: number;
  /** A "not neutral" that lasts longer than this is taken for the new normal (a new microphone, a new seat). Seconds. */
  readonly maxFreezeS?: number;
}

/** Adaptation after an over-long freeze, as a share of the normal speed. */
const THAW_SHARE = 0.25;
/** Own evidence further than this from the mean (in sd) counts for less, so that one laugh cannot move it. */
const HUBER_SD = 2;
const HUBER_AFTER_S = 3;
const MIN_SD_SHARE = 0.25;
/** Weight of the prior spread, in seconds of own evidence. */
const SPREAD_PRIOR_S = 20;

/**
 * Running mean and spread of one person's neutral, begun from a population prior.
 *
 * It adapts slowly and stands still while the person is not neutral: a baseline that follows everything would
 * swallow the emotion it is there to show. Values are weighed in seconds of evidence; NaN means "not seen".
 */
export class Baseline {
  readonly #prior: BaselinePrior;
  readonly #memoryS: number;
  readonly #halfOwnS: number;
  readonly #maxFreezeS: number;
  readonly #mean: Float64Array;
  readonly #variance: Float64Array;
  readonly #seenS: Float64Array;
  #ownS = 0;
  #frozenS = 0;

  constructor(prior: BaselinePrior, options: BaselineOptions = {}) {
    this.#prior = prior;
    this.#memoryS = options.memoryS ?? 120;
    this.#halfOwnS = options.halfOwnS ?? 5;
    this.#maxFreezeS = options.maxFreezeS ?? 60;
    this.#mean = new Float64Array(prior.mean.length);
    this.#variance = new Float64Array(prior.mean.length);
    this.#seenS = new Float64Array(prior.mean.length);
    this.reset();
  }

  /** 0 while only the prior speaks, towards 1 as the person's own evidence takes over. */
  get ownness(): number {
    return this.#ownS / (this.#ownS + this.#halfOwnS);
  }

  /** The neutral value of entry `index`. */
  mean(index: number): number {
    return this.#mean[index];
  }

  /** The neutral spread of entry `index`; never below a quarter of the prior's. */
  sd(index: number): number {
    return Math.max(Math.sqrt(this.#variance[index]), MIN_SD_SHARE * this.#prior.sd[index]);
  }

  /** Takes `seconds` of evidence; `neutral` false stands still (up to `maxFreezeS` of evidence in a row). */
  learn(values: ArrayLike<number>, seconds: number, neutral = true): void {
    if (neutral) this.#frozenS = 0;
    else this.#frozenS += seconds;
    if (!neutral && this.#frozenS <= this.#maxFreezeS) return;
    const weightS = neutral ? seconds : seconds * THAW_SHARE;
    this.#ownS = Math.min(this.#ownS + weightS, this.#memoryS);
    for (let i = 0; i < this.#mean.length; i++) {
      if (!Number.isNaN(values[i])) this.#learnOne(i, values[i], weightS);
    }
  }

  /** Forgets the person: back to the prior. */
  reset(): void {
    this.#ownS = 0;
    this.#frozenS = 0;
    this.#seenS.fill(0);
    for (let i = 0; i < this.#mean.length; i++) {
      this.#mean[i] = this.#prior.mean[i];
      this.#variance[i] = this.#prior.sd[i] ** 2;
    }
  }

  #learnOne(index: number, value: number, seconds: number): void {
    const seenS = Math.min(this.#seenS[index] + seconds, this.#memoryS);
    const deviation = value - this.#mean[index];
    const limit = HUBER_SD * this.sd(index);
    // Outliers count only once there is an own mean to be far from: the first seconds must be able to leave the prior.
    const trust =
      seenS > this.#prior.priorS[index] + HUBER_AFTER_S ? Math.min(1, limit / Math.abs(deviation || 1e-9)) : 1;
    const share = (seconds * trust) / (seenS + this.#prior.priorS[index]);
    this.#seenS[index] = seenS;
    this.#mean[index] += share * deviation;
    // The spread is known well from the population and poorly from a few seconds: it moves more slowly than the mean.
    const spreadShare = (seconds * trust) / (seenS + SPREAD_PRIOR_S);
    this.#variance[index] += spreadShare * (deviation * (value - this.#mean[index]) - this.#variance[index]);
  }
}
