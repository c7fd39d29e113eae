/** What describing needs of a hop; the window stage makes it. */

/** Stages that lie before the hop, as durations in milliseconds of its newest sample. */
export interface EarlierStages {
  /** From arrival at the SFU until the pipeline had the bytes. */
  readonly tap?: number;
  readonly decode?: number;
  readonly sense?: number;
}

/**
 * A hop of who has neither spoken nor moved for long: `looked` when it holds a new look at them, or words; `stands` when what
 * the last such hop told stands for this one, which the model is not given.
 */
export type Rest = 'looked' | 'stands';

export interface DescribableHop {
  /** Capture time, microseconds on the participant's timeline. */
  readonly startUs: number;
  readonly endUs: number;
  /** Rows of features as the model takes them; `undefined` when the sense gave nothing in this hop. */
  readonly face: Float32Array | undefined;
  readonly voice: Float32Array | undefined;
  readonly caption: Float32Array | undefined;
  /** When sensing of the newest sample in it ended, and when the hop was closed; `performance.now()` ms. */
  readonly sensedMs: number | undefined;
  readonly closedMs: number;
  readonly earlier?: EarlierStages;
  /** Absent of who is lively. */
  readonly rest?: Rest | undefined;
}

/** A person stopped speaking while hops were still open. */
export interface DescribableTurn {
  /** When they began and stopped, and when that was certain. Capture time. */
  readonly startUs: number;
  readonly endUs: number;
  readonly decidedUs: number;
  /** The open hops as far as they are filled, oldest first; what is missing is a gap. May be empty. */
  readonly hops: readonly DescribableHop[];
  /** Stands for the turn in the latency read-out: the newest sample, and the moment of the cut. */
  readonly at: DescribableHop;
}
