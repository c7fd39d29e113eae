/** The heads of the model as the numbers of an event. */
import type { HopResult, PackManifest } from '../../models/index.ts';
import type { AffectState, Estimate } from '../events.ts';

/** Most labels an event carries, and most of one family: the near-synonyms of a wheel's sector score alike. */
const MAX_LABELS = 6;
const MAX_OF_A_FAMILY = 2;
/** An abstaining event owns up to at least this standard deviation: hardly narrower than knowing nothing of -1..1. */
const ABSTAIN_SD = 0.5;

/** What describing reads of a pack. */
export interface PackFacts {
  /** `name@version`. */
  readonly id: string;
  readonly manifest: Pick<PackManifest, 'labels' | 'cues' | 'thresholds' | 'saidSize' | 'tasks'>;
}

export type Numbers = Pick<AffectState, 'labels' | 'valence' | 'arousal' | 'dominance' | 'confidence'>;

/** Labels above the pack's threshold, best first, few of a family; none while abstaining. */
export function readNumbers({ manifest }: PackFacts, heads: HopResult, abstaining: boolean): Numbers {
  const estimate = (axis: number): Estimate => ({
    mean: clamp(heads.vad[axis], -1, 1),
    sd: clamp(heads.vadSd[axis], abstaining ? ABSTAIN_SD : 0, 2),
  });
  return {
    labels: abstaining ? [] : readLabels(manifest, heads.labels),
    valence: estimate(0),
    arousal: estimate(1),
    dominance: estimate(2),
    confidence: clamp(heads.confidence, 0, 1),
  };
}

function readLabels({ labels, thresholds }: PackFacts['manifest'], scores: Float32Array): AffectState['labels'] {
  const likely = [...scores.keys()].filter((i) => scores[i] >= thresholds.label).sort((a, b) => scores[b] - scores[a]);
  const perFamily = new Map<string, number>();
  const told: AffectState['labels'] = [];
  for (const i of likely) {
    const { term, family } = labels[i];
    const count = perFamily.get(family) ?? 0;
    if (count === MAX_OF_A_FAMILY) continue;
    perFamily.set(family, count + 1);
    told.push({ term, score: clamp(scores[i], 0, 1) });
    if (told.length === MAX_LABELS) break;
  }
  return told;
}

/**
 * A head's value as it leaves: inside its range, in thousandths (more digits would be noise). One that is not a number
 * becomes the least that the range allows.
 */
export function clamp(value: number, least: number, most: number): number {
  return value >= least ? Math.min(Math.round(value * 1000) / 1000, most) : least;
}
