/** What was said last, as the model is told it: `["spoken", "valence", "arousal", "dominance", "age", 0...]`. */

/** Hops after which what was said counts as old: the model's scale of age. */
const OLD_HOPS = 20;

export class Said {
  /** The model's input; filled in place. */
  readonly vector: Float32Array;
  #hops = 0;

  constructor(size: number) {
    this.vector = new Float32Array(size);
  }

  /** Valence, arousal and dominance of what was said last, as a copy. */
  get vad(): Float32Array {
    return this.vector.slice(1, 4);
  }

  /** A hop went by. */
  tick(): void {
    if (this.vector[0] === 0) return;
    this.#hops += 1;
    this.vector[4] = Math.min(1, this.#hops / OLD_HOPS);
  }

  /** A description left with these values (valence, arousal, dominance). */
  spoke(vad: Float32Array): void {
    this.#hops = 0;
    this.vector[0] = 1;
    this.vector.set(vad, 1);
    this.vector[4] = 0;
  }
}
