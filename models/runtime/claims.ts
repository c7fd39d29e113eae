/** Words that claim something may be decoded only where the heads' numbers agree: evidence, gaps, and what has changed. */
import type { PackManifest } from '../pack.ts';

type Claim = PackManifest['claims'][number];
type Condition = Claim['when'][number];

/** What the heads read now, and what was said last (`spoken, valence, arousal, ...`). */
export interface ClaimFacts {
  readonly said: Float32Array;
  readonly vad: Float32Array;
  /** Standard deviations of `vad`. */
  readonly vadSd: Float32Array;
  readonly cues: Float32Array;
  readonly labels: Float32Array;
}

/** How far a quantity has moved from what was said to what is. */
function moved(of: string, { said, vad }: ClaimFacts): number {
  const valence = vad[0] - said[1];
  if (of === 'valence') return valence;
  if (of === 'valenceDistance') return Math.abs(valence);
  if (of === 'arousal') return vad[1] - said[2];
  return Math.hypot(vad[0], vad[1]) - Math.hypot(said[1], said[2]);
}

/** From which standard deviation of valence it cannot be said where it went. */
const UNSURE_SD = 0.35;

function holds(condition: Condition, facts: ClaimFacts, cueThresholds: readonly number[]): boolean {
  if ('cue' in condition) return facts.cues[condition.cue] >= cueThresholds[condition.cue];
  if ('label' in condition) return facts.labels[condition.label] >= condition.from;
  const by = moved(condition.of, facts);
  // Before the first description there is no change to tell of, and behind a hand none to be seen.
  return (
    facts.said[0] > 0 &&
    facts.vadSd[0] < UNSURE_SD &&
    by >= (condition.from ?? -Infinity) &&
    by <= (condition.to ?? Infinity)
  );
}

/** The tokens of the claims that do not hold. */
export function deniedTokens(claims: readonly Claim[], facts: ClaimFacts, cueThresholds: readonly number[]): number[] {
  return claims.flatMap(({ tokens, when }) =>
    when.some((condition) => holds(condition, facts, cueThresholds)) ? [] : tokens,
  );
}
