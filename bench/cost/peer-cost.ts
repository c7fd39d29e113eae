import { z } from 'zod';
import { type Rounds, timeInPairs, timingSchema } from './timing.ts';

export const peerCostSchema = z.object({
  /** What both computed. */
  task: z.string(),
  /** Library, version and how it ran. */
  peer: z.string(),
  ours: timingSchema,
  theirs: timingSchema,
  /** Theirs over ours: the median over the pairs. */
  ratio: z.number(),
  /** The middle half of the pairs' ratios. */
  spread: z.object({ p25: z.number(), p75: z.number() }).optional(),
  /** Largest difference of an output over the largest output; of words, the share of tokens that differ. Above 1e-3 they did not compute the same. */
  apart: z.number(),
});
export type PeerCost = z.infer<typeof peerCostSchema>;

const SAME = 1e-3;

/** Why a peer could not run here, for people. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing';
}

export interface Pair {
  readonly task: string;
  readonly peer: string;
  readonly ours: () => Promise<unknown>;
  readonly theirs: () => Promise<unknown>;
  /** As in {@link peerCostSchema}, found before anything is timed. */
  readonly apart: number;
}

/** Times a pair, turn by turn. */
export async function measurePair({ task, peer, ours, theirs, apart }: Pair, rounds: Rounds): Promise<PeerCost> {
  const timed = await timeInPairs(ours, theirs, rounds);
  const { p25, p50, p75 } = timed.ratio;
  return { task, peer, ours: timed.ours, theirs: timed.theirs, ratio: p50, spread: { p25, p75 }, apart };
}

/** Whether both computed the same, to what floats allow. */
export function computedTheSame({ apart }: Pick<PeerCost, 'apart'>): boolean {
  return apart <= SAME;
}

/** `× 3.1 (2.9 to 3.4)` */
export function showRatio({ ratio, spread }: Pick<PeerCost, 'ratio' | 'spread'>): string {
  const middle = spread === undefined ? '' : ` (${spread.p25.toFixed(1)} to ${spread.p75.toFixed(1)})`;
  return `× ${ratio.toFixed(1)}${middle}`;
}
