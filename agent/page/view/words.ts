/** Numbers in words that people use. Pure, so that they can be tested without a browser. */
import type { Description, Estimate, Evidence, SignalEvent } from '../../../pipeline/index.ts';

/** How long ago, e.g. `just now`, `12 s ago`. */
export function ageText(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 2) return 'just now';
  return seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}

/** How sure a description is, from 0 (does not know) to 4, with words. */
export function certainty(description: Pick<Description, 'confidence' | 'abstained'>): {
  level: 0 | 1 | 2 | 3 | 4;
  words: string;
} {
  const { confidence, abstained } = description;
  if (abstained) return { level: 0, words: 'does not say' };
  if (confidence < 0.25) return { level: 1, words: 'a guess' };
  if (confidence < 0.5) return { level: 2, words: 'unsure' };
  return confidence < 0.75 ? { level: 3, words: 'fairly sure' } : { level: 4, words: 'quite sure' };
}

/** One piece of evidence as a line, e.g. `brow raised, clearly`. */
export function evidenceText({ cue, direction, magnitude }: Pick<Evidence, 'cue' | 'direction' | 'magnitude'>): string {
  const strength = magnitude < 0.33 ? 'slightly' : magnitude < 0.66 ? 'clearly' : 'strongly';
  return `${cue} ${direction}, ${strength}`;
}

/** Valence and arousal in words, for people who do not see the gauge. */
export function moodText(valence: Estimate, arousal: Estimate): string {
  const wide = Math.max(valence.sd, arousal.sd) > 0.45 ? ', with much doubt' : '';
  return `${scaleText(valence.mean, 'unpleasant', 'pleasant')}, ${scaleText(arousal.mean, 'calm', 'lively')}${wide}`;
}

/** What a signal means for the person in front of the camera; undefined when all is well. */
export function signalText({ modality, state }: Pick<SignalEvent, 'modality' | 'state'>): string | undefined {
  if (state === 'ok') return undefined;
  const what = { face: 'Face', voice: 'Voice', caption: 'Captions' }[modality];
  const how = {
    muted: modality === 'face' ? 'camera off' : 'muted',
    silent: 'silent',
    lost: modality === 'face' ? 'not seen' : 'not heard',
    occluded: 'covered',
    poor: 'hard to make out',
    unsupported: 'format not supported',
  }[state];
  return `${what}: ${how}`;
}

/** `84 ms`, `1.3 s` */
export function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function scaleText(mean: number, low: string, high: string): string {
  const strength = Math.abs(mean);
  if (strength < 0.12) return `neither ${low} nor ${high}`;
  return `${strength < 0.4 ? 'somewhat ' : ''}${mean < 0 ? low : high}`;
}
