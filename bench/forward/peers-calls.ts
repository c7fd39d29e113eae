/** What the benchmark asks of a process that holds peers. */
import type { Summary } from '../histogram.ts';

export interface PeersCalls {
  /** Encodes the clip once; everybody replays it. */
  record: { takes: { media?: string; voice?: string }; gives: { title: string; kbps: number; packetsPerS: number } };
  /** A new publisher's offer. */
  offer: { takes: { publisher: number }; gives: { sdp: string } };
  /** The SFU's answer: resolves when the publisher is connected; it sends when it is told to {@link PeersCalls.play}. */
  accept: { takes: { publisher: number; sdp: string }; gives: null };
  /** The publishers whose numbers are from `from` to below `to` send from now on, all others are held; the next `aheadMs` are encrypted before. */
  play: { takes: { from: number; to: number; aheadMs: number }; gives: null };
  /** The SFU's offer to a viewer, who may be new. */
  watch: { takes: { viewer: string; sdp: string }; gives: { sdp: string } };
  /** From their first packet on, all viewers there are decrypt nothing and only count packets, so that many find room on a core. */
  lookOnly: { takes: object; gives: null };
  /** What came since the last time this was asked. */
  read: { takes: object; gives: PeersReading };
}

export interface PeersReading {
  /** From sending to receiving, in ms; null when nobody decrypted anything. */
  readonly latency: Summary | null;
  readonly received: number;
  /** Packets of a received stream that never came, by its sequence numbers. */
  readonly lost: number;
  /** Streams that were received. */
  readonly streams: number;
  /** Media time that was not sent because this process came too late, in ms: above 0, it was too full itself. */
  readonly skippedMs: number;
  /** CPU of this process so far, in ms. */
  readonly cpuMs: number;
}
