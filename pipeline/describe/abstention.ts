/** Whether the signal is good enough to say anything of the person, without flicker. */

/** Hops in a row that it takes to change the mind. */
const HOPS_TO_TURN = 2;

export class Abstention {
  readonly #threshold: number;
  #turning = 0;
  #abstaining: boolean | undefined;

  /** `threshold`: the pack's least reliability at which it speaks of the person. */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** `undefined` until enough hops have been seen to say either. */
  get abstaining(): boolean | undefined {
    return this.#abstaining;
  }

  /** Takes one hop: reliability of face, voice and caption (0..1), and whether any sense had data at all. */
  push(reliability: Float32Array, present: boolean): void {
    const poor = !present || Math.max(...reliability) < this.#threshold;
    this.#turning = poor === this.#abstaining ? 0 : this.#turning + 1;
    if (this.#turning < HOPS_TO_TURN) return;
    this.#abstaining = poor;
    this.#turning = 0;
  }
}
