/** Packets on their way to another process: bounded, batched, and paced by what that process confirms. */
import { EarliestTimer } from '../../pipeline/index.ts';
import type { MediaBatch } from './wire.ts';

/** Short against a 500 ms hop, long enough to share the cost of a message between the packets of all people. */
const FLUSH_MS = 20;
/** For somebody who rests: with what the tap and the thread that analyses wait, within the 160 ms in which a hop takes what is late. */
const RESTING_FLUSH_MS = 60;
/** The other side confirms so many packets with one message: few against those that may be in flight. */
export const TAKEN_AT_ONCE = 256;

export interface SendQueueOptions {
  /** Packets that wait here; the oldest fall. */
  readonly waiting: number;
  /** Packets that were sent and not confirmed; more than {@link TAKEN_AT_ONCE}. */
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
  readonly #timer = new EarliestTimer(() => this.flush());

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** `resting`: nobody is in a hurry for this packet; it leaves with the next that is, or after 60 ms. */
  push(track: number, rtp: Uint8Array, arrivalUs: number, resting = false): void {
    if (this.#waiting.length >= this.#options.waiting) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#waiting.push({ track, rtp, arrivalUs });
    this.#schedule(resting ? RESTING_FLUSH_MS : FLUSH_MS);
  }

  /** The other side has taken `count` packets. */
  taken(count: number): void {
    this.#inFlight = Math.max(0, this.#inFlight - count);
    if (this.#waiting.length > 0) this.#schedule(FLUSH_MS);
  }

  /** Forgets what waits of a track. */
  forget(track: number): void {
    this.#waiting = this.#waiting.filter((each) => each.track !== track);
  }

  /** Sends what may be sent now: before a message that must not overtake it. */
  flush(): void {
    this.#timer.stop();
    const room = this.#options.inFlight - this.#inFlight;
    if (room <= 0 || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, room);
    this.#inFlight += batch.length;
    this.#options.send(pack(batch));
  }

  /** Forgets everything: the other side is gone. */
  clear(): void {
    this.#timer.stop();
    this.#waiting = [];
    this.#inFlight = 0;
  }

  /** What is full waits for what the other side confirms. */
  #schedule(waitMs: number): void {
    if (this.#inFlight < this.#options.inFlight) this.#timer.within(waitMs);
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

/** Calls `each` for every packet of a batch, with a view into the batch that nobody else writes to. */
export function unpack(batch: MediaBatch, each: (track: number, rtp: Uint8Array, arrivalUs: number) => void): void {
  let at = 0;
  for (const [i, size] of batch.sizes.entries()) {
    each(batch.tracks[i], batch.bytes.subarray(at, at + size), batch.arrivalsUs[i]);
    at += size;
  }
}
