/** The worker's end of a tap: bounded, batched, and paced by the main thread's credit. */
import type { SenderReport } from '../types.ts';

/** Short against a 500 ms hop, long enough to share the cost of a message between packets. */
const FLUSH_MS = 4;
/** Packets on their way to the main thread that it has not confirmed yet; never more than may wait. */
const MAX_IN_FLIGHT = 256;

/** One thing that a tap hands over. */
export type TapEntry = { readonly rtp: ArrayBuffer; readonly arrivalUs: number } | { readonly report: SenderReport };

/** Sends a batch to the main thread; the buffers are transferred. */
export type TapPost = (entries: TapEntry[], dropped: number) => void;

/** Copies packets (the call's own buffers stay with the call) and posts them. Drops the oldest when full. */
export class TapQueue {
  /** Packets that fell because the main thread lagged. */
  dropped = 0;
  readonly #limit: number;
  readonly #maxInFlight: number;
  readonly #post: TapPost;
  #entries: TapEntry[] = [];
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `limit` in packets waiting in this thread. */
  constructor(limit: number, post: TapPost) {
    this.#limit = limit;
    this.#maxInFlight = Math.min(MAX_IN_FLIGHT, limit);
    this.#post = post;
  }

  packet(packet: Buffer, arrivalUs: number): void {
    if (this.#closed) return;
    const rtp = new ArrayBuffer(packet.length);
    new Uint8Array(rtp).set(packet);
    this.#add({ rtp, arrivalUs });
  }

  report(report: SenderReport): void {
    if (!this.#closed) this.#add({ report });
  }

  /** The main thread took `count` entries. */
  credit(count: number): void {
    this.#inFlight = Math.max(0, this.#inFlight - count);
    if (this.#entries.length > 0) this.#schedule();
  }

  /** Posts what is left, then nothing more. For a track that ended. */
  finish(): void {
    this.#flush();
    this.close();
  }

  /** Forgets everything at once. For a grant that was withdrawn. */
  close(): void {
    this.#closed = true;
    this.#entries = [];
    clearTimeout(this.#timer);
  }

  #add(entry: TapEntry): void {
    if (this.#entries.length >= this.#limit) {
      this.#entries.shift();
      this.dropped++;
    }
    this.#entries.push(entry);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed || this.#inFlight >= this.#maxInFlight) return;
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const room = this.#maxInFlight - this.#inFlight;
    if (this.#closed || this.#entries.length === 0 || room <= 0) return;
    const batch = this.#entries.splice(0, room);
    this.#inFlight += batch.length;
    this.#post(batch, this.dropped);
  }
}
