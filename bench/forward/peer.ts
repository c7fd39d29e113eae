/** The peers of the benchmark: they speak DTLS and SRTP as any, send a recording and look at the clock. */
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket, StunProtocol } from 'werift';
import { BenchError } from '../bench-error.ts';
import type { Recording } from '../load/recording.ts';
import { type DuePacket, type MediaKind, Replay } from '../load/replay.ts';
import { readStamp, stampOpus, stampVp8 } from './stamp.ts';
import { StreamCounter } from './stream-counter.ts';

const CONNECT_WITHIN_MS = 30_000;
/** For what comes while this one process serves others: a packet that falls here would count as the engine's loss. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;
/** mediasoup asks how much a viewer's line bears with packets of no content; nobody published them. */
const PROBATION_SSRC = 1234;

/** Without NACK: a packet that is lost stays lost, and is counted. */
const CODECS = {
  audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 })],
  video: [
    new RTCRtpCodecParameters({
      mimeType: 'video/VP8',
      clockRate: 90_000,
      payloadType: 96,
      rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
    }),
  ],
};

function openPeer(): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: CODECS,
    bundlePolicy: 'max-bundle',
    iceServers: [],
    // The SFU listens on loopback, which is not gathered by default.
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceUseIpv6: false,
  });
}

/** Publishes a recording. */
export class PublishingPeer {
  readonly #peer = openPeer();
  readonly #replay: Replay;
  readonly #fromMs: number;
  #startMs = 0;
  #sending = false;
  readonly #tracks = new Map<MediaKind, MediaStreamTrack>();

  constructor(recording: Recording, fromMs: number) {
    for (const kind of ['audio', 'video'] as const) {
      const track = new MediaStreamTrack({ kind });
      this.#tracks.set(kind, track);
      this.#peer.addTransceiver(track, { direction: 'sendonly' });
    }
    this.#replay = new Replay(recording, ['audio', 'video'], fromMs);
    this.#fromMs = fromMs;
  }

  get skippedMs(): number {
    return this.#replay.skippedMs;
  }

  async offer(): Promise<string> {
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#peer.localDescription?.sdp ?? '';
  }

  async accept(sdp: string): Promise<void> {
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
    await untilConnected(this.#peer);
    this.#startMs = performance.now() - this.#fromMs;
    this.#sending = true;
  }

  /** Sends what is due at `nowMs`. */
  send(nowMs: number): void {
    if (this.#sending) this.#replay.take(nowMs - this.#startMs, (packet) => this.#send(packet));
  }

  #send({ kind, payload, marker, sequence, timestamp }: DuePacket): void {
    const nowMs = performance.now();
    const stamped = kind === 'audio' ? stampOpus(payload, nowMs) : marker ? stampVp8(payload, nowMs) : undefined;
    // Opus has no marker of its own in a call: here it says that the packet is stamped, as it does for pictures.
    const header = new RtpHeader({ marker: stamped !== undefined, sequenceNumber: sequence, timestamp });
    this.#tracks.get(kind)?.writeRtp(new RtpPacket(header, stamped ?? Buffer.from(payload)));
  }
}

/** Watches a room. */
export class WatchingPeer {
  readonly #peer = openPeer();
  readonly #streams = new Map<number, StreamCounter>();
  readonly #onLatency: (ms: number) => void;
  #looking = false;

  constructor(onLatency: (ms: number) => void) {
    this.#onLatency = onLatency;
  }

  get streams(): ReadonlyMap<number, StreamCounter> {
    return this.#streams;
  }

  /** Answers an offer of the SFU, the first of which opens the connection. */
  async answer(sdp: string): Promise<string> {
    await this.#peer.setRemoteDescription({ type: 'offer', sdp });
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    if (!this.#looking) {
      this.#looking = true;
      this.#listen();
      // That it does not connect shows in what it does not receive.
      untilConnected(this.#peer).then(
        () => this.#widen(),
        () => {},
      );
    }
    return this.#peer.localDescription?.sdp ?? '';
  }

  /** From here on packets are counted by their headers, which SRTP leaves readable (RFC 3711 3.1), and nothing is decrypted: no further offers. */
  lookOnly(): void {
    for (const { iceTransport } of this.#peer.dtlsTransports) {
      iceTransport.connection.onData.allUnsubscribe();
      iceTransport.connection.onData.subscribe((data) => {
        const isRtp = data.length > 12 && data[0] !== undefined && data[0] >> 6 === 2 && !isRtcp(data);
        if (isRtp) this.#count(data.readUInt32BE(8), data.readUInt16BE(2));
      });
    }
  }

  #widen(): void {
    for (const { iceTransport } of this.#peer.dtlsTransports) {
      const protocol = iceTransport.connection.nominated?.protocol;
      if (protocol instanceof StunProtocol) protocol.transport.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    }
  }

  /** Below the tracks, which change with every offer. */
  #listen(): void {
    for (const { onRtp } of this.#peer.dtlsTransports) {
      onRtp.subscribe(({ header, payload }) => {
        this.#count(header.ssrc, header.sequenceNumber);
        if (header.marker) this.#onLatency(performance.now() - readStamp(payload));
      });
    }
  }

  #count(ssrc: number, sequence: number): void {
    if (ssrc === PROBATION_SSRC) return;
    let stream = this.#streams.get(ssrc);
    if (!stream) this.#streams.set(ssrc, (stream = new StreamCounter()));
    stream.push(sequence);
  }
}

function isRtcp(data: Buffer): boolean {
  const type = data[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** Kilobits and packets a second of one replayed caller, stamps included. */
export function rateOf({ audio, video, lengthMs }: Recording): { kbps: number; packetsPerS: number } {
  const packets = [...audio, ...video];
  const bytes = packets.reduce((sum, { payload }) => sum + payload.length + 12, 0);
  return { kbps: Math.round((bytes * 8) / lengthMs), packetsPerS: Math.round((packets.length * 1000) / lengthMs) };
}

function untilConnected(peer: RTCPeerConnection): Promise<void> {
  if (peer.connectionState === 'connected') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const fail = (): void =>
      reject(new BenchError('caller-failed', `A peer did not connect within ${CONNECT_WITHIN_MS / 1000} s.`));
    const timer = setTimeout(fail, CONNECT_WITHIN_MS);
    peer.connectionStateChange.subscribe((state) => {
      if (state !== 'connected' && state !== 'failed' && state !== 'closed') return;
      clearTimeout(timer);
      if (state === 'connected') resolve();
      else reject(new BenchError('caller-failed', `A peer could not connect: ${state}.`));
    });
  });
}
