/** One track on its way to one viewer: a new header in front of the same payload. */
import { randomInt } from 'node:crypto';
import { nearestIndex, type RtpView } from './rtp-packet.ts';
import { senderReport, type RtcpMessage } from './rtcp.ts';

const HEADER_BYTES = 12;
/** A lost packet is not sent again sooner than a round trip takes. */
const RESEND_GAP_MS = 20;
const RESEND_SLOTS = 512;

/** Where a forwarder's packets go. */
export interface ForwardTarget {
  sendRtp(header: Buffer, payload: Buffer, ssrc: number, index: number): void;
  sendRtcp(compound: Buffer): void;
}

/** How the viewer knows the track. */
export interface ForwardIdentity {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly cname: string;
}

/** Rewrites SSRC, payload type, sequence and time; keeps the last two running when the source starts anew. */
export class Forwarder {
  readonly identity: ForwardIdentity;
  readonly #target: ForwardTarget;
  readonly #clockRateHz: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #resentIndex = new Float64Array(RESEND_SLOTS).fill(-1);
  readonly #resentMs = new Float64Array(RESEND_SLOTS);
  #sourceSsrc: number | undefined;
  #indexOffset = 0;
  #timestampOffset = 0;
  #highestOut = -1;
  #lastTimestamp = 0;
  #lastMs = 0;
  #packets = 0;
  #octets = 0;

  constructor(identity: ForwardIdentity, clockRateHz: number, target: ForwardTarget) {
    this.identity = identity;
    this.#clockRateHz = clockRateHz;
    this.#target = target;
    this.#header.writeUInt32BE(identity.ssrc, 8);
  }

  /** Sends a packet of the source. `index` is the source's 48-bit packet index. */
  forward(packet: Buffer, view: RtpView, index: number, nowMs: number): void {
    if (view.ssrc !== this.#sourceSsrc) this.#splice(view, index, nowMs);
    const out = this.#write(packet, view, index);
    if (out <= this.#highestOut) return;
    this.#highestOut = out;
    this.#lastTimestamp = this.#header.readUInt32BE(4);
    this.#lastMs = nowMs;
  }

  /** The source index of a sequence number that the viewer did not get; undefined when asked too often or unknown. */
  lost(sequence: number, nowMs: number): number | undefined {
    if (this.#highestOut < 0) return undefined;
    const out = nearestIndex(this.#highestOut, sequence);
    const slot = out % RESEND_SLOTS;
    if (out > this.#highestOut || (this.#resentIndex[slot] === out && nowMs - this.#resentMs[slot] < RESEND_GAP_MS))
      return undefined;
    this.#resentIndex[slot] = out;
    this.#resentMs[slot] = nowMs;
    return out - this.#indexOffset;
  }

  /** Sends a packet again. False when it belongs to a source that has been replaced. */
  resend(packet: Buffer, view: RtpView, index: number): boolean {
    if (view.ssrc !== this.#sourceSsrc) return false;
    this.#write(packet, view, index);
    return true;
  }

  /** Passes on when the source's clock showed what, in the viewer's RTP time. */
  report(message: RtcpMessage & { type: 'sender-report' }): void {
    if (message.ssrc !== this.#sourceSsrc) return;
    const timestamp = (message.rtpTimestamp + this.#timestampOffset) >>> 0;
    const { ssrc, cname } = this.identity;
    this.#target.sendRtcp(
      senderReport(ssrc, message.ntpHigh, message.ntpLow, timestamp, this.#packets, this.#octets, cname),
    );
  }

  #write(packet: Buffer, view: RtpView, index: number): number {
    const out = index + this.#indexOffset;
    // Older than the first packet of this viewer: nothing it could be waiting for.
    if (out < 0) return out;
    const header = this.#header;
    header[0] = view.padding ? 0xa0 : 0x80;
    header[1] = (view.marker ? 0x80 : 0) | this.identity.payloadType;
    header.writeUInt16BE(out % 65_536, 2);
    header.writeUInt32BE((view.timestamp + this.#timestampOffset) >>> 0, 4);
    const payload = packet.subarray(view.payloadAt);
    this.#target.sendRtp(header, payload, this.identity.ssrc, out);
    this.#packets++;
    this.#octets += payload.length;
    return out;
  }

  #splice(view: RtpView, index: number, nowMs: number): void {
    if (this.#highestOut < 0) {
      // RFC 3550 wants a random start; the lower half keeps SRTP's rollover count unambiguous.
      this.#indexOffset = randomInt(1_000, 30_000) - index;
    } else {
      this.#indexOffset = this.#highestOut + 1 - index;
      const elapsed = Math.max(1, Math.round(((nowMs - this.#lastMs) * this.#clockRateHz) / 1000));
      this.#timestampOffset = (this.#lastTimestamp + elapsed - view.timestamp) >>> 0;
    }
    this.#sourceSsrc = view.ssrc;
  }
}
