/** Stands between the router's tap and the sink: gives bytes away for good, and tells the publisher's clock instead of the router's. */
import type { ProducerTraceEventData } from 'mediasoup/types';
import type { TapSink } from '../types.ts';
import { ntpToUnixUs } from '../werift/rtcp.ts';

/** A report describes the moment it is sent; its RTP time lies this close to that of the newest packet, or it is of another stream. */
const REPORT_WITHIN_S = 5;

/** One tap's sink. */
export class GuardedSink implements TapSink {
  packets = 0;
  readonly #sink: TapSink;
  readonly #reachTicks: number;
  readonly #onClosed: (error?: Error) => void;
  #ssrc: number | undefined;
  #timestamp = 0;
  #muted = false;
  #over = false;

  constructor(sink: TapSink, clockRateHz: number, onClosed: (error?: Error) => void) {
    this.#sink = sink;
    this.#reachTicks = REPORT_WITHIN_S * clockRateHz;
    this.#onClosed = onClosed;
  }

  packet(rtp: Uint8Array, arrivalUs: number): void {
    if (this.#over) return;
    const header = new DataView(rtp.buffer, rtp.byteOffset);
    this.#timestamp = header.getUint32(4);
    this.#ssrc = header.getUint32(8);
    this.packets++;
    // mediasoup cuts its buffers from a pool that Node shares; a sink may send its own to another thread.
    this.#sink.packet(new Uint8Array(rtp), arrivalUs);
  }

  /** The router reports on its own clock, by when packets came: that is known already. */
  senderReport(): void {}

  /**
   * A report of the publisher, as its producer saw it. Simulcast layers report each for itself, and a change of layer
   * shifts the tap's time: only what fits the packets that the tap has is passed on.
   */
  publisherReport({ type, info }: ProducerTraceEventData, arrivalUs: number): void {
    const { ntpSec, ntpFrac, rtpTs } = info;
    if (this.#over || type !== 'sr' || this.#ssrc === undefined) return;
    if (typeof ntpSec !== 'number' || typeof ntpFrac !== 'number' || typeof rtpTs !== 'number') return;
    // The difference of two 32-bit clocks that wrap.
    const aheadTicks = (rtpTs - this.#timestamp) | 0;
    if (Math.abs(aheadTicks) > this.#reachTicks) return;
    const report = { ssrc: this.#ssrc, ntpUs: ntpToUnixUs(ntpSec, ntpFrac), rtpTimestamp: rtpTs, arrivalUs };
    this.#guard(() => this.#sink.senderReport(report));
  }

  muted(muted: boolean): void {
    if (this.#over || this.#muted === muted) return;
    this.#muted = muted;
    this.#guard(() => this.#sink.muted(muted));
  }

  closed(error?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#onClosed(error);
    this.#guard(() => this.#sink.closed(error));
  }

  #guard(tell: () => void): void {
    try {
      tell();
    } catch {
      // A sink that throws harms only itself.
    }
  }
}
