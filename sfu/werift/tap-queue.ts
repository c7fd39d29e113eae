/** The worker's end of a tap: bounded, batched with the other taps, and paced by what the main thread has confirmed. */
import type { SenderReport } from '../types.ts';

/** Short against a 500 ms hop, long enough to share the cost of a message between packets. */
const FLUSH_MS = 4;
/** For a taker that is in no hurry: to wake two threads costs more than most packets. */
const RESTING_FLUSH_MS = 60;
/** How often a tap looks whether the main thread has caught up. */
const BLOCKED_MS = 20;
/** Packets on their way to the main thread that it has not confirmed yet; never more than may wait. */
const MAX_IN_FLIGHT = 256;

/** One thing that a tap hands over. */
export type TapEntry = { readonly rtp: ArrayBuffer; readonly arrivalUs: number } | { readonly report: SenderReport };

/** What one tap hands over at once, and how many packets of it fell so far. */
export interface TapBatch {
  readonly tap: string;
  readonly entries: readonly TapEntry[];
  readonly dropped: number;
}

/** Sends what several taps have in one message, when the most urgent of them is due. */
export class TapRound {
  readonly #post: (batches: readonly TapBatch[]) => void;
  readonly #waiting = new Set<TapQueue>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;

  /** `post` gives the batches' buffers away. */
  constructor(post: (batches: readonly TapBatch[]) => void) {
    this.#post = post;
  }

  /** Has a tap come along within so many milliseconds. */
  join(queue: TapQueue, withinMs: number): void {
    this.#waiting.add(queue);
    const dueMs = performance.now() + withinMs;
    if (dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), withinMs);
  }

  leave(queue: TapQueue): void {
    this.#waiting.delete(queue);
  }

  /** Sends what is there, now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Infinity;
    const queues = [...this.#waiting];
    this.#waiting.clear();
    const batches = queues.map((queue) => queue.take()).filter((batch) => batch !== undefined);
    if (batches.length > 0) this.#post(batches);
  }
}

/** Copies packets (the call's own buffers stay with the call) until they are taken. Drops the oldest when full. */
export class TapQueue {
  /** Packets that fell because the main thread lagged. */
  dropped = 0;
  /** Whoever takes the packets is in no hurry. */
  resting = false;
  readonly #tap: string;
  readonly #limit: number;
  readonly #maxInFlight: number;
  readonly #confirmed: Int32Array;
  readonly #round: TapRound;
  #entries: TapEntry[] = [];
  #sent = 0;
  #closed = false;

  /** `limit` in packets waiting in this thread. `confirmed`: shared with the main thread, which counts there what it took. */
  constructor(tap: string, limit: number, confirmed: Int32Array, round: TapRound) {
    this.#tap = tap;
    this.#limit = limit;
    this.#maxInFlight = Math.min(MAX_IN_FLIGHT, limit);
    this.#confirmed = confirmed;
    this.#round = round;
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

  /** As much as the main thread can be given now; undefined when that is nothing. What is left comes along again. */
  take(): TapBatch | undefined {
    // Both count in 32 bits and wrap.
    const inFlight = (this.#sent - Atomics.load(this.#confirmed, 0)) | 0;
    const entries = this.#entries.splice(0, Math.max(0, this.#maxInFlight - inFlight));
    this.#sent = (this.#sent + entries.length) | 0;
    if (this.#entries.length > 0) this.#round.join(this, BLOCKED_MS);
    return entries.length > 0 ? { tap: this.#tap, entries, dropped: this.dropped } : undefined;
  }

  /** Forgets everything at once. */
  close(): void {
    this.#closed = true;
    this.#entries = [];
    this.#round.leave(this);
  }

  #add(entry: TapEntry): void {
    if (this.#entries.length >= this.#limit) {
      const fallen = this.#entries.shift();
      if (fallen && 'rtp' in fallen) this.dropped++;
    }
    this.#entries.push(entry);
    this.#round.join(this, this.resting ? RESTING_FLUSH_MS : FLUSH_MS);
  }
}
