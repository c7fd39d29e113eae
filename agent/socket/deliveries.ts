/** Descriptions that were sent to one subscriber and are not acknowledged yet. */
import { nowUs, type Description } from '../../pipeline/index.ts';
import type { Delivered } from '../metrics/observer.ts';

const KEPT = 64;

/** Times in microseconds of the process's clock. */
interface Sent {
  readonly arrivedUs: number;
  readonly closedUs: number;
  readonly latencyMs: Description['latencyMs'];
}

/** Bounded to {@link KEPT}: a client that never acknowledges loses its oldest measurements, nothing else. */
export class Deliveries {
  readonly #sent = new Map<number, Sent>();

  sent({ seq, latencyMs }: Pick<Description, 'seq' | 'latencyMs'>, closedUs: number): void {
    if (this.#sent.size >= KEPT) {
      const [oldest] = this.#sent.keys();
      if (oldest !== undefined) this.#sent.delete(oldest);
    }
    this.#sent.set(seq, { arrivedUs: nowUs(), closedUs, latencyMs });
  }

  /** Undefined for what was never sent, or acknowledged already. */
  acknowledged(seq: number): Delivered | undefined {
    const sent = this.#sent.get(seq);
    if (!sent || !this.#sent.delete(seq)) return undefined;
    const now = nowUs();
    const { arrivedUs, closedUs, latencyMs } = sent;
    const sinceHopMs = Math.max(0, now - closedUs) / 1000;
    return { deliveredMs: (now - arrivedUs) / 1000, sinceHopMs, closedUs, latencyMs };
  }
}
