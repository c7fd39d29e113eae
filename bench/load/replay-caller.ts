import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpSender,
  type RTCRtpTransceiver,
  RtpHeader,
  RtpPacket,
} from 'werift';
import { BenchError } from '../bench-error.ts';
import { offerMedia } from '../whip-offer.ts';
import type { Recording } from './recording.ts';
import { CLOCK_RATES_HZ, type DuePacket, type MediaKind, Replay } from './replay.ts';

const CONNECT_WITHIN_MS = 15_000;
/** On a full machine a handshake may run out of time: a caller tries again, as people do. */
const ATTEMPTS = 3;
const CODECS: Readonly<Record<MediaKind, RTCRtpCodecParameters>> = {
  audio: new RTCRtpCodecParameters({
    mimeType: 'audio/opus',
    clockRate: CLOCK_RATES_HZ.audio,
    channels: 2,
    payloadType: 111,
  }),
  video: new RTCRtpCodecParameters({
    mimeType: 'video/VP8',
    clockRate: CLOCK_RATES_HZ.video,
    payloadType: 96,
    rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
  }),
};

export interface ReplayCallerOptions {
  readonly whipUrl: string;
  readonly token: string;
  readonly kinds: readonly MediaKind[];
  readonly recording: Recording;
  /** Where in the recording it begins, in ms: callers in step would all send their key frames at once. */
  readonly fromMs: number;
  /** 0..1, e.g. Math.random: decides which packets are lost. */
  random(): number;
}

/** A caller that publishes a recording over WHIP: it encrypts and sends, and encodes nothing. */
export class ReplayCaller {
  /** When the recording's first instant was, or would have been, due; `performance.now()`. */
  readonly startMs: number;
  readonly #peer: RTCPeerConnection;
  readonly #tracks = new Map<MediaKind, MediaStreamTrack>();
  readonly #replay: Replay;
  readonly #options: ReplayCallerOptions;
  readonly #paused = new Set<MediaKind>();
  #lossShare = 0;
  #sent = 0;
  #lost = 0;

  /** Resolves when it may send; tries up to three times. Throws {@link BenchError} `caller-failed`. */
  static async connect(options: ReplayCallerOptions): Promise<ReplayCaller> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ReplayCaller.#attempt(options);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  static async #attempt(options: ReplayCallerOptions): Promise<ReplayCaller> {
    const peer = new RTCPeerConnection({
      codecs: { audio: [CODECS.audio], video: [CODECS.video] },
      bundlePolicy: 'max-bundle',
      iceServers: [],
      // The agent may listen on loopback alone, which is not gathered by default.
      iceAdditionalHostAddresses: ['127.0.0.1'],
      iceUseIpv6: false,
    });
    try {
      const tracks = options.kinds.map((kind) => new MediaStreamTrack({ kind }));
      for (const track of tracks) reportTrueTimes(peer.addTransceiver(track, { direction: 'sendonly' }).sender);
      await negotiate(peer, options);
      return new ReplayCaller(peer, tracks, options);
    } catch (error) {
      await peer.close();
      throw error;
    }
  }

  private constructor(peer: RTCPeerConnection, tracks: readonly MediaStreamTrack[], options: ReplayCallerOptions) {
    this.#peer = peer;
    this.#options = options;
    for (const track of tracks) this.#tracks.set(track.kind === 'audio' ? 'audio' : 'video', track);
    this.#replay = new Replay(options.recording, options.kinds, options.fromMs);
    this.startMs = performance.now() - options.fromMs;
  }

  /** Media time that was skipped because this process came too late, in ms. */
  get skippedMs(): number {
    return this.#replay.skippedMs;
  }

  /** Packets sent, and packets lost on purpose. */
  get packets(): { readonly sent: number; readonly lost: number } {
    return { sent: this.#sent, lost: this.#lost };
  }

  /** From now on this share (0..1) of packets is lost on the way. */
  lose(share: number): void {
    this.#lossShare = share;
  }

  /** Sends no more of a kind, or goes on: a muted microphone, a covered camera. */
  pause(kind: MediaKind, paused: boolean): void {
    if (paused) this.#paused.add(kind);
    else this.#paused.delete(kind);
  }

  /** Sends what is due at `nowMs` (`performance.now()`). */
  send(nowMs: number): void {
    this.#replay.take(nowMs - this.startMs, (packet) => this.#send(packet));
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#peer.close();
  }

  #send({ kind, payload, marker, sequence, timestamp }: DuePacket): void {
    if (this.#paused.has(kind)) return;
    if (this.#lossShare > 0 && this.#options.random() < this.#lossShare) {
      this.#lost++;
      return;
    }
    this.#sent++;
    const header = new RtpHeader({ marker, sequenceNumber: sequence, timestamp });
    this.#tracks.get(kind)?.writeRtp(new RtpPacket(header, Buffer.from(payload)));
  }
}

