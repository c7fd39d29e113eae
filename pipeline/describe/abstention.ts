/** Whether the signal is good enough to say anything of the person, without flicker. */

/** Hops in a row that it takes to give up, and to take heart again. */
const POOR_HOPS = 4;
const GOOD_HOPS = 2;

/** How much of a person each sense can tell when it is wholly reliable: face, voice, captions (as in models/training/truth.py). */
const TELLS = [1, 0.55, 0.6] as const;

/** How much of the person can be perceived, 0..1, from the reliability of face, voice and caption: the senses add up. */
function perceived(reliability: Float32Array): number {
  return 1 - TELLS.reduce<number>((hidden, tells, i) => hidden * (1 - tells * reliability[i]), 1);
}

export class Abstention {
  readonly #threshold: number;
  #poor = false;
  #hops = 0;
  #abstaining: boolean | undefined;

  /** `threshold`: how much of a person must be perceived, 0..1, for the pack to speak of them. */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** `undefined` until enough hops in a row have been seen to say either. */
  get abstaining(): boolean | undefined {
    return this.#abstaining;
  }

  /** The last hop was as those before it: not the moment at which the signal is coming or going. */
  get settled(): boolean {
    return this.#poor === this.#abstaining;
  }

  /** Takes one hop: the reliability of each sense (0..1), and whether any of them had data at all. */
  push(reliability: Float32Array, present: boolean): void {
    const poor = !present || !(perceived(reliability) >= this.#threshold);
    this.#hops = poor === this.#poor ? this.#hops + 1 : 1;
    this.#poor = poor;
    if (this.#hops >= (poor ? POOR_HOPS : GOOD_HOPS)) this.#abstaining = poor;
  }
}
