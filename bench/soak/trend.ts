import { z } from 'zod';
import { median } from '../median.ts';

/** How a quantity went over the rounds of an endurance test. */
export const trendSchema = z.object({
  first: z.number(),
  last: z.number(),
  /** Median of the slopes between all pairs of rounds (Theil-Sen): a peak or two do not move it. */
  perRound: z.number(),
  /** Mann-Kendall: above 2.3, a quantity that only wanders would look like this once in a hundred runs. */
  z: z.number(),
  /** It rises, steadily, and by more than it may. */
  leaks: z.boolean(),
});
export type Trend = z.infer<typeof trendSchema>;

/** So sure must the rise be. */
const SURE_Z = 2.3;

/**
 * Judges a series, one value a round at the same point of the round. `mayGrow`: a rise up to this over the whole series
 * is no leak (caches fill, code is compiled).
 */
export function trendOf(values: readonly number[], mayGrow: number): Trend {
  const slopes: number[] = [];
  let concordance = 0;
  for (let j = 1; j < values.length; j++) {
    for (let i = 0; i < j; i++) {
      const rise = (values[j] ?? 0) - (values[i] ?? 0);
      slopes.push(rise / (j - i));
      concordance += Math.sign(rise);
    }
  }
  const perRound = slopes.length === 0 ? 0 : median(slopes);
  const n = values.length;
  const variance = (n * (n - 1) * (2 * n + 5)) / 18;
  const score = n < 3 ? 0 : (concordance - Math.sign(concordance)) / Math.sqrt(variance);
  const grown = perRound * (n - 1);
  return {
    first: values[0] ?? 0,
    last: values.at(-1) ?? 0,
    perRound,
    z: score,
    leaks: score > SURE_Z && grown > mayGrow,
  };
}
