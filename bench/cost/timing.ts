import { z } from 'zod';

/** The middle of many timings, and how far apart the middle half of them lies; in ms. */
export const timingSchema = z.object({ p50: z.number(), p25: z.number(), p75: z.number(), n: z.number().int() });
export type Timing = z.infer<typeof timingSchema>;

export function timingOf(valuesMs: readonly number[]): Timing {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p25: at(0.25), p75: at(0.75), n: sorted.length };
}

/**
 * Times several ways of doing the same, in turns, so that whatever else the machine does falls on all of them alike.
 * The first `warm` rounds do not count.
 */
export async function timeInTurns(
  ways: ReadonlyArray<() => Promise<unknown>>,
  { rounds, warm = 2 }: { readonly rounds: number; readonly warm?: number },
): Promise<Timing[]> {
  const times: number[][] = ways.map(() => []);
  for (let round = 0; round < rounds + warm; round++) {
    for (const [index, way] of ways.entries()) {
      const startMs = performance.now();
      await way();
      if (round >= warm) times[index]?.push(performance.now() - startMs);
    }
  }
  return times.map(timingOf);
}
