/** Whether the signal is good enough to say anything of the person, without flicker. */

/** Hops in a row that it takes to give up, and to take heart again. */
const POOR_HOPS = 4;
const GOOD_HOPS = 2;

export class Abstention {
  readonly #threshold: number;
  #poor = false;
  #hops = 0;
  #abstaining: boolean | undefined;

  /** `threshold`: the pack's least confidence at which it speaks of the person. */
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

  /** Takes one hop: the model's confidence (0..1), and whether any sense had data at all. */
  push(confidence: number, present: boolean): void {
    const poor = !present || !(confidence >= this.#threshold);
    this.#hops = poor === this.#poor ? this.#hops + 1 : 1;
    this.#poor = poor;
    if (this.#hops >= (poor ? POOR_HOPS : GOOD_HOPS)) this.#abstaining = poor;
  }
}
