/** Descriptions that were sent to one subscriber and are not acknowledged yet. */
import { nowUs } from '../../pipeline/index.ts';

const KEPT = 64;

/** Times in microseconds of the process's clock. */
interface Sent {
  readonly arrivedUs: number;
  readonly closedUs: number;
}

/** What an acknowledgement shows. */
export interface Delivery {
  /** From the event's arrival at the agent until the acknowledgement was here. */
  readonly deliveredMs: number;
  /** From the end of the hop until then. */
  readonly sinceHopMs: number;
}

/** Bounded to {@link KEPT}: a client that never acknowledges loses its oldest measurements, nothing else. */
export class Deliveries {
  readonly #sent = new Map<number, Sent>();

  sent(seq: number, closedUs: number): void {
    if (this.#sent.size >= KEPT) {
      const [oldest] = this.#sent.keys();
      if (oldest !== undefined) this.#sent.delete(oldest);
    }
    this.#sent.set(seq, { arrivedUs: nowUs(), closedUs });
  }

  /** Undefined for what was never sent, or acknowledged already. */
  acknowledged(seq: number): Delivery | undefined {
    const sent = this.#sent.get(seq);
    if (!sent || !this.#sent.delete(seq)) return undefined;
    const now = nowUs();
    return { deliveredMs: (now - sent.arrivedUs) / 1000, sinceHopMs: Math.max(0, now - sent.closedUs) / 1000 };
  }
}
