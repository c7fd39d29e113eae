/**
 * Puts RTP packets back in order and says which are lost. Bounded in time (a gap is waited for on the wall clock, and
 * a tick may end the wait: no packet is stranded when the sender falls silent) and in number.
 */
import type { RtpPacket } from './rtp-packet.ts';
import { wrappingDistance } from './wrapping.ts';

export interface ReorderOptions {
  /** How long a gap is waited for. A retransmission takes a round trip; later than this it no longer helps. */
  readonly holdUs?: number;
  /** Packets held at most; when full, the oldest gap is given up. A power of two. */
  readonly capacity?: number;
}

interface ReorderStats {
  /** Came after their place had been given up, or twice. Dropped. */
  late: number;
  duplicates: number;
  /** Declared lost: waited for and not come. */
  lost: number;
  /** Times the sequence jumped so far that the sender must have started anew. */
  restarts: number;
}

interface Held {
  readonly packet: RtpPacket;
  readonly arrivalUs: number;
}

const DEFAULT_HOLD_US = 60_000;
const DEFAULT_CAPACITY = 512;
/** RFC 3550 A.1 (MAX_MISORDER, widened to a retransmission's reach): nearer behind is late, further is a restart. */
const MAX_MISORDER = 1000;

export class ReorderBuffer {
  readonly stats: ReorderStats = { late: 0, duplicates: 0, lost: 0, restarts: 0 };
  readonly #onPacket: (packet: RtpPacket, arrivalUs: number) => void;
  readonly #onLoss: (count: number) => void;
  readonly #holdUs: number;
  readonly #ring: (Held | undefined)[];
  #held = 0;
  #next = -1;
  /** The packet after a far jump: believed only when its successor follows (RFC 3550 A.1, `bad_seq`). */
  #suspect: Held | undefined;

  /** `onLoss` comes before the packet that follows the gap. */
  constructor(
    onPacket: (packet: RtpPacket, arrivalUs: number) => void,
    onLoss: (count: number) => void,
    options: ReorderOptions = {},
  ) {
    this.#onPacket = onPacket;
    this.#onLoss = onLoss;
    this.#holdUs = options.holdUs ?? DEFAULT_HOLD_US;
    this.#ring = Array.from({ length: options.capacity ?? DEFAULT_CAPACITY }, () => undefined);
  }

  push(packet: RtpPacket, arrivalUs: number): void {
    if (this.#next < 0) this.#next = packet.sequenceNumber;
    const ahead = wrappingDistance(this.#next, packet.sequenceNumber, 16);
    if (ahead < -MAX_MISORDER || ahead >= this.#ring.length * 4) this.#jumped({ packet, arrivalUs });
    else if (ahead < 0) this.stats.late += 1;
    else this.#hold({ packet, arrivalUs }, ahead);
    this.tick(arrivalUs);
  }

  /** Gives up gaps whose time is over. */
  tick(nowUs: number): void {
    while (this.#held > 0) {
      if (nowUs - this.#oldestArrivalUs() < this.#holdUs) return;
      this.#skip(this.#gapLength());
    }
  }

  /** Forgets everything: the next packet starts a new sequence. Counts stay. */
  reset(): void {
    this.#ring.fill(undefined);
    this.#held = 0;
    this.#next = -1;
    this.#suspect = undefined;
  }

  #hold(held: Held, ahead: number): void {
    let distance = ahead;
    while (distance >= this.#ring.length) {
      const gap = this.#held > 0 ? this.#gapLength() : distance;
      this.#skip(gap);
      distance = wrappingDistance(this.#next, held.packet.sequenceNumber, 16);
    }
    const slot = this.#slot(distance);
    if (this.#ring[slot] !== undefined) {
      this.stats.duplicates += 1;
      return;
    }
    this.#ring[slot] = held;
    this.#held += 1;
    this.#deliver();
  }

  #jumped(held: Held): void {
    const suspect = this.#suspect;
    this.#suspect = held;
    if (suspect === undefined) return;
    if (wrappingDistance(suspect.packet.sequenceNumber, held.packet.sequenceNumber, 16) !== 1) return;
    while (this.#held > 0) this.#skip(this.#gapLength());
    this.reset();
    this.stats.restarts += 1;
    this.#onLoss(1);
    this.#next = suspect.packet.sequenceNumber;
    this.#hold(suspect, 0);
    this.#hold(held, 0);
  }

  #skip(count: number): void {
    if (count > 0) {
      this.stats.lost += count;
      this.#next = (this.#next + count) & 0xffff;
      this.#onLoss(count);
    }
    this.#deliver();
  }

  #deliver(): void {
    for (;;) {
      const slot = this.#slot(0);
      const held = this.#ring[slot];
      if (held === undefined) return;
      this.#ring[slot] = undefined;
      this.#held -= 1;
      this.#next = (this.#next + 1) & 0xffff;
      this.#onPacket(held.packet, held.arrivalUs);
    }
  }

  /** How many packets are missing before the first one held. Call only while some are. */
  #gapLength(): number {
    let gap = 0;
    while (this.#ring[this.#slot(gap)] === undefined) gap += 1;
    return gap;
  }

  /** Since when the gap is known: not the packet next to it, which may be the last to come. */
  #oldestArrivalUs(): number {
    let oldestUs = Infinity;
    for (let ahead = 1, seen = 0; seen < this.#held; ahead += 1) {
      const held = this.#ring[this.#slot(ahead)];
      if (held === undefined) continue;
      seen += 1;
      oldestUs = Math.min(oldestUs, held.arrivalUs);
    }
    return oldestUs;
  }

  #slot(ahead: number): number {
    return (this.#next + ahead) & (this.#ring.length - 1);
  }
}
