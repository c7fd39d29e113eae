/** Words that claim a change since the last description may be decoded only where the heads' numbers agree. */
import type { PackManifest } from '../pack.ts';

type Claim = PackManifest['claims'][number];

/** How far a quantity has moved from what was said (`said`: spoken, valence, arousal, ...) to what is (`vad`). */
function moved(of: Claim['of'], said: Float32Array, vad: Float32Array): number {
  const valence = vad[0] - said[1];
  if (of === 'valence') return valence;
  if (of === 'valenceDistance') return Math.abs(valence);
  return Math.hypot(vad[0], vad[1]) - Math.hypot(said[1], said[2]);
}

/** The tokens of the claims that do not hold. Before the first description there is nothing to compare with: all of them. */
export function deniedTokens(claims: readonly Claim[], said: Float32Array, vad: Float32Array): number[] {
  return claims.flatMap(({ tokens, of, from, to }) => {
    const by = moved(of, said, vad);
    return said[0] > 0 && by >= (from ?? -Infinity) && by <= (to ?? Infinity) ? [] : tokens;
  });
}
