import { CLIP_RATE_HZ, type Clip } from './clip.ts';
import { drawnStill, swayingPictures } from './made-clip.ts';

const LENGTH_S = 24;
/** The voice becomes agitated here, and calm again where the clip begins anew. */
export const CUE_ONSETS_MS: readonly number[] = [0, 12_000];

interface Manner {
  readonly pitchHz: number;
  readonly swing: number;
  readonly syllablesPerSecond: number;
  readonly loudness: number;
  /** How slowly the harmonics fall off: a tense voice is brighter. */
  readonly tilt: number;
}

const CALM: Manner = { pitchHz: 125, swing: 0.05, syllablesPerSecond: 3.4, loudness: 2500, tilt: 1.6 };
const AGITATED: Manner = { pitchHz: 215, swing: 0.25, syllablesPerSecond: 5.6, loudness: 9000, tilt: 0.7 };

/**
 * Made-up media in which it is known to the sample when something happens: a buzz with the pitch, syllables and pauses of
 * speech turns from calm to agitated (pitch, range, rate, loudness and brightness all up, as Scherer's hot anger) at 12 s,
 * and back at 24 s. There is no face in it: the shift is the voice's alone.
 */
export function cueClip(): Clip {
  return {
    title: 'a made voice that turns from calm to agitated and back (no face)',
    pictures: swayingPictures(drawnStill()),
    samples: cueVoice(),
    lengthMs: LENGTH_S * 1000,
  };
}

function cueVoice(): Int16Array {
  const samples = new Int16Array(LENGTH_S * CLIP_RATE_HZ);
  let [phase, beat] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    const seconds = i / CLIP_RATE_HZ;
    const { pitchHz, swing, syllablesPerSecond, loudness, tilt } = seconds < LENGTH_S / 2 ? CALM : AGITATED;
    phase += (pitchHz * (1 + swing * Math.sin(2 * Math.PI * 0.7 * seconds))) / CLIP_RATE_HZ;
    beat += syllablesPerSecond / CLIP_RATE_HZ;
    const syllable = Math.max(0, Math.sin(Math.PI * (beat % 1))) * (seconds % 3 < 2.4 ? 1 : 0);
    let sum = 0;
    for (let harmonic = 1; harmonic * pitchHz < 4000; harmonic++)
      sum += Math.sin(2 * Math.PI * phase * harmonic) / harmonic ** tilt;
    samples[i] = Math.max(-32_000, Math.min(32_000, loudness * syllable * sum));
  }
  return samples;
}
