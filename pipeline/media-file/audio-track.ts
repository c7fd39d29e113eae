/** The sound of a file as 20 ms frames. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { AudioResampler, PIPELINE_RATE_HZ } from '../ingest/audio-resampler.ts';
import type { AudioFrame } from '../types.ts';
import type { TrackReader } from './track-reader.ts';

const FRAME_SAMPLES = 320;
const US_PER_SAMPLE = 1e6 / PIPELINE_RATE_HZ;
/** Containers round their times; more than this is a gap of the recording. */
const GAP_US = 30_000;

/** Cuts samples of any number into frames of 20 ms; where time jumps, a shorter frame ends what came before. */
class AudioFramer {
  #samples = new Float32Array(FRAME_SAMPLES);
  #filled = 0;
  /** Capture time of the next sample. */
  #nextUs: number | undefined;

  *push(samples: Float32Array, startUs: number): Generator<AudioFrame> {
    if (samples.length === 0) return;
    if (this.#nextUs === undefined || Math.abs(startUs - this.#nextUs) > GAP_US) {
      yield* this.flush();
      this.#nextUs = startUs;
    }
    for (let at = 0; at < samples.length;) {
      const piece = samples.subarray(at, at + FRAME_SAMPLES - this.#filled);
      this.#samples.set(piece, this.#filled);
      this.#filled += piece.length;
      this.#nextUs += piece.length * US_PER_SAMPLE;
      at += piece.length;
      if (this.#filled === FRAME_SAMPLES) yield* this.flush();
    }
  }

  /** What is there, be it less than a frame. */
  *flush(): Generator<AudioFrame> {
    if (this.#filled === 0) return;
    const samples = this.#samples.subarray(0, this.#filled);
    const captureUs = Math.max(0, Math.round((this.#nextUs ?? 0) - samples.length * US_PER_SAMPLE));
    this.#samples = new Float32Array(FRAME_SAMPLES);
    this.#filled = 0;
    yield { captureUs, samples, state: 'ok', decodedMs: performance.now() };
  }
}

/** Reads to the end of the file; `startUs`: the file's own time of its beginning. Owns neither reader nor file. */
export function* readAudio(reader: TrackReader, startUs: number): Generator<AudioFrame> {
  const resampler = new AudioResampler();
  const framer = new AudioFramer();
  const ready: { samples: Float32Array; captureUs: number }[] = [];
  let nextUs = 0;
  const onFrame = (frame: Frame): void => {
    const pts = frame.bestEffortTimestamp;
    const captureUs = (pts === AV_NOPTS_VALUE ? nextUs : reader.toUs(pts) - startUs) - resampler.delayUs;
    nextUs = captureUs + resampler.delayUs + (frame.nbSamples * 1e6) / frame.sampleRate;
    ready.push({ samples: resampler.convert(frame), captureUs });
  };
  try {
    for (let more = true; more;) {
      more = reader.read(onFrame);
      for (const { samples, captureUs } of ready.splice(0)) yield* framer.push(samples, captureUs);
    }
    const delayUs = resampler.delayUs;
    yield* framer.push(resampler.drain(), nextUs - delayUs);
    yield* framer.flush();
  } finally {
    resampler.close();
  }
}
