/** Opus packets to 16 kHz mono, with libopus's own concealment. */
import { AV_SAMPLE_FMT_FLT, FF_DECODER_LIBOPUS } from 'node-av/constants';
import { avChannelLayoutDefault, Codec, CodecContext } from 'node-av/lib';
import { AvDecoder } from './av-decoder.ts';
import { AudioResampler, PIPELINE_RATE_HZ } from './audio-resampler.ts';
import { OPUS_CLOCK_HZ, opusConcealmentPacket } from './opus-packet.ts';

/** libopus by name: FFmpeg's own Opus decoder does not conceal. It mixes stereo down by itself. */
function openDecoder(): AvDecoder {
  const codec = Codec.findDecoderByName(FF_DECODER_LIBOPUS);
  if (codec === null) throw new Error('This build of FFmpeg has no libopus: reinstall node-av with its own FFmpeg.');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = OPUS_CLOCK_HZ;
  context.channelLayout = avChannelLayoutDefault(1);
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.threadCount = 1;
  return new AvDecoder(context, codec);
}

/** RTP ticks (48 kHz) to samples of the pipeline. */
export function pipelineSamples(ticks: number): number {
  return Math.round((ticks * PIPELINE_RATE_HZ) / OPUS_CLOCK_HZ);
}

export class OpusDecoder {
  readonly #resampler = new AudioResampler();
  #decoder = openDecoder();
  #toc: number | undefined;

  /** How much earlier the first sample of the next output lies than the packet it comes out with. */
  get delayUs(): number {
    return this.#resampler.delayUs;
  }

  /** The samples of a packet, or FFmpeg's negative error code. */
  decode(packet: Uint8Array): Float32Array | number {
    const samples = this.#run(packet);
    if (typeof samples !== 'number') this.#toc = packet[0];
    return samples;
  }

  /** What may have been in the lost `ticks`: the decoder's guess, silence where it has none. */
  conceal(ticks: number): Float32Array {
    const samples = new Float32Array(pipelineSamples(ticks));
    if (this.#toc === undefined) return samples;
    const packet = opusConcealmentPacket(this.#toc);
    for (let at = 0; at < samples.length;) {
      const guess = this.#run(packet);
      if (typeof guess === 'number' || guess.length === 0) break;
      samples.set(guess.subarray(0, samples.length - at), at);
      at += guess.length;
    }
    return samples;
  }

  /** Starts over with a new decoder, after one that only fails. */
  restart(): void {
    this.#decoder.close();
    this.#decoder = openDecoder();
    this.#toc = undefined;
  }

  /** Idempotent. */
  close(): void {
    this.#decoder.close();
    this.#resampler.close();
  }

  #run(packet: Uint8Array): Float32Array | number {
    let samples: Float32Array = new Float32Array(0);
    const code = this.#decoder.decode(packet, 0n, (frame) => {
      samples = this.#resampler.convert(frame);
    });
    return code < 0 ? code : samples;
  }
}
