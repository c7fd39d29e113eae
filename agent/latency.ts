/** How long descriptions take to arrive, over the last acknowledged ones. */

const KEPT = 256;

/** A bounded record: the oldest value falls. */
export class LatencyRecord {
  readonly #values = new Float64Array(KEPT);
  #count = 0;

  add(valueMs: number): void {
    this.#values[this.#count++ % KEPT] = valueMs;
  }

  /** The value that `share` (0..1) of those kept do not exceed, in ms; null before the first (nearest rank). */
  quantile(share: number): number | null {
    const kept = this.#values.slice(0, Math.min(this.#count, KEPT)).sort();
    return kept[Math.max(0, Math.ceil(share * kept.length) - 1)] ?? null;
  }
}