async function negotiate(peer: RTCPeerConnection, options: ReplayCallerOptions): Promise<void> {
  const { whipUrl, token } = options;
  await peer.setLocalDescription(await peer.createOffer());
  await untilState(peer, 'gather addresses', () => peer.iceGatheringState === 'complete');
  const { sdp, location } = await offerMedia(whipUrl, token, peer.localDescription?.sdp ?? '');
  await peer.setRemoteDescription({ type: 'answer', sdp });
  try {
    await untilState(peer, 'connect', () => peer.connectionState === 'connected');
  } catch (error) {
    await hangUp(location, options);
    throw error;
  }
  if (!peer.getTransceivers().every(isSending))
    throw new BenchError('caller-failed', 'The agent took VP8 or Opus from nobody: its SFU offers other codecs.');
}

/** Ends a publication that never connected (RFC 9725 4.2), or the next attempt would be a second one. */
async function hangUp(location: string | null, { whipUrl, token }: ReplayCallerOptions): Promise<void> {
  if (location === null) return;
  const headers = { Authorization: `Bearer ${token}` };
  await fetch(new URL(location, whipUrl), { method: 'DELETE', headers }).catch(() => undefined);
}

/**
 * werift writes the decimals of the second as they are into the fraction of an NTP time (0.5 s becomes 5 / 2^32): its
 * sender reports are wrong by up to a second, and whoever believes them takes media for older than they are.
 */
export function reportTrueTimes(sender: RTCRtpSender): void {
  let ntp = 0n;
  Object.defineProperty(sender, 'ntpTimestamp', {
    get: () => ntp,
    set() {
      ntp = ntpNow();
    },
  });
}

/** Now as RTP's sender reports have it: seconds since 1900, 32 bits before the point and 32 behind. */
function ntpNow(): bigint {
  const us = BigInt(Math.round((performance.timeOrigin + performance.now() - Date.UTC(1900, 0, 1)) * 1000));
  return (us << 32n) / 1_000_000n;
}

function isSending({ sender }: RTCRtpTransceiver): boolean {
  return sender.codec !== undefined;
}

function untilState(peer: RTCPeerConnection, what: string, done: () => boolean): Promise<void> {
  if (done()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const subscriptions = [peer.connectionStateChange, peer.iceGatheringStateChange].map((event) =>
      event.subscribe(() => check()),
    );
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      for (const { unSubscribe } of subscriptions) unSubscribe();
      settle();
    };
    const fail = (why: string): void =>
      end(() => reject(new BenchError('caller-failed', `The caller could not ${what}${why}.`)));
    const check = (): void => {
      if (done()) end(resolve);
      else if (peer.connectionState === 'failed') fail(': the connection failed');
    };
    const timer = setTimeout(() => fail(` within ${CONNECT_WITHIN_MS / 1000} s`), CONNECT_WITHIN_MS);
  });
}
