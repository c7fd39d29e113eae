/** Writes small media files with FFmpeg inside node-av: no program on the machine is needed. */
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_QUIET,
  AV_OPT_SEARCH_CHILDREN,
  AV_OPT_TYPE_STRING,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBMP3LAME,
  FF_ENCODER_LIBVORBIS,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBX264,
  FF_ENCODER_MJPEG,
  FF_ENCODER_PCM_S16LE,
  FF_ENCODER_PNG,
} from 'node-av/constants';
import type { AVPixelFormat, AVSampleFormat, FFEncoderCodec } from 'node-av/constants';
import { avChannelLayoutDefault, Codec, CodecContext, FormatContext, Frame, Log, Packet, Rational } from 'node-av/lib';
import type { Stream } from 'node-av/lib';

const VIDEO_CODECS: Record<string, readonly [FFEncoderCodec, AVPixelFormat]> = {
  h264: [FF_ENCODER_LIBX264, AV_PIX_FMT_YUV420P],
  vp8: [FF_ENCODER_LIBVPX_VP8, AV_PIX_FMT_YUV420P],
  png: [FF_ENCODER_PNG, AV_PIX_FMT_RGB24],
  jpeg: [FF_ENCODER_MJPEG, AV_PIX_FMT_YUVJ420P],
};
const AUDIO_CODECS: Record<string, readonly [FFEncoderCodec, AVSampleFormat]> = {
  aac: [FF_ENCODER_AAC, AV_SAMPLE_FMT_FLTP],
  mp3: [FF_ENCODER_LIBMP3LAME, AV_SAMPLE_FMT_S16P],
  pcm: [FF_ENCODER_PCM_S16LE, AV_SAMPLE_FMT_S16],
  vorbis: [FF_ENCODER_LIBVORBIS, AV_SAMPLE_FMT_FLTP],
};

export interface ClipVideo {
  readonly codec: keyof typeof VIDEO_CODECS;
  readonly width: number;
  readonly height: number;
  /** When each picture is shown, in milliseconds. */
  readonly timesMs: readonly number[];
  /** Clockwise turn to apply when shown, as a phone notes it. */
  readonly turnDegrees?: 90 | 180 | 270;
}

export interface ClipAudio {
  readonly codec: keyof typeof AUDIO_CODECS;
  readonly rateHz: number;
  readonly channels: number;
  readonly seconds: number;
  /** Loudness 0..1 of the 440 Hz tone at a second. */
  readonly amplitudeAt?: (second: number) => number;
}

export interface Clip {
  readonly video?: ClipVideo;
  readonly audio?: ClipAudio;
  /** All sound after all pictures, as no good recorder would write it. */
  readonly interleaved?: boolean;
  /** FFmpeg muxer options, for example `movflags`. */
  readonly options?: Readonly<Record<string, string>>;
}

function check(what: string, code: number): void {
  if (code < 0) throw new Error(`${what}: ${code}`);
}

class Track {
  readonly #context: CodecContext;
  readonly #container: FormatContext;
  readonly #stream: Stream;
  readonly #packets: Packet[] = [];

