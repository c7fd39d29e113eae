/** Whether people rest, from the agent's own counters: of who rests hardly a hop is given to the model. */
import { RESTING_INTERVAL_US } from '../../pipeline/index.ts';
import type { LoadCall } from '../load/load-call.ts';

const TOLD = /^undertone_hops_total\{[^}]*\} (\S+)$/gm;
const RESTED = /^undertone_hops_rested_total\{[^}]*\} (\S+)$/gm;
const LIVELY_HOPS_PER_S = 2;
/** At most: one for each look. */
const RESTING_HOPS_PER_S = 1e6 / RESTING_INTERVAL_US;
/** Two looks at everybody. */
const WINDOW_MS = (2 * RESTING_INTERVAL_US) / 1000;

/** Hops since the agent's start: given to the model, and stood for by the one before. */
export interface HopCounts {
  readonly told: number;
  readonly rested: number;
}

export async function readHops(agentUrl: string): Promise<HopCounts> {
  const text = await (await fetch(new URL('/metrics', agentUrl))).text();
  const sum = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return { told: sum(TOLD), rested: sum(RESTED) };
}

/** How many of so many do not rest, as far as `toldPerS`, the hops a second that the model was given, can tell. */
export function awakeOf(participants: number, toldPerS: number): number {
  const more = toldPerS - participants * RESTING_HOPS_PER_S;
  return Math.max(0, more / (LIVELY_HOPS_PER_S - RESTING_HOPS_PER_S));
}

/** Waits until everybody rests, at most so long; tells whether they do. */
export async function untilResting(
  call: LoadCall,
  withinMs: number,
  onTime: (passedMs: number) => void,
): Promise<boolean> {
  const startMs = performance.now();
  for (let passedMs = 0; passedMs < withinMs; passedMs = performance.now() - startMs) {
    const [before, fromMs, waitedMs] = [await readHops(call.agent.url), performance.now(), passedMs];
    await call.pass(WINDOW_MS, (ms) => onTime(waitedMs + ms));
    const { told } = await readHops(call.agent.url);
    const toldPerS = ((told - before.told) * 1000) / (performance.now() - fromMs);
    if (told > before.told && awakeOf(call.participants, toldPerS) < 0.5) return true;
  }
  return false;
}
