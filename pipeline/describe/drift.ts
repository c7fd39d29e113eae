/** How far, and since when, the affect has left what was said of it. */

/** Distance in valence, arousal and dominance from which what was said no longer holds (training: due beyond 0.34). */
const AWAY = 0.38;
/** Hops in a row that it must be away: one is a passing look. */
const HOPS = 2;

export class Drift {
  #hops = 0;
  #sinceMs = 0;

  /** Start of the first of the hops in a row that are away; `undefined` when the last one was not. */
  get sinceMs(): number | undefined {
    return this.#hops > 0 ? this.#sinceMs : undefined;
  }

  /** What was said no longer holds, and not just for a moment. */
  get away(): boolean {
    return this.#hops >= HOPS;
  }

  /** Takes one hop. `said`: the model's said vector, whose first number tells whether anything was. */
  push(vad: Float32Array, said: Float32Array, startMs: number): void {
    const far = said[0] > 0 && Math.hypot(vad[0] - said[1], vad[1] - said[2], vad[2] - said[3]) >= AWAY;
    if (far && this.#hops === 0) this.#sinceMs = startMs;
    this.#hops = far ? this.#hops + 1 : 0;
  }
}
