import { z } from 'zod';
import type { PackGraphs } from './pack-graphs.ts';
import { timeInTurns, timingSchema } from './timing.ts';

/** What one more hop costs, remembered or encoded anew, at one length of the window; ms of one participant. */
export const windowCostSchema = z.object({
  seconds: z.number(),
  hops: z.number().int(),
  /** The hop alone, onto a memory that holds the window. */
  incremental: timingSchema,
  /** The whole window anew, hop after hop: what this pack's graph needs, for it takes one hop a run. */
  full: timingSchema,
  /** The same arithmetic in one run, as if no hop waited for the one before: no graph of these weights could re-encode faster. */
  fullAtOnce: timingSchema,
  ratio: z.number(),
  ratioAtOnce: z.number(),
});
export type WindowCost = z.infer<typeof windowCostSchema>;

/** Times both at every length, in turns. */
export async function measureWindow(
  graphs: PackGraphs,
  seconds: readonly number[],
  rounds: number,
  onDone: (lengths: number) => void,
): Promise<WindowCost[]> {
  const costs: WindowCost[] = [];
  for (const length of seconds) {
    const hops = Math.max(1, Math.round((length * 1000) / graphs.pack.manifest.hopMs));
    const [memory, senses, atOnce, manyFresh] = [
      await graphs.remember(1, hops),
      graphs.senses(1),
      graphs.senses(hops),
      graphs.fresh(hops),
    ];
    const [incremental, full, fullAtOnce] = await timeInTurns(
      [
        () => graphs.advance(senses, memory, hops),
        () => graphs.remember(1, hops),
        () => graphs.advance(atOnce, manyFresh, 0),
      ],
      { rounds, warm: 1 },
    );
    if (incremental === undefined || full === undefined || fullAtOnce === undefined) continue;
    const [ratio, ratioAtOnce] = [full.p50 / incremental.p50, fullAtOnce.p50 / incremental.p50];
    costs.push({ seconds: length, hops, incremental, full, fullAtOnce, ratio, ratioAtOnce });
    onDone(costs.length);
  }
  return costs;
}
