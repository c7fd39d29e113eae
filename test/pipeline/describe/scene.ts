import type { HopResult } from '../../../models/index.ts';
import type { DescribableHop } from '../../../pipeline/describe/hop-input.ts';
import type { PackFacts } from '../../../pipeline/describe/numbers.ts';

const label = (term: string, family: string) => ({ term, family, valence: 0, arousal: 0, dominance: 0 });

/** A pack with two labels and three cues: the facts of it that describing reads. */
export const PACK: PackFacts = {
  id: 'small@1',
  manifest: {
    saidSize: 8,
    labels: [label('pleased', 'joy'), label('tense', 'fear')],
    cues: [
      { name: 'lips_up', cue: 'lips', direction: 'drawn up', modality: 'face' },
      { name: 'brow_low', cue: 'brow', direction: 'lowered', modality: 'face' },
      { name: 'pitch_high', cue: 'pitch', direction: 'higher', modality: 'voice' },
    ],
    tasks: { describe: 1, sentiment: 2, cause: 5 },
    thresholds: { speak: 0.5, cue: [0.5, 0.5, 0.5], every: {}, label: 0.4, abstain: 0.3 },
  },
};

/** Heads of a calm, readable person, with some of them changed. */
export function heads(changes: Partial<HopResult> = {}): HopResult {
  return {
    vad: Float32Array.of(0.2, 0.1, 0),
    vadSd: Float32Array.of(0.1, 0.1, 0.1),
    labels: Float32Array.of(0.5, 0.9),
    cues: Float32Array.of(0.9, 0.1, 0.6),
    cueStrength: Float32Array.of(0.7, 0.1, 0.4),
    reliability: Float32Array.of(0.9, 0.1, 0),
    confidence: 0.8,
    change: 0.1,
    silent: 0.9,
    ...changes,
  };
}

const EMPTY = new Float32Array(0);

/** Hop `index` of 500 ms, closed 20 ms after it ended, its newest sample sensed 5 ms after that. */
export function hop(index: number, changes: Partial<DescribableHop> = {}): DescribableHop {
  const startUs = index * 500_000;
  const endMs = (index + 1) * 500;
  return {
    startUs,
    endUs: endMs * 1000,
    face: EMPTY,
    voice: undefined,
    caption: undefined,
    sensedMs: endMs + 5,
    closedMs: endMs + 20,
    ...changes,
  };
}
