/** Encoded media made with FFmpeg's encoders inside node-av: no program on the machine is needed. */
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLT,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { avChannelLayoutDefault, Codec, CodecContext, Frame, Log, Packet, Rational } from 'node-av/lib';

export interface EncodedUnit {
  readonly data: Uint8Array;
  readonly keyFrame: boolean;
}

function drain(context: CodecContext, frame: Frame | null, units: EncodedUnit[]): void {
  const packet = new Packet();
  packet.alloc();
  context.sendFrameSync(frame);
  while (context.receivePacketSync(packet) >= 0) {
    units.push({ data: new Uint8Array(packet.data as Buffer), keyFrame: packet.isKeyframe });
    packet.unref();
  }
  packet.free();
}

function paint(frame: Frame, shift: number): void {
  // Each read of a property of a frame crosses into native code: none in the loop.
  const { width, height, linesize } = frame;
  const [luma, u, v] = frame.data ?? [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) luma[y * linesize[0] + x] = (x + y + shift) & 0xff;
  }
  u.fill(100);
  v.fill(150);
}

export interface PictureOptions {
  readonly count: number;
  readonly width?: number;
  readonly height?: number;
  /** Pictures between key frames. */
  readonly keyEvery?: number;
  readonly bitRate?: number;
  /** How far the ramp has moved in a picture; default four steps a picture. */
  readonly shift?: (index: number) => number;
  /** VP8 in three temporal layers, in turns of 0, 2, 1, 2. */
  readonly layered?: boolean;
}

/** The mode has to come last. */
const THREE_LAYERS =
  'ts_number_layers=3:ts_target_bitrate=300,400,600:ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3';

const ENCODERS = { vp8: FF_ENCODER_LIBVPX_VP8, vp9: FF_ENCODER_LIBVPX_VP9, h264: FF_ENCODER_LIBX264 };
export type PictureCodecName = keyof typeof ENCODERS;

/** A moving ramp in VP8, VP9 or H.264 (Annex B), one unit a picture, no pictures reordered. */
export function encodePictures(codecName: PictureCodecName, options: PictureOptions): EncodedUnit[] {
  Log.setLevel(AV_LOG_QUIET);
  const { count, width = 320, height = 180, keyEvery = 30, bitRate = 600_000, shift = (i) => i * 4 } = options;
  const codec = Codec.findEncoderByName(ENCODERS[codecName]) as Codec;
  const context = new CodecContext();
  context.allocContext3(codec);
  Object.assign(context, { width, height, pixelFormat: AV_PIX_FMT_YUV420P, gopSize: keyEvery, threadCount: 1 });
  context.timeBase = new Rational(1, 30);
  context.bitRate = BigInt(bitRate);
  context.maxBFrames = 0;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  const privateOptions =
    codecName === 'h264'
      ? { preset: 'ultrafast', tune: 'zerolatency' }
      : { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0' };
  // Without the second a picture goes on with the probabilities of the one before, whatever its layer.
  if (options.layered) Object.assign(privateOptions, { 'ts-parameters': THREE_LAYERS, 'error-resilient': 'default' });
  for (const [name, value] of Object.entries(privateOptions)) context.setOption(name, value);
  if (context.open2Sync(codec, null) < 0) throw new Error(`no ${codecName} encoder`);
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { format: AV_PIX_FMT_YUV420P, width, height });
  frame.allocBuffer();
  const units: EncodedUnit[] = [];
  for (let i = 0; i < count; i += 1) {
    frame.makeWritable();
    paint(frame, shift(i));
    frame.pts = BigInt(i);
    drain(context, frame, units);
  }
  drain(context, null, units);
  frame.free();
  context.freeContext();
  return units;
}

/** 20 ms Opus packets of `sampleAt(second)` on both channels. */
export function encodeOpus(count: number, sampleAt: (second: number) => number): Uint8Array[] {
  Log.setLevel(AV_LOG_QUIET);
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS) as Codec;
  const context = new CodecContext();
  context.allocContext3(codec);
  Object.assign(context, { sampleRate: 48_000, sampleFormat: AV_SAMPLE_FMT_FLT, threadCount: 1 });
  context.channelLayout = avChannelLayoutDefault(2);
  context.timeBase = new Rational(1, 48_000);
  context.bitRate = 32_000n;
  if (context.open2Sync(codec, null) < 0) throw new Error('no Opus encoder');
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { format: AV_SAMPLE_FMT_FLT, nbSamples: 960, sampleRate: 48_000 });
  frame.channelLayout = avChannelLayoutDefault(2);
  frame.allocBuffer();
  const units: EncodedUnit[] = [];
  for (let i = 0; i < count; i += 1) {
    frame.makeWritable();
    const bytes = (frame.data as Buffer[])[0];
    for (let k = 0; k < 960; k += 1) {
      const value = sampleAt((i * 960 + k) / 48_000);
      bytes.writeFloatLE(value, k * 8);
      bytes.writeFloatLE(value, k * 8 + 4);
    }
    frame.pts = BigInt(i * 960);
    drain(context, frame, units);
  }
  frame.free();
  context.freeContext();
  return units.map((unit) => unit.data);
}

export function sine(hz: number, amplitude = 0.5): (second: number) => number {
  return (second) => amplitude * Math.sin(2 * Math.PI * hz * second);
}
