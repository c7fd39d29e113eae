import { z } from 'zod';

/** The middle of many timings, and how far apart the middle half of them lies; in ms. */
export const timingSchema = z.object({ p50: z.number(), p25: z.number(), p75: z.number(), n: z.number().int() });
export type Timing = z.infer<typeof timingSchema>;

export function timingOf(valuesMs: readonly number[]): Timing {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p25: at(0.25), p75: at(0.75), n: sorted.length };
}

export interface Rounds {
  readonly rounds: number;
  /** Rounds before those that count. */
  readonly warm?: number;
}

/** Times several ways of doing the same, in turns, so that whatever else the machine does falls on all of them alike. */
export async function timeInTurns(ways: ReadonlyArray<() => Promise<unknown>>, rounds: Rounds): Promise<Timing[]> {
  return (await timesInTurns(ways, rounds)).map(timingOf);
}

/** Times two ways pair by pair; `ratio` is of each pair, the second over the first. */
export async function timeInPairs(
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
  rounds: Rounds,
): Promise<{ ours: Timing; theirs: Timing; ratio: Timing }> {
  const [own = [], other = []] = await timesInTurns([ours, theirs], rounds);
  const ratios = own.map((ms, pair) => (other[pair] ?? Number.NaN) / ms);
  return { ours: timingOf(own), theirs: timingOf(other), ratio: timingOf(ratios) };
}

async function timesInTurns(
  ways: ReadonlyArray<() => Promise<unknown>>,
  { rounds, warm = 2 }: Rounds,
): Promise<number[][]> {
  const times: number[][] = ways.map(() => []);
  for (let round = 0; round < rounds + warm; round++) {
    for (const [index, way] of ways.entries()) {
      const startMs = performance.now();
      await way();
      if (round >= warm) times[index]?.push(performance.now() - startMs);
    }
  }
  return times;
}
