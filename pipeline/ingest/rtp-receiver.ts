/** From raw bytes to one RTP stream in order: checks every packet, follows the sender's SSRC, reorders. */
import type { ErrorReporter } from './ingest-error.ts';
import { ReorderBuffer } from './reorder-buffer.ts';
import type { ReorderOptions } from './reorder-buffer.ts';
import { parseRtpPacket } from './rtp-packet.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { wrappingDistance } from './wrapping.ts';

interface RtpReceiverEvents {
  onPacket(packet: RtpPacket, arrivalUs: number): void;
  /** `count` packets are missing before the next one. */
  onLoss(count: number): void;
  /** A new stream begins (new SSRC): times and sequence have nothing to do with the last one. */
  onRestart(): void;
}

interface RtpReceiverStats {
  packets: number;
  /** No RTP. */
  bad: number;
  /** RTP, but of another payload type, or of an SSRC that has not proved itself. */
  foreign: number;
}

export class RtpReceiver {
  readonly stats: RtpReceiverStats = { packets: 0, bad: 0, foreign: 0 };
  readonly #events: RtpReceiverEvents;
  readonly #reporter: ErrorReporter;
  readonly #payloadType: number | undefined;
  readonly #reorder: ReorderBuffer;
  #ssrc: number | undefined;
  /** First packet of a new SSRC: believed when its successor comes (RFC 3550 A.1), so that one stray packet ends nothing. */
  #candidate: { packet: RtpPacket; arrivalUs: number } | undefined;

  /** `payloadType`: take only these packets; undefined takes all. */
  constructor(
    events: RtpReceiverEvents,
    reporter: ErrorReporter,
    payloadType: number | undefined,
    reorder?: ReorderOptions,
  ) {
    this.#events = events;
    this.#reporter = reporter;
    this.#payloadType = payloadType;
    this.#reorder = new ReorderBuffer(
      (packet, arrivalUs) => this.#events.onPacket(packet, arrivalUs),
      (count) => this.#events.onLoss(count),
      reorder,
    );
  }

  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  get reorderStats(): ReorderBuffer['stats'] {
    return this.#reorder.stats;
  }

  push(bytes: Uint8Array, arrivalUs: number): void {
    this.stats.packets += 1;
    const packet = parseRtpPacket(bytes);
    if (typeof packet === 'string') {
      this.stats.bad += 1;
      this.#reporter.report('bad-packet', `A packet is no RTP: ${packet}. It was dropped.`, arrivalUs);
    } else if (this.#payloadType !== undefined && packet.payloadType !== this.#payloadType) this.stats.foreign += 1;
    else if (this.#ssrc !== undefined && packet.ssrc !== this.#ssrc) this.#meetNewSsrc(packet, arrivalUs);
    else this.#accept(packet, arrivalUs);
  }

  tick(nowUs: number): void {
    this.#reorder.tick(nowUs);
  }

  /** Drops what is held; the next packet of any SSRC starts anew. */
  reset(): void {
    this.#reorder.reset();
    this.#ssrc = undefined;
    this.#candidate = undefined;
  }

  #accept(packet: RtpPacket, arrivalUs: number): void {
    this.#ssrc = packet.ssrc;
    this.#reorder.push(packet, arrivalUs);
  }

  #meetNewSsrc(packet: RtpPacket, arrivalUs: number): void {
    const first = this.#candidate;
    this.#candidate = { packet, arrivalUs };
    const follows =
      first?.packet.ssrc === packet.ssrc &&
      wrappingDistance(first.packet.sequenceNumber, packet.sequenceNumber, 16) === 1;
    if (first === undefined || !follows) {
      this.stats.foreign += 1;
      return;
    }
    this.reset();
    this.#events.onRestart();
    this.#accept(first.packet, first.arrivalUs);
    this.#accept(packet, arrivalUs);
  }
}
