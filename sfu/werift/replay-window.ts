/** Rollover and replay of one received SRTP stream (RFC 3711 3.3.1, 3.3.2). */
import { nearestIndex } from './rtp-packet.ts';

/** Reordering deeper than this is treated as replay. */
const WINDOW = 1024;

/** Estimates a packet's 48-bit index and refuses indices seen before. State changes only through {@link accept}. */
export class ReplayWindow {
  #highest = -1;
  readonly #seen = new Float64Array(WINDOW).fill(-1);

  /** The index that this sequence number most likely has. */
  estimate(sequence: number): number {
    return this.#highest < 0 ? sequence : nearestIndex(this.#highest, sequence);
  }

  /** False for an index seen before or too old to tell. */
  isFresh(index: number): boolean {
    return index > this.#highest - WINDOW && this.#seen[index % WINDOW] !== index;
  }

  /** Call when the packet proved authentic. */
  accept(index: number): void {
    this.#seen[index % WINDOW] = index;
    if (index > this.#highest) this.#highest = index;
  }
}
