/** Packets on their way to another process: bounded, batched, and paced by what that process confirms. */
import type { MediaBatch } from './wire.ts';

/** Short against a 500 ms hop, long enough to share the cost of a message between packets. */
const FLUSH_MS = 5;

export interface SendQueueOptions {
  /** Packets that wait here; the oldest fall. */
  readonly waiting: number;
  /** Packets that were sent and not confirmed. */
  readonly inFlight: number;
  send(batch: MediaBatch): void;
}

interface Waiting {
  readonly track: number;
  readonly rtp: Uint8Array;
  readonly arrivalUs: number;
}

/** Drop policy: the oldest packet of all. */
export class SendQueue {
  /** Packets that fell since the start. */
  dropped = 0;
  readonly #options: SendQueueOptions;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  push(track: number, rtp: Uint8Array, arrivalUs: number): void {
    if (this.#waiting.length >= this.#options.waiting) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#waiting.push({ track, rtp, arrivalUs });
    this.#schedule();
  }

  /** The other side has taken `count` packets. */
  taken(count: number): void {
    this.#inFlight = Math.max(0, this.#inFlight - count);
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Forgets what waits of a track. */
  forget(track: number): void {
    this.#waiting = this.#waiting.filter((each) => each.track !== track);
  }

  /** Sends what may be sent now: before a message that must not overtake it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const room = this.#options.inFlight - this.#inFlight;
    if (room <= 0 || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, room);
    this.#inFlight += batch.length;
    this.#options.send(pack(batch));
  }

  /** Forgets everything: the other side is gone. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#inFlight = 0;
  }

  #schedule(): void {
    if (this.#inFlight < this.#options.inFlight) this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }
}

function pack(batch: readonly Waiting[]): MediaBatch {
  const bytes = new Uint8Array(batch.reduce((sum, { rtp }) => sum + rtp.length, 0));
  let at = 0;
  for (const { rtp } of batch) {
    bytes.set(rtp, at);
    at += rtp.length;
  }
  return {
    type: 'media',
    tracks: Uint32Array.from(batch, ({ track }) => track),
    arrivalsUs: Float64Array.from(batch, ({ arrivalUs }) => arrivalUs),
    sizes: Uint32Array.from(batch, ({ rtp }) => rtp.length),
    bytes,
  };
}

/** Calls `each` for every packet of a batch; what it gets is a copy of its own. */
export function unpack(batch: MediaBatch, each: (track: number, rtp: Uint8Array, arrivalUs: number) => void): void {
  let at = 0;
  for (const [i, size] of batch.sizes.entries()) {
    each(batch.tracks[i], batch.bytes.slice(at, at + size), batch.arrivalsUs[i]);
    at += size;
  }
}
