/** The encoders of a call (libvpx, libopus) out of node-av, so that a clip is encoded once and then only replayed. */
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_S16,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBVPX_VP8,
  type FFEncoderCodec,
} from 'node-av/constants';
import { avChannelLayoutDefault, Codec, CodecContext, Frame, Log, Packet, Rational } from 'node-av/lib';
import { BenchError } from '../bench-error.ts';
import { CLIP_RATE_HZ, type Picture } from '../latency/clip.ts';
import { LAYERS } from './vp8-payloads.ts';

/** A call's usual rates. */
const VIDEO_BITS_PER_SECOND = 500_000n;
const AUDIO_BITS_PER_SECOND = 32_000n;
/** Key frames so often: who begins to watch waits no longer than this. */
const KEY_EVERY_MS = 2000;
export const OPUS_STEP_MS = 20;
const OPUS_STEP_SAMPLES = (CLIP_RATE_HZ * OPUS_STEP_MS) / 1000;

/** Three temporal layers, of which the base has half the bits, in turns of {@link LAYERS}; the mode has to come last. */
const THREE_LAYERS =
  'ts_number_layers=3:ts_target_bitrate=250,350,500:ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3';

/**
 * VP8, one unit a picture, as a browser encodes in a call (real time, no picture held back).
 * @param layered in three temporal layers (`L1T3`)
 * @throws {BenchError}
 */
export function encodeVp8(pictures: readonly Picture[], pictureMs: number, layered = false): Uint8Array[] {
  const [first] = pictures;
  if (first === undefined) return [];
  const { width, height } = first;
  const context = new CodecContext();
  const codec = prepare(context, FF_ENCODER_LIBVPX_VP8);
  // Key frames are of the base layer.
  const gopSize = Math.round(KEY_EVERY_MS / pictureMs / LAYERS.length) * LAYERS.length;
  Object.assign(context, { width, height, pixelFormat: AV_PIX_FMT_YUV420P, gopSize });
  context.timeBase = new Rational(1, 1000);
  context.bitRate = VIDEO_BITS_PER_SECOND;
  context.maxBFrames = 0;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  for (const [name, value] of Object.entries({ deadline: 'realtime', 'cpu-used': '8' })) context.setOption(name, value);
  if (layered) {
    context.setOption('ts-parameters', THREE_LAYERS);
    // Else every picture would go on with the probabilities of the one before, whatever its layer.
    context.setOption('error-resilient', 'default');
  }
  open(context, codec);
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { format: AV_PIX_FMT_YUV420P, width, height });
  frame.allocBuffer();
  const units: Uint8Array[] = [];
  for (const [index, picture] of pictures.entries()) {
    frame.makeWritable();
    paint(frame, picture);
    frame.pts = BigInt(Math.round(index * pictureMs));
    drain(context, frame, units);
  }
  drain(context, null, units);
  frame.free();
  context.freeContext();
  return units;
}

/**
 * Opus packets of 20 ms, mono, at the clip's rate; a last step that is not whole falls away.
 * @param dtx as a caller's encoder that may say that there is nothing to send: such packets have one or two bytes
 * @throws {BenchError}
 */
export function encodeOpus(samples: Int16Array, dtx = false): Uint8Array[] {
  const context = new CodecContext();
  const codec = prepare(context, FF_ENCODER_LIBOPUS);
  Object.assign(context, { sampleRate: CLIP_RATE_HZ, sampleFormat: AV_SAMPLE_FMT_S16 });
  context.channelLayout = avChannelLayoutDefault(1);
  context.timeBase = new Rational(1, CLIP_RATE_HZ);
  context.bitRate = AUDIO_BITS_PER_SECOND;
  if (dtx)
    for (const [name, value] of Object.entries({ application: 'voip', dtx: '1' })) context.setOption(name, value);
  open(context, codec);
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { format: AV_SAMPLE_FMT_S16, nbSamples: OPUS_STEP_SAMPLES, sampleRate: CLIP_RATE_HZ });
  frame.channelLayout = avChannelLayoutDefault(1);
  frame.allocBuffer();
  const units: Uint8Array[] = [];
  for (let from = 0; from + OPUS_STEP_SAMPLES <= samples.length; from += OPUS_STEP_SAMPLES) {
    frame.makeWritable();
    const part = samples.subarray(from, from + OPUS_STEP_SAMPLES);
    frame.data?.[0]?.set(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    frame.pts = BigInt(from);
    drain(context, frame, units);
  }
  frame.free();
  context.freeContext();
  return units;
}

function prepare(context: CodecContext, name: FFEncoderCodec): Codec {
  Log.setLevel(AV_LOG_QUIET);
  const codec = Codec.findEncoderByName(name);
  if (codec === null)
    throw new BenchError('caller-failed', `node-av has no encoder ${name}. Install it again: npm ci.`);
  context.allocContext3(codec);
  context.threadCount = 1;
  return codec;
}

function open(context: CodecContext, codec: Codec): void {
  if (context.open2Sync(codec, null) < 0)
    throw new BenchError('caller-failed', `The encoder ${codec.name} refused the clip. Give another with --media.`);
}

function paint(frame: Frame, { width, height, data }: Picture): void {
  const { linesize } = frame;
  let read = 0;
  for (const [index, plane] of (frame.data ?? []).slice(0, 3).entries()) {
    const [columns, rows] = index === 0 ? [width, height] : [width / 2, height / 2];
    const stride = linesize[index] ?? columns;
    for (let row = 0; row < rows; row++, read += columns) plane.set(data.subarray(read, read + columns), row * stride);
  }
}

function drain(context: CodecContext, frame: Frame | null, units: Uint8Array[]): void {
  const packet = new Packet();
  packet.alloc();
  context.sendFrameSync(frame);
  while (context.receivePacketSync(packet) >= 0) {
    if (packet.data !== null) units.push(new Uint8Array(packet.data));
    packet.unref();
  }
  packet.free();
}
