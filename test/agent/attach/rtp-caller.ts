/** A mediasoup app of a few lines, and a caller that pushes a face and a voice into it as plain RTP, encoded beforehand. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { types } from 'mediasoup';
import { loadMediasoup } from '../../../sfu/mediasoup/worker-binary.ts';
import { findMediasoup } from '../../support/machine.ts';

/** Opus and VP8, as most apps have them. */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
];

/** A worker, where {@link findMediasoup} found one. */
export async function startWorker(): Promise<types.Worker> {
  const { createWorker } = await loadMediasoup(findMediasoup()!);
  return createWorker();
}

const words = (text: string): string[] => text.split(' ');

type Ports = readonly [rtp: number, rtcp: number];

let encoded: string | undefined;

/** Encodes five seconds of a face (a clip or a still) and its sound, once. */
export function encodeClip(media: string): string {
  if (encoded !== undefined && existsSync(encoded)) return encoded;
  const file = join(mkdtempSync(join(tmpdir(), 'undertone-rtp-')), 'clip.webm');
  const input = `${/\.(png|jpe?g)$/i.test(media) ? '-loop 1 -framerate 15 ' : ''}-t 5 -i`;
  const voice = '-f lavfi -t 5 -i sine=frequency=180 -map 0:v:0 -map 1:a:0';
  const codecs = '-vf scale=320:-2,fps=15 -c:v libvpx -deadline realtime -b:v 300k -g 15 -c:a libopus -b:a 32k -ac 2';
  execFileSync('ffmpeg', [...words(`-v error -y ${input}`), media, ...words(voice), ...words(codecs), file]);
  encoded = file;
  return file;
}

/** Somebody who publishes, without WebRTC. */
export class RtpCaller {
  readonly audio: types.Producer;
  readonly video: types.Producer;
  readonly #ffmpeg: ChildProcess;

  private constructor(audio: types.Producer, video: types.Producer, ffmpeg: ChildProcess) {
    this.audio = audio;
    this.video = video;
    this.#ffmpeg = ffmpeg;
  }

  static async publish(router: types.Router, clip: string, appData: types.AppData = {}): Promise<RtpCaller> {
    const [audioPorts, audio] = await ingest(router, 'audio', 111, appData);
    const [videoPorts, video] = await ingest(router, 'video', 96, appData);
    const to = ([rtp, rtcp]: Ports): string => `rtp://127.0.0.1:${rtp}?rtcpport=${rtcp}`;
    const ffmpeg = spawn(
      'ffmpeg',
      [
        ...words('-v error -re -stream_loop -1 -i'),
        clip,
        ...words('-map 0:a -c copy -f rtp -ssrc 1 -payload_type 111'),
        to(audioPorts),
        ...words('-map 0:v -c copy -f rtp -ssrc 2 -payload_type 96'),
        to(videoPorts),
      ],
      { stdio: 'ignore' },
    );
    return new RtpCaller(audio, video, ffmpeg);
  }

  async close(): Promise<void> {
    if (this.#ffmpeg.exitCode !== null) return;
    const exit = once(this.#ffmpeg, 'exit');
    this.#ffmpeg.kill('SIGKILL');
    await exit;
  }
}

async function ingest(
  router: types.Router,
  kind: 'audio' | 'video',
  payloadType: number,
  appData: types.AppData,
): Promise<[Ports, types.Producer]> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    // FFmpeg sends RTCP from a socket of its own.
    rtcpMux: false,
    comedia: true,
  });
  const codec =
    kind === 'audio'
      ? { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType }
      : { mimeType: 'video/VP8', clockRate: 90_000, payloadType };
  const producer = await transport.produce({
    kind,
    appData,
    rtpParameters: { codecs: [codec], encodings: [{ ssrc: kind === 'audio' ? 1 : 2 }] },
  });
  return [[transport.tuple.localPort, transport.rtcpTuple?.localPort ?? 0], producer];
}
