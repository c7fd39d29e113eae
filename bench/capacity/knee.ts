/** Looks for the knee: the most participants that a machine carries within a budget. Pure: it says what to try next. */

/** Each load tried is about so much more than the one before, until one is too much. */
const GROWTH = 2;
/** The search ends when what holds and what does not are this close, relative to what holds. */
const RESOLUTION = 0.1;

export class KneeSearch {
  readonly #most: number;
  readonly #first: number;
  #holds = 0;
  #fails = Number.POSITIVE_INFINITY;

  /** Begins with `first` participants; never asks for more than `most`. */
  constructor({ first, most }: { readonly first: number; readonly most: number }) {
    this.#first = Math.min(first, most);
    this.#most = most;
  }

  /** The most participants that held so far; 0 before the first. */
  get holds(): number {
    return this.#holds;
  }

  /** The fewest that were too many; null while everything held. */
  get fails(): number | null {
    return Number.isFinite(this.#fails) ? this.#fails : null;
  }

  /** How many to try next; undefined when the knee is known, or `most` holds. */
  get next(): number | undefined {
    if (!Number.isFinite(this.#fails)) {
      if (this.#holds === 0) return this.#first;
      return this.#holds < this.#most ? Math.min(this.#most, this.#holds * GROWTH) : undefined;
    }
    const between = this.#fails - this.#holds;
    if (between <= Math.max(1, Math.floor(this.#holds * RESOLUTION))) return undefined;
    return this.#holds + Math.floor(between / 2);
  }

  /** What came of a try. */
  found(participants: number, held: boolean): void {
    if (held) this.#holds = Math.max(this.#holds, participants);
    else this.#fails = Math.min(this.#fails, participants);
  }
}
