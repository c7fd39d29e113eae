/** The heads of the model as the numbers of an event. */
import type { HopResult, PackManifest } from '../../models/index.ts';
import type { AffectState, Estimate } from '../events.ts';

/** Most labels an event carries. */
const MAX_LABELS = 6;
/** An abstaining event owns up to at least this standard deviation: hardly narrower than knowing nothing of -1..1. */
const ABSTAIN_SD = 0.5;

/** What describing reads of a pack. */
export interface PackFacts {
  /** `name@version`. */
  readonly id: string;
  readonly manifest: Pick<PackManifest, 'labels' | 'cues' | 'thresholds' | 'saidSize' | 'tasks'>;
}

export type Numbers = Pick<AffectState, 'labels' | 'valence' | 'arousal' | 'dominance' | 'confidence'>;

/** Labels above the pack's threshold, best first; none while abstaining. */
export function readNumbers({ manifest }: PackFacts, heads: HopResult, abstaining: boolean): Numbers {
  const estimate = (axis: number): Estimate => ({
    mean: clamp(heads.vad[axis], -1, 1),
    sd: clamp(heads.vadSd[axis], abstaining ? ABSTAIN_SD : 0, 2),
  });
  const labels: { term: string; score: number }[] = [];
  for (const [i, { term }] of abstaining ? [] : manifest.labels.entries()) {
    if (heads.labels[i] >= manifest.thresholds.label) labels.push({ term, score: clamp(heads.labels[i], 0, 1) });
  }
  labels.sort((a, b) => b.score - a.score);
  return {
    labels: labels.slice(0, MAX_LABELS),
    valence: estimate(0),
    arousal: estimate(1),
    dominance: estimate(2),
    confidence: clamp(heads.confidence, 0, 1),
  };
}

/**
 * A head's value as it leaves: inside its range, in thousandths (more digits would be noise). One that is not a number
 * becomes the least that the range allows.
 */
export function clamp(value: number, least: number, most: number): number {
  return value >= least ? Math.min(Math.round(value * 1000) / 1000, most) : least;
}
