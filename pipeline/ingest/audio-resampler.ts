/** Any PCM to 16 kHz mono float, by FFmpeg's swresample. */
import { AV_SAMPLE_FMT_FLT } from 'node-av/constants';
import type { AVSampleFormat } from 'node-av/constants';
import { avChannelLayoutDefault, SoftwareResampleContext } from 'node-av/lib';
import type { Frame } from 'node-av/lib';
import { checkAv } from './av-decoder.ts';

export const PIPELINE_RATE_HZ = 16_000;
const BYTES_PER_SAMPLE = 4;
const FIRST_OUTPUT_SAMPLES = 4096;

export class AudioResampler {
  #context: SoftwareResampleContext | undefined;
  #sampleRateHz = 0;
  #channels = 0;
  #format = -1;
  #output = Buffer.alloc(FIRST_OUTPUT_SAMPLES * BYTES_PER_SAMPLE);

  /** How much later than the input the next output lies, because of the filter's length. */
  get delayUs(): number {
    return this.#context === undefined ? 0 : Number(this.#context.getDelay(1_000_000n));
  }

  /** The samples that are ready, in a fresh array. The input's format may change from frame to frame. Throws AvError. */
  convert(frame: Frame): Float32Array<ArrayBuffer> {
    const context = this.#contextFor(frame);
    return this.#run(context, frame.extendedData, frame.nbSamples);
  }

  /** What the filter still holds, at the end of a file. */
  drain(): Float32Array<ArrayBuffer> {
    return this.#context === undefined ? new Float32Array(0) : this.#run(this.#context, null, 0);
  }

  /** Idempotent. */
  close(): void {
    this.#context?.free();
    this.#context = undefined;
  }

  #run(context: SoftwareResampleContext, input: Buffer[] | null, count: number): Float32Array<ArrayBuffer> {
    const most = context.getOutSamples(count);
    if (most * BYTES_PER_SAMPLE > this.#output.length) this.#output = Buffer.alloc(most * BYTES_PER_SAMPLE);
    const made = context.convertSync([this.#output], most, input, count);
    checkAv('cannot resample audio', made);
    const samples = new Float32Array(made);
    new Uint8Array(samples.buffer).set(this.#output.subarray(0, made * BYTES_PER_SAMPLE));
    return samples;
  }

  #contextFor(frame: Frame): SoftwareResampleContext {
    const known =
      frame.sampleRate === this.#sampleRateHz && frame.channels === this.#channels && frame.format === this.#format;
    if (this.#context !== undefined && known) return this.#context;
    this.close();
    this.#sampleRateHz = frame.sampleRate;
    this.#channels = frame.channels;
    this.#format = frame.format;
    this.#context = openContext(frame);
    return this.#context;
  }
}

function openContext(frame: Frame): SoftwareResampleContext {
  const context = new SoftwareResampleContext();
  const mono = avChannelLayoutDefault(1);
  // WAV and others leave the order of channels open; the usual order is the best guess.
  const input = frame.channelLayout.mask === 0n ? avChannelLayoutDefault(frame.channels) : frame.channelLayout;
  const format = frame.format as AVSampleFormat;
  checkAv(
    'cannot set up the resampler',
    context.allocSetOpts2(mono, AV_SAMPLE_FMT_FLT, PIPELINE_RATE_HZ, input, format, frame.sampleRate),
  );
  // Float output is not normalised by default: the same voice on two channels would come out 1.4 times as loud.
  context.setOption('rematrix_maxval', 1);
  checkAv('cannot start the resampler', context.init());
  return context;
}
