/** Reception statistics of one stream (RFC 3550 6.4.1, A.3, A.8). */
import type { ReportBlock } from './rtcp.ts';

/** Counts what arrived and writes it as a report block. */
export class ReceiveReport {
  readonly #ssrc: number;
  readonly #clockRateHz: number;
  #first = -1;
  #highest = -1;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #jitter = 0;
  #transit: number | undefined;
  #lastReport = 0;
  #lastReportMs = 0;

  constructor(ssrc: number, clockRateHz: number) {
    this.#ssrc = ssrc;
    this.#clockRateHz = clockRateHz;
  }

  push(index: number, rtpTimestamp: number, nowMs: number): void {
    if (this.#first < 0) this.#first = index;
    if (index > this.#highest) this.#highest = index;
    this.#received++;
    const transit = (nowMs * this.#clockRateHz) / 1000 - rtpTimestamp;
    const change = Math.abs(transit - (this.#transit ?? transit));
    this.#transit = transit;
    // A timestamp that wrapped or jumped says nothing about jitter.
    if (change < this.#clockRateHz) this.#jitter += (change - this.#jitter) / 16;
  }

  /** Notes a sender report, which the next block refers to. */
  senderReport(ntpHigh: number, ntpLow: number, nowMs: number): void {
    this.#lastReport = (((ntpHigh & 0xffff) << 16) | (ntpLow >>> 16)) >>> 0;
    this.#lastReportMs = nowMs;
  }

  /** The block since the last one; undefined before the first packet. */
  block(nowMs: number): ReportBlock | undefined {
    if (this.#first < 0) return undefined;
    const expected = this.#highest - this.#first + 1;
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = Math.max(0, expectedNow - (this.#received - this.#receivedBefore));
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    return {
      ssrc: this.#ssrc,
      fractionLost: expectedNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0,
      totalLost: Math.max(0, expected - this.#received),
      highestSequence: this.#highest % 2 ** 32,
      jitter: Math.round(this.#jitter),
      lastReport: this.#lastReport,
      delaySinceLastReport: this.#lastReport ? Math.round(((nowMs - this.#lastReportMs) * 65_536) / 1000) : 0,
    };
  }
}
