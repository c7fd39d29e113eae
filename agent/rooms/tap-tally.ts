/** Packets that taps handed over and dropped, over all taps there are and were. */
import type { Tap } from '../../sfu/index.ts';

export class TapTally {
  readonly #open = new Set<Tap>();
  readonly #closed = { packets: 0, dropped: 0 };

  opened(tap: Tap): void {
    this.#open.add(tap);
  }

  /** Idempotent. */
  closed(tap: Tap): void {
    if (!this.#open.delete(tap)) return;
    const { packets, dropped } = tap.stats();
    this.#closed.packets += packets;
    this.#closed.dropped += dropped;
  }

  /** Totals since the start, and how many taps are open. */
  get totals(): { readonly open: number; readonly packets: number; readonly dropped: number } {
    const sum = { open: this.#open.size, ...this.#closed };
    for (const tap of this.#open) {
      const { packets, dropped } = tap.stats();
      sum.packets += packets;
      sum.dropped += dropped;
    }
    return sum;
  }
}
