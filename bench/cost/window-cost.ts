import { setTimeout as rest } from 'node:timers/promises';
import { z } from 'zod';
import type { PackGraphs } from './pack-graphs.ts';
import { type Timing, timingOf, timingSchema } from './timing.ts';

/** More than the caches of most cores hold: what is read next comes from memory. */
const OTHER_BYTES = 64 * 2 ** 20;
/** As a call rests between hops. Even a few milliseconds without a hop make the next one dearer. */
const REST_MS = 40;
/** A hop is as fast as it gets after about so many others without a pause. */
const WARM_HOPS = 8;
/** Timed as one, so that what collecting garbage costs is in it, as it is in encoding a window anew. */
const HOT_HOPS = 20;

const afterOtherSchema = z.object({
  incremental: timingSchema,
  full: timingSchema,
  ratio: z.number(),
});

/** What one more hop costs, remembered or encoded anew, at one length of the window; ms of one participant. */
export const windowCostSchema = z.object({
  seconds: z.number(),
  hops: z.number().int(),
  /** The hop alone, onto a memory that holds the window, hot: the mean of a series of hops with nothing between. */
  incremental: timingSchema,
  /** The whole window anew, hop after hop, hot too: what this pack's graph needs, for it takes one hop a run. */
  full: timingSchema,
  /** The same arithmetic in one run, as if no hop waited for the one before: no graph of these weights could re-encode faster. */
  fullAtOnce: timingSchema,
  ratio: z.number(),
  ratioAtOnce: z.number(),
  /** Hop and window again, each after 64 MiB of other memory were read and 40 ms were rested, as in a process that does more than this. */
  afterOther: afterOtherSchema.optional(),
});
export type WindowCost = z.infer<typeof windowCostSchema>;

/**
 * Times a hop and its window anew at every length, in turns. What ran before a timing decides a good part of it, so it is the same at
 * every length: either the very same work (hot), or a fixed amount of other work.
 */
export async function measureWindow(
  graphs: PackGraphs,
  seconds: readonly number[],
  rounds: number,
  onDone: (rounds: number) => void,
): Promise<WindowCost[]> {
  const other = otherWork();
  const lengths: Length[] = [];
  for (const each of seconds) lengths.push(await prepare(graphs, each));
  for (let round = 0; round < rounds; round++) {
    for (const length of lengths) await timeLength(length, other);
    onDone(round + 1);
  }
  const costs: WindowCost[] = [];
  // Last, because it leaves tens of MiB behind that the timings above would pay for.
  for (const length of lengths) costs.push(costOf(length, await timeAtOnce(graphs, length.hops, rounds)));
  return costs;
}

/** One length of the window, and the times of it so far. */
interface Length {
  readonly seconds: number;
  readonly hops: number;
  readonly hop: () => Promise<unknown>;
  readonly anew: () => Promise<unknown>;
  readonly hot: Times;
  readonly after: Times;
}

interface Times {
  readonly hop: number[];
  readonly anew: number[];
}

async function prepare(graphs: PackGraphs, seconds: number): Promise<Length> {
  const hops = Math.max(1, Math.round((seconds * 1000) / graphs.pack.manifest.hopMs));
  const senses = graphs.senses(1);
  // Every hop goes on from what the one before it left, as in a call.
  let memory = await graphs.remember(1, hops);
  return {
    seconds,
    hops,
    hop: async () => (memory = await graphs.advance(senses, memory, hops)),
    anew: () => graphs.remember(1, hops),
    hot: { hop: [], anew: [] },
    after: { hop: [], anew: [] },
  };
}

async function timeLength({ hop, anew, hot, after }: Length, other: () => Promise<unknown>): Promise<void> {
  await repeat(hop, WARM_HOPS);
  hot.hop.push((await timed(() => repeat(hop, HOT_HOPS))) / HOT_HOPS);
  hot.anew.push(await timed(anew));
  await other();
  after.hop.push(await timed(hop));
  await other();
  after.anew.push(await timed(anew));
}

function costOf({ seconds, hops, hot, after }: Length, fullAtOnce: Timing): WindowCost {
  const [incremental, full] = [timingOf(hot.hop), timingOf(hot.anew)];
  const [hop, anew] = [timingOf(after.hop), timingOf(after.anew)];
  return {
    seconds,
    hops,
    incremental,
    full,
    fullAtOnce,
    ratio: over(full, incremental),
    ratioAtOnce: over(fullAtOnce, incremental),
    afterOther: { incremental: hop, full: anew, ratio: over(anew, hop) },
  };
}

async function timeAtOnce(graphs: PackGraphs, hops: number, rounds: number): Promise<Timing> {
  const [senses, fresh] = [graphs.senses(hops), graphs.fresh(hops)];
  const run = (): Promise<unknown> => graphs.advance(senses, fresh, 0);
  await run();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timed(run));
  return timingOf(times);
}

/** Reads other memory, then rests. */
function otherWork(): () => Promise<unknown> {
  const bytes = Buffer.alloc(OTHER_BYTES, 2);
  return () => {
    if (bytes.includes(1)) throw new Error('there is no 1 among these 2s');
    return rest(REST_MS);
  };
}

async function repeat(run: () => Promise<unknown>, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await run();
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

function over(dear: Timing, cheap: Timing): number {
  return dear.p50 / cheap.p50;
}
