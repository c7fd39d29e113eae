import { Histogram } from '../histogram.ts';

/** Six days of hops of half a second. What comes later is not kept: long runs are the business of another benchmark. */
const MAX_KEPT = 1_000_000;

/** Delays after nominal due times, kept one by one, because by how much the nominal times are off is known only at the end. */
export class DueTimes {
  readonly #delaysMs: number[] = [];
  #earliestMs = 0;

  /** Negative when something came before it was nominally due. */
  add(delayMs: number): void {
    if (this.#delaysMs.length >= MAX_KEPT) return;
    this.#delaysMs.push(delayMs);
    this.#earliestMs = Math.min(this.#earliestMs, delayMs);
  }

  /** 0, or the most negative delay. */
  get earliestMs(): number {
    return this.#earliestMs;
  }

  /** The delays after the true due times, which lie `leadMs` before the nominal ones. */
  since(leadMs: number): Histogram {
    const histogram = Histogram.create();
    for (const delayMs of this.#delaysMs) histogram.record(delayMs + leadMs);
    return histogram;
  }
}