  constructor(container: FormatContext, name: FFEncoderCodec, configure: (context: CodecContext) => void) {
    const codec = Codec.findEncoderByName(name);
    if (codec === null) throw new Error(`no encoder ${name}`);
    this.#container = container;
    this.#context = new CodecContext();
    this.#context.allocContext3(codec);
    configure(this.#context);
    this.#context.threadCount = 1;
    this.#context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    check(`open ${name}`, this.#context.open2Sync(codec, null));
    this.#stream = container.newStream(codec);
    this.#stream.timeBase = this.#context.timeBase;
    check('parameters', this.#stream.codecpar.fromContext(this.#context));
  }

  get frameSize(): number {
    return this.#context.frameSize;
  }

  get stream(): Stream {
    return this.#stream;
  }

  encode(frame: Frame | null): void {
    check('encode', this.#context.sendFrameSync(frame));
    for (;;) {
      const packet = new Packet();
      packet.alloc();
      if (this.#context.receivePacketSync(packet) < 0) return packet.free();
      this.#packets.push(packet);
    }
  }

  /** Writes what was encoded up to `untilMs`. */
  write(untilMs: number): void {
    const { num, den } = this.#context.timeBase;
    while (this.#packets[0] !== undefined && (Number(this.#packets[0].dts) * num * 1000) / den <= untilMs) {
      const packet = this.#packets.shift();
      if (packet === undefined) return;
      packet.streamIndex = this.#stream.index;
      // A last picture without duration lies behind the end of the file and is not shown.
      if (packet.duration === 0n) packet.duration = BigInt(Math.round(den / num / 100));
      packet.rescaleTs(this.#context.timeBase, this.#stream.timeBase);
      check('write', this.#container.writeFrameSync(packet));
      packet.free();
    }
  }

  close(): void {
    this.#context.freeContext();
  }
}

/** Left half dark, right half bright, so that turns and mirrors show; a bar of the first 8 rows is grey. */
function paint(frame: Frame): void {
  // Each read of a property of a frame crosses into native code: none in the loop.
  const { width, height, format, data, linesize } = frame;
  const [first, ...rest] = data ?? [];
  const rowBytes = width * (format === AV_PIX_FMT_RGB24 ? 3 : 1);
  for (let y = 0; y < height; y += 1) {
    const row = first.subarray(y * linesize[0], y * linesize[0] + rowBytes);
    row.fill(y < 8 ? 128 : 200);
    if (y >= 8) row.fill(40, 0, rowBytes / 2);
  }
  for (const plane of rest) plane.fill(128);
}

function addVideo(container: FormatContext, video: ClipVideo): Track {
  const [name, pixelFormat] = VIDEO_CODECS[video.codec];
  const { width, height } = video;
  const track = new Track(container, name, (context) => {
    Object.assign(context, { width, height, pixelFormat, gopSize: 30, maxBFrames: 0, timeBase: new Rational(1, 1000) });
    if (video.codec === 'h264') context.setOption('preset', 'ultrafast');
    if (video.codec === 'vp8') context.setOption('deadline', 'realtime');
  });
  if (video.turnDegrees !== undefined) {
    const matrix = Buffer.alloc(36);
    const [cos, sin] = { 90: [0, 1], 180: [-1, 0], 270: [0, -1] }[video.turnDegrees];
    [cos, sin, 0, -sin, cos, 0, 0, 0, 16_384].forEach((value, i) => matrix.writeInt32LE(value * 65_536, i * 4));
    track.stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, matrix);
  }
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { format: pixelFormat, width, height });
  check('picture', frame.allocBuffer());
  for (const timeMs of video.timesMs) {
    check('writable', frame.makeWritable());
    paint(frame);
    frame.pts = BigInt(Math.round(timeMs));
    track.encode(frame);
  }
  track.encode(null);
  frame.free();
  return track;
}

function fillTone(frame: Frame, audio: ClipAudio, firstSample: number): void {
  const { nbSamples } = frame;
  const planes = frame.extendedData ?? [];
  const planar = planes.length > 1 || audio.channels === 1;
  const float = frame.format === AV_SAMPLE_FMT_FLTP;
  for (let i = 0; i < nbSamples; i += 1) {
    const second = (firstSample + i) / audio.rateHz;
    const value = (audio.amplitudeAt?.(second) ?? 0.5) * Math.sin(2 * Math.PI * 440 * second);
    for (let channel = 0; channel < audio.channels; channel += 1) {
      const plane = planar ? planes[channel] : planes[0];
      const at = planar ? i : i * audio.channels + channel;
      if (float) plane.writeFloatLE(value, at * 4);
      else plane.writeInt16LE(Math.round(value * 32_767), at * 2);
    }
  }
}

function addAudio(container: FormatContext, audio: ClipAudio): Track {
  const [name, sampleFormat] = AUDIO_CODECS[audio.codec];
  const channelLayout = avChannelLayoutDefault(audio.channels);
  const timeBase = new Rational(1, audio.rateHz);
  const track = new Track(container, name, (context) =>
    Object.assign(context, { sampleRate: audio.rateHz, sampleFormat, channelLayout, timeBase }),
  );
  const nbSamples = track.frameSize > 0 ? track.frameSize : 1024;
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { format: sampleFormat, nbSamples, sampleRate: audio.rateHz, channelLayout });
  check('samples', frame.allocBuffer());
  for (let at = 0; at < audio.seconds * audio.rateHz; at += nbSamples) {
    check('writable', frame.makeWritable());
    fillTone(frame, audio, at);
    frame.pts = BigInt(at);
    track.encode(frame);
  }
  track.encode(null);
  frame.free();
  return track;
}

/** Writes the clip; the ending of `path` chooses the container. */
export function writeClip(path: string, clip: Clip): string {
  Log.setLevel(AV_LOG_QUIET);
  const container = new FormatContext();
  const still = clip.video !== undefined && ['png', 'jpeg'].includes(clip.video.codec);
  check('container', container.allocOutputContext2(null, still ? 'image2pipe' : null, path));
  const tracks: Track[] = [];
  if (clip.video !== undefined) tracks.push(addVideo(container, clip.video));
  if (clip.audio !== undefined) tracks.push(addAudio(container, clip.audio));
  for (const [name, value] of Object.entries(clip.options ?? {})) {
    check(name, container.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN));
  }
  check('open', container.openOutputSync());
  check('header', container.writeHeaderSync(null));
  if (clip.interleaved === false) for (const track of tracks) track.write(Infinity);
  for (let ms = 0; ms <= 120_000; ms += 200) for (const track of tracks) track.write(ms);
  check('trailer', container.writeTrailerSync());
  container.closeOutputSync();
  for (const track of tracks) track.close();
  container.freeContext();
  return path;
}
