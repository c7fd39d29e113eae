/** Programs that push RTP, and the ports that an answer names. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** An offer of Opus at ssrc 1001 and VP8 at ssrc 1002. */
export const PLAIN_OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'm=audio 9 RTP/AVP 111',
  'a=rtpmap:111 opus/48000/2',
  'a=ssrc:1001',
  'm=video 9 RTP/AVP 96',
  'a=rtpmap:96 VP8/90000',
  'a=ssrc:1002',
  '',
].join('\r\n');

export interface Ports {
  readonly rtp: number;
  readonly rtcp: number;
}

/** The ports of each m-line of an answer. */
export function portsOf(answerSdp: string): Ports[] {
  const numbers = (line: RegExp): number[] => [...answerSdp.matchAll(line)].map(([, port]) => Number(port));
  const rtcp = numbers(/^a=rtcp:(\d+)/gm);
  return numbers(/^m=\w+ (\d+)/gm).map((rtp, i) => ({ rtp, rtcp: rtcp[i] }));
}

const words = (text: string): string[] => text.split(/\s+/);

/** FFmpeg that makes a tone and a test picture and pushes them. */
export function ffmpegArgs([audio, video]: readonly Ports[]): string[] {
  const to = ({ rtp, rtcp }: Ports): string => `rtp://127.0.0.1:${rtp}?rtcpport=${rtcp}`;
  return [
    ...words('-v error -re -f lavfi -i sine=frequency=300 -re -f lavfi -i testsrc=size=320x180:rate=15'),
    ...words('-map 0:a -c:a libopus -ac 2 -ssrc 1001 -payload_type 111 -f rtp'),
    to(audio),
    ...words('-map 1:v -c:v libvpx -deadline realtime -cpu-used 8 -g 15 -ssrc 1002 -payload_type 96 -f rtp'),
    to(video),
  ];
}

/** The same by GStreamer; rtpbin makes the sender reports. */
export function gstreamerArgs([audio, video]: readonly Ports[]): string[] {
  const sinks = (session: number, { rtp, rtcp }: Ports): string =>
    `bin.send_rtp_src_${session} ! udpsink host=127.0.0.1 port=${rtp} ` +
    `bin.send_rtcp_src_${session} ! udpsink host=127.0.0.1 port=${rtcp} sync=false async=false`;
  return words(
    'rtpbin name=bin ' +
      'audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay ssrc=1001 pt=111 ! bin.send_rtp_sink_0 ' +
      'videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1 ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp8pay ssrc=1002 pt=96 ! bin.send_rtp_sink_1 ' +
      `${sinks(0, audio)} ${sinks(1, video)}`,
  );
}

/** Whether a program is installed; says so loudly when it is not. */
export function hasTool(program: string, debianPackage: string, versionFlag = '--version'): boolean {
  try {
    execFileSync(program, [versionFlag], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // A tool that is there but does not know the flag is there.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return true;
    console.warn(`SKIPPED: ${program} is missing; "apt-get install ${debianPackage}" installs it.`);
    return false;
  }
}

/** A running program that is ended by `close`. */
export class Tool {
  readonly process: ChildProcess;
  #tail = '';

  constructor(program: string, args: readonly string[]) {
    this.process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#tail = (this.#tail + text).slice(-4000);
      });
  }

  /** The end of what it wrote. */
  get tail(): string {
    return this.#tail;
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }
}
