/** What describing needs of a hop; the window stage makes it. */

/** Stages that lie before the hop, as durations in milliseconds of its newest sample. */
export interface EarlierStages {
  /** From arrival at the SFU until the pipeline had the bytes. */
  readonly tap?: number;
  readonly decode?: number;
  readonly sense?: number;
}

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
}
