/**
 * What is missing of a received stream, and when to ask for it. A pure core: the owner calls {@link LossTracker.due}.
 * werift's own tracker sorts sequence numbers as strings and stalls when they wrap; this one counts 48-bit indices.
 */

/** More than this at once is an outage: a key frame serves better than a flood of requests. */
const MAX_GAP = 128;
/** Missing packets kept; the oldest are given up. */
const MAX_MISSING = 256;
const MAX_ASKS = 8;
const RETRY_MS = 60;

/** One stream's gaps. */
export class LossTracker {
  /** Packets never seen again. */
  abandoned = 0;
  #highest = -1;
  readonly #missing = new Map<number, { asks: number; nextMs: number }>();

  /** Notes a packet. True when the gap before it is too wide to ask for. */
  push(index: number, nowMs: number): boolean {
    if (this.#highest < 0) {
      this.#highest = index;
      return false;
    }
    if (index <= this.#highest) {
      this.#missing.delete(index);
      return false;
    }
    const from = this.#highest + 1;
    this.#highest = index;
    if (index - from > MAX_GAP) {
      this.abandoned += index - from + this.#missing.size;
      this.#missing.clear();
      return true;
    }
    for (let missing = from; missing < index; missing++) this.#missing.set(missing, { asks: 0, nextMs: nowMs });
    this.#trim();
    return false;
  }

  /** True while something is missing. */
  get waiting(): boolean {
    return this.#missing.size > 0;
  }

  /** Indices to ask for now, ascending. What was asked for often enough is given up. */
  due(nowMs: number): number[] {
    const due: number[] = [];
    for (const [index, entry] of this.#missing) {
      if (entry.nextMs > nowMs) continue;
      if (entry.asks >= MAX_ASKS) {
        this.#missing.delete(index);
        this.abandoned++;
        continue;
      }
      entry.asks++;
      entry.nextMs = nowMs + RETRY_MS;
      due.push(index);
    }
    return due;
  }

  #trim(): void {
    for (const index of this.#missing.keys()) {
      if (this.#missing.size <= MAX_MISSING) return;
      this.#missing.delete(index);
      this.abandoned++;
    }
  }
}
