/** What the last sender reports of a stream say of one number, where most of them agree. */

/** Reports that are held; the oldest falls. A stream sends one each one to five seconds. */
const HELD = 8;
/** So many must agree: one alone, or one that lies twice by chance, decides nothing. */
const AGREEING = 3;
/** Senders read their clocks some milliseconds late... */
const TOLERANCE_US = 20_000;
/** ...and the clock of a sound card runs away from that of the system, at worst so much. */
const DRIFT = 0.0005;

export class ReportVote {
  readonly #values = new Float64Array(HELD);
  readonly #atUs = new Float64Array(HELD);
  readonly #agreeing = new Float64Array(HELD);
  #count = 0;

  /**
   * A report that arrived at `atUs` says `value`.
   * @returns the median of what most reports say, this one among them; undefined when it is not with the most, or these are few
   */
  add(value: number, atUs: number): number | undefined {
    const slot = this.#count % HELD;
    this.#values[slot] = value;
    this.#atUs[slot] = atUs;
    this.#count += 1;
    const agreeing = this.support(value, atUs);
    if (agreeing < AGREEING || agreeing * 2 <= this.#held) return undefined;
    const sorted = this.#agreeing.subarray(0, agreeing).sort();
    return (sorted[(agreeing - 1) >> 1] + sorted[agreeing >> 1]) / 2;
  }

  /** How many of the reports agree with `value` at `atUs`. */
  support(value: number, atUs: number): number {
    let agreeing = 0;
    for (let i = 0; i < this.#held; i += 1) {
      const tolerance = TOLERANCE_US + Math.abs(atUs - this.#atUs[i]) * DRIFT;
      if (Math.abs(this.#values[i] - value) <= tolerance) this.#agreeing[agreeing++] = this.#values[i];
    }
    return agreeing;
  }

  clear(): void {
    this.#count = 0;
  }

  get #held(): number {
    return Math.min(this.#count, HELD);
  }
}
