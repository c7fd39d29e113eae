import { existsSync } from 'node:fs';
import { CLIP_RATE_HZ, type Clip } from './clip.ts';
import { readClipFile } from './clip-file.ts';
import { drawnStill, swayingPictures } from './made-clip.ts';
import { type Manner, revoice } from './revoice.ts';

/** A clip in which it is known to the sample, or to the picture, when something changes. */
export interface CueClip extends Clip {
  readonly onsetsMs: readonly number[];
}

/**
 * How long either state lasts. No multiple of a hop, so that over a run changes fall anywhere in hops; a whole number of
 * pictures, so that the recording is as long as the clip.
 */
const STATE_MS = 12_120;
const STATE_SAMPLES = (STATE_MS * CLIP_RATE_HZ) / 1000;

/** A recorded speaker, of Debian's alsa-utils: announcements of two words (without the one that rings on an octave higher). */
const WORDS = ['Front_Center', 'Rear_Right', 'Side_Left', 'Rear_Center', 'Front_Right', 'Side_Right', 'Rear_Left'].map(
  (name) => `/usr/share/sounds/alsa/${name}.wav`,
);
const PAUSE_SAMPLES = 0.28 * CLIP_RATE_HZ;
/** What is so far below the loudest of a recording is its room, not its words. */
const ROOM_DB = 25;
/** The recordings are louder than callers are, and agitated they must not clip. */
const CALLER_GAIN = 0.6;

/**
 * 60 % of what acted anger does to a voice: the upper end of what people do on calls. Measured on acted German speech (F0
 * median, 5-95 % range of about 5 semitones, energy of 1-5 kHz over that below); loudness after Scherer's predictions.
 */
const STRENGTH = 0.6;
const AGITATED: Manner = {
  semitones: 8.3 * STRENGTH,
  swing: 1 + 0.44 * STRENGTH,
  brightDb: 11.4 * STRENGTH,
  loudDb: 9 * STRENGTH,
};

/** A voice, and no face, that turns from calm to agitated and back: a recorded one where this machine has it, else a made one. */
export async function cueClip(): Promise<CueClip> {
  const files = WORDS.filter((path) => existsSync(path));
  const recorded = files.length === 0 ? undefined : await recordedVoice(files);
  return {
    title: recorded
      ? 'a recorded voice that says the same words calm and agitated (60 % of acted anger) in turns, no face'
      : 'a made voice that is calm and agitated in turns, no face',
    pictures: swayingPictures(drawnStill()),
    samples: recorded ?? madeVoice(),
    lengthMs: 2 * STATE_MS,
    onsetsMs: [0, STATE_MS],
  };
}

/** Scenes of a clip in turns, each played to and fro for as long as a state lasts, without sound. `scenes`: from and to, in ms. */
export function inTurns(clip: Clip, scenes: ReadonlyArray<readonly [number, number]>): CueClip {
  const pictures: Array<Clip['pictures'][number]> = [];
  for (const [turn, [fromMs, toMs]] of scenes.entries()) {
    const scene = clip.pictures.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const gapMs = (toMs - fromMs) / Math.max(1, scene.length);
    for (let i = 0; scene.length > 0 && i * gapMs < STATE_MS; i++) {
      const there = i % (2 * scene.length);
      const shown = scene[there < scene.length ? there : 2 * scene.length - 1 - there];
      if (shown) pictures.push({ atMs: turn * STATE_MS + i * gapMs, picture: shown.picture });
    }
  }
  return {
    title: `${clip.title.split(' with ')[0]}, ${scenes.map(([fromMs, toMs]) => `${fromMs / 1000}-${toMs / 1000} s`).join(' and ')} in turns, no sound`,
    pictures,
    samples: new Int16Array(0),
    lengthMs: scenes.length * STATE_MS,
    onsetsMs: scenes.map((_, turn) => turn * STATE_MS),
  };
}

async function recordedVoice(files: readonly string[]): Promise<Int16Array> {
  const words: Float32Array[] = [];
  for (const path of files) words.push(wordsOf((await readClipFile(path)).samples));
  const calm = new Float32Array(STATE_SAMPLES);
  let [at, next] = [0, 0];
  for (let word = words[0]; word && at + word.length <= calm.length; word = words[++next % words.length]) {
    calm.set(word, at);
    at += word.length + PAUSE_SAMPLES;
  }
  const agitated = revoice(calm, AGITATED);
  const pcm = (sample: number): number => Math.max(-1, Math.min(1, sample)) * 32_767;
  return Int16Array.from([...calm, ...agitated], pcm);
}

/** From the first to the last 10 ms in which somebody speaks, in -1..1. */
function wordsOf(samples: Int16Array): Float32Array {
  const step = CLIP_RATE_HZ / 100;
  const powers: number[] = [];
  for (let from = 0; from + step <= samples.length; from += step)
    powers.push(samples.subarray(from, from + step).reduce((sum, sample) => sum + sample * sample, 0));
  const room = Math.max(...powers) * 10 ** (-ROOM_DB / 10);
  const first = powers.findIndex((power) => power > room);
  const last = powers.findLastIndex((power) => power > room);
  return Float32Array.from(samples.subarray(first * step, (last + 1) * step), (s) => (s / 32_768) * CALLER_GAIN);
}

interface Buzz {
  readonly pitchHz: number;
  readonly syllablesPerSecond: number;
  readonly loudness: number;
  /** How slowly the harmonics fall off: a tense voice is brighter. */
  readonly tilt: number;
}

const CALM_BUZZ: Buzz = { pitchHz: 125, syllablesPerSecond: 4.6, loudness: 3000, tilt: 1.5 };
const AGITATED_BUZZ: Buzz = { pitchHz: 167, syllablesPerSecond: 4.8, loudness: 5500, tilt: 0.9 };

/** A buzz with the pitch, syllables and pauses of speech, for machines without recordings: about the same change. */
function madeVoice(): Int16Array {
  const samples = new Int16Array(2 * STATE_SAMPLES);
  let [phase, beat] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    const seconds = i / CLIP_RATE_HZ;
    const { pitchHz, syllablesPerSecond, loudness, tilt } = i < STATE_SAMPLES ? CALM_BUZZ : AGITATED_BUZZ;
    phase += (pitchHz * (1 + 0.1 * Math.sin(2 * Math.PI * 0.7 * seconds))) / CLIP_RATE_HZ;
    beat += syllablesPerSecond / CLIP_RATE_HZ;
    const syllable = Math.max(0, Math.sin(Math.PI * (beat % 1))) * (seconds % 3 < 2.4 ? 1 : 0);
    let sum = 0;
    for (let harmonic = 1; harmonic * pitchHz < 4000; harmonic++)
      sum += Math.sin(2 * Math.PI * phase * harmonic) / harmonic ** tilt;
    samples[i] = Math.max(-32_000, Math.min(32_000, loudness * syllable * sum));
  }
  return samples;
}
