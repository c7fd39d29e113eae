/** What waits for all subscribers together, and what fell on the way to them. */

/** A subscriber's queue. */
export interface SubscriberQueue {
  /** Messages that wait to be sent. */
  readonly waiting: number;
  /** Events that a newer one replaced before they could be sent. */
  readonly superseded: number;
}

export class SubscriberTally {
  readonly #open = new Set<SubscriberQueue>();
  #superseded = 0;
  #givenUp = 0;

  opened(queue: SubscriberQueue): void {
    this.#open.add(queue);
  }

  /** Idempotent. */
  closed(queue: SubscriberQueue): void {
    if (this.#open.delete(queue)) this.#superseded += queue.superseded;
  }

  /** A subscriber was too far behind and is let go. */
  gaveUp(): void {
    this.#givenUp++;
  }

  /** `waiting`, `furthest`: now; the others since the start. */
  get totals(): { waiting: number; furthest: number; superseded: number; givenUp: number } {
    const totals = { waiting: 0, furthest: 0, superseded: this.#superseded, givenUp: this.#givenUp };
    for (const { waiting, superseded } of this.#open) {
      totals.waiting += waiting;
      totals.furthest = Math.max(totals.furthest, waiting);
      totals.superseded += superseded;
    }
    return totals;
  }
}
