import { MediaStreamTrack, RtpHeader, RtpPacket } from 'werift';
import type { Recording } from '../load/recording.ts';
import { type DuePacket, MAX_BEHIND_MS, type MediaKind, Replay } from '../load/replay.ts';
import { isRtcp, openPeer, untilConnected } from './peer.ts';
import { stampOpus, stampVp8 } from './stamp.ts';

/** When a packet that was encrypted ahead is due is known this finely, in ms. */
const AHEAD_STEP_MS = 4;

interface Encrypted {
  /** When it is due, on the publisher's own clock. */
  readonly atMs: number;
  readonly packet: Buffer;
}

/** Publishes a recording, by a clock of its own that stands still while it is held. */
export class PublishingPeer {
  readonly #peer = openPeer();
  readonly #replay: Replay;
  /** The publisher's time when it was held last. */
  #elapsedMs: number;
  /** When its clock would have begun; undefined while it is held. */
  #startMs: number | undefined;
  #ahead: Encrypted[] = [];
  #aheadNext = 0;
  #lateMs = 0;
  readonly #tracks = new Map<MediaKind, MediaStreamTrack>();

  constructor(recording: Recording, fromMs: number) {
    for (const kind of ['audio', 'video'] as const) {
      const track = new MediaStreamTrack({ kind });
      this.#tracks.set(kind, track);
      this.#peer.addTransceiver(track, { direction: 'sendonly' });
    }
    this.#replay = new Replay(recording, ['audio', 'video'], fromMs);
    this.#elapsedMs = fromMs;
  }

  /** Media time that did not go out when it was due, in ms. */
  get skippedMs(): number {
    return this.#replay.skippedMs + this.#lateMs;
  }

  async offer(): Promise<string> {
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#peer.localDescription?.sdp ?? '';
  }

  async accept(sdp: string): Promise<void> {
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
    await untilConnected(this.#peer);
  }

  /** Sends nothing from now on. */
  hold(nowMs: number): void {
    if (this.#startMs === undefined) return;
    this.#elapsedMs = nowMs - this.#startMs;
    this.#startMs = undefined;
  }

  /** Goes on where it was held. */
  play(nowMs: number): void {
    this.#startMs = nowMs - this.#elapsedMs;
  }

  /** While held: encrypts what is due in the next `spanMs`, so that sending it takes the system's call and little else. */
  encryptAhead(spanMs: number): void {
    this.#ahead = this.#ahead.slice(this.#aheadNext);
    this.#aheadNext = 0;
    const { connection } = this.#peer.dtlsTransports[0].iceTransport;
    const send = connection.send.bind(connection);
    let atMs = this.#elapsedMs;
    connection.send = (packet) => {
      if (isRtcp(packet)) return send(packet);
      this.#ahead.push({ atMs, packet });
      return Promise.resolve();
    };
    for (; atMs < this.#elapsedMs + spanMs; atMs += AHEAD_STEP_MS)
      this.#replay.take(atMs, (packet) => this.#send(packet));
    connection.send = send;
  }

  /** Sends what is due at `nowMs`. */
  send(nowMs: number): void {
    if (this.#startMs === undefined) return;
    const elapsedMs = nowMs - this.#startMs;
    this.#sendAhead(elapsedMs);
    this.#replay.take(elapsedMs, (packet) => this.#send(packet));
  }

  #sendAhead(elapsedMs: number): void {
    const first = this.#ahead[this.#aheadNext];
    if (!first || first.atMs > elapsedMs) return;
    if (elapsedMs - first.atMs > MAX_BEHIND_MS) this.#lateMs += elapsedMs - first.atMs;
    const { connection } = this.#peer.dtlsTransports[0].iceTransport;
    for (let next: Encrypted | undefined = first; next && next.atMs <= elapsedMs; next = this.#ahead[++this.#aheadNext])
      void connection.send(next.packet);
  }

  #send({ kind, payload, marker, sequence, timestamp }: DuePacket): void {
    const nowMs = performance.now();
    const stamped = kind === 'audio' ? stampOpus(payload, nowMs) : marker ? stampVp8(payload, nowMs) : undefined;
    // Opus has no marker of its own in a call: here it says that the packet is stamped, as it does for pictures.
    const header = new RtpHeader({ marker: stamped !== undefined, sequenceNumber: sequence, timestamp });
    this.#tracks.get(kind)?.writeRtp(new RtpPacket(header, stamped ?? Buffer.from(payload)));
  }
}

/** Kilobits and packets a second of one replayed caller, stamps included. */
export function rateOf({ audio, video, lengthMs }: Recording): { kbps: number; packetsPerS: number } {
  const packets = [...audio, ...video];
  const bytes = packets.reduce((sum, { payload }) => sum + payload.length + 12, 0);
  return { kbps: Math.round((bytes * 8) / lengthMs), packetsPerS: Math.round((packets.length * 1000) / lengthMs) };
}
