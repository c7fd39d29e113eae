import type { RTCPeerConnection } from '@roamhq/wrtc';
import { BenchError } from '../bench-error.ts';
import { offerMedia } from '../whip-offer.ts';
import { CLIP_RATE_HZ, type Clip } from './clip.ts';
import { ClipPlayer } from './clip-player.ts';

const CONNECT_WITHIN_MS = 15_000;

export interface PublisherOptions {
  readonly whipUrl: string;
  readonly token: string;
  readonly clip: Clip;
}

/** A headless caller: a WebRTC peer that publishes a clip over WHIP (RFC 9725), as a browser would. */
export class Publisher {
  readonly #peer: RTCPeerConnection;
  readonly #stop: () => void;

  /** Resolves when media flow. Throws {@link BenchError} `caller-failed`. */
  static async publish({ whipUrl, token, clip }: PublisherOptions): Promise<Publisher> {
    const wrtc = await loadWrtc();
    const peer = new wrtc.RTCPeerConnection();
    const [video, audio] = [new wrtc.nonstandard.RTCVideoSource(), new wrtc.nonstandard.RTCAudioSource()];
    const stream = new wrtc.MediaStream();
    if (clip.pictures.length > 0) peer.addTrack(video.createTrack(), stream);
    if (clip.samples.length > 0) peer.addTrack(audio.createTrack(), stream);
    try {
      await connect(peer, whipUrl, token);
    } catch (error) {
      peer.close();
      throw error;
    }
    const player = new ClipPlayer(clip, {
      picture: (picture) => video.onFrame(picture),
      audio: (samples) =>
        audio.onData({
          samples,
          sampleRate: CLIP_RATE_HZ,
          bitsPerSample: 16,
          channelCount: 1,
          numberOfFrames: samples.length,
        }),
    });
    return new Publisher(peer, playInRealTime(player));
  }

  private constructor(peer: RTCPeerConnection, stop: () => void) {
    this.#peer = peer;
    this.#stop = stop;
  }

  /** Idempotent. */
  close(): void {
    this.#stop();
    this.#peer.close();
  }
}

function playInRealTime(player: ClipPlayer): () => void {
  const startMs = performance.now();
  let timer: NodeJS.Timeout;
  const step = (): void => {
    const nextMs = player.play(performance.now() - startMs);
    timer = setTimeout(step, Math.max(1, startMs + nextMs - performance.now()));
  };
  step();
  return () => clearTimeout(timer);
}

async function loadWrtc(): Promise<typeof import('@roamhq/wrtc')> {
  try {
    const loaded = await import('@roamhq/wrtc');
    return loaded.default;
  } catch (cause) {
    throw new BenchError(
      'caller-failed',
      'The headless caller needs the package @roamhq/wrtc, which is not installed: npm install @roamhq/wrtc',
      cause,
    );
  }
}

async function connect(peer: RTCPeerConnection, whipUrl: string, token: string): Promise<void> {
  await peer.setLocalDescription(await peer.createOffer());
  await waitFor(peer, 'icegatheringstatechange', () => peer.iceGatheringState === 'complete', 'gather addresses');
  const { sdp } = await offerMedia(whipUrl, token, peer.localDescription?.sdp ?? '');
  await peer.setRemoteDescription({ type: 'answer', sdp });
  await waitFor(peer, 'connectionstatechange', () => peer.connectionState === 'connected', 'connect');
}

function waitFor(peer: RTCPeerConnection, event: string, done: () => boolean, what: string): Promise<void> {
  if (done()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      peer.removeEventListener(event, check);
      settle();
    };
    const check = (): void => {
      if (done()) end(resolve);
      else if (peer.connectionState === 'failed')
        end(() => reject(new BenchError('caller-failed', `The caller could not ${what}: the connection failed.`)));
    };
    const timer = setTimeout(
      () =>
        end(() =>
          reject(new BenchError('caller-failed', `The caller could not ${what} within ${CONNECT_WITHIN_MS / 1000} s.`)),
        ),
      CONNECT_WITHIN_MS,
    );
    peer.addEventListener(event, check);
  });
}
