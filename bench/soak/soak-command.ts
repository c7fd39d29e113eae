import { LATENCY_STAGES } from '../../pipeline/index.ts';
import { LatencyRecorder } from '../latency/latency-recorder.ts';
import type { ClipChoice } from '../latency/load-clip.ts';
import { LoadCall } from '../load/load-call.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import { lookAt, watchArguments } from './agent-watch.ts';
import type { SoakReport, SoakResults, SoakRound } from './soak-report.ts';
import { type Trend, trendOf } from './trend.ts';

const DESCRIBED_WITHIN_MS = 30_000;
const MIB = 2 ** 20;
/** Of the rounds, this share comes first and does not count: caches fill, code is compiled. */
const WARM_SHARE = 0.25;
const MS_PER_HOUR = 3_600_000;
/** A media clock that runs away faster than this is not the crystal's fault. */
const MAX_DRIFT_MS_PER_HOUR = 1000;
const ROUNDS_FOR_DRIFT = 6;

/** What may grow over a whole run without being a leak. */
const MAY_GROW: Readonly<Record<string, number>> = {
  'heap, MiB': 3,
  'external, MiB': 6,
  'resident, MiB': 48,
  handles: 3,
  descriptors: 3,
};

export interface SoakOptions extends ClipChoice {
  readonly minutes: number;
  readonly participants: number;
  readonly roundSeconds: number;
  readonly lossPercent: number;
  readonly agentArgs: readonly string[];
  /** More of Node's own arguments for the agent; tests plant faults by them. */
  readonly agentNodeArgs?: readonly string[];
  readonly signal: AbortSignal;
}

interface Churn {
  joined: number;
  left: number;
  mutes: number;
}

/** Lets a call go on for as long as asked, with people who come, go, mute and lose packets, and watches. Throws BenchError. */
export async function measureSoak(options: SoakOptions): Promise<SoakReport> {
  const { minutes, participants, roundSeconds, lossPercent, agentArgs, media, voice, signal } = options;
  const origin = await readOrigin();
  const agent = { nodeArgs: [...watchArguments(), ...(options.agentNodeArgs ?? [])] };
  await using call = await LoadCall.open({ media, voice, agentArgs, agent, kinds: ['audio', 'video'], signal });
  await call.setParticipants(participants);
  const described = await call.untilDescribed(DESCRIBED_WITHIN_MS);
  const churn: Churn = { joined: participants, left: 0, mutes: 0 };
  const rounds: SoakRound[] = [];
  let threads = 0;
  const count = Math.max(4, Math.round((minutes * 60) / roundSeconds));
  const bar = new ProgressBar('soak', count);
  const startMs = performance.now();
  try {
    for (let index = 0; index < count; index++) {
      const { round, seen } = await oneRound(call, options, churn, index);
      rounds.push({ ...round, atS: Math.round((performance.now() - startMs) / 100) / 10 });
      threads = Math.max(threads, seen);
      bar.update(index + 1);
    }
  } finally {
    bar.close();
  }
  const { lost: packetsLost } = await call.load.tell();
  const results = judge(rounds, described ? [] : [`${call.undescribed} participants were never described.`]);
  return {
    benchmark: 'soak',
    ...origin,
    config: {
      minutes,
      participants,
      roundSeconds,
      lossPercent,
      played: call.load.title,
      pack: call.pack,
      agentArgs,
    },
    results: { ...results, ...churn, packetsLost, threads },
  };
}

/** Everybody once in another trouble: one joins and the oldest leaves, one mutes for a while, one loses packets. */
async function oneRound(
  call: LoadCall,
  { roundSeconds, lossPercent }: SoakOptions,
  churn: Churn,
  index: number,
): Promise<{ round: Omit<SoakRound, 'atS'>; seen: number }> {
  const partMs = (roundSeconds * 1000) / 4;
  const fromMs = call.roomMs;
  const recorder = new LatencyRecorder(() => ({ fromMs, toMs: Number.POSITIVE_INFINITY }), LATENCY_STAGES);
  call.listener = recorder;
  const [oldest, second, third] = call.callers;
  const unsteady = third ?? second ?? oldest;
  await call.join();
  churn.joined++;
  if (unsteady !== undefined) await call.load.lose(unsteady, lossPercent / 100);
  await call.pass(partMs);
  if (second !== undefined) await call.mute(second, index % 2 === 0 ? 'audio' : 'video', true);
  churn.mutes++;
  await call.pass(partMs);
  if (second !== undefined) await call.mute(second, index % 2 === 0 ? 'audio' : 'video', false);
  if (unsteady !== undefined) await call.load.lose(unsteady, 0);
  await call.pass(partMs);
  if (oldest !== undefined) await call.leave(oldest);
  churn.left++;
  await call.pass(partMs);
  const look = await lookAt(call.agent.process, index);
  const { dueToState, hops } = recorder.figures();
  return {
    seen: look.threads,
    round: {
      rssMiB: look.rssBytes / MIB,
      heapMiB: look.heapBytes / MIB,
      externalMiB: look.externalBytes / MIB,
      handles: look.handles,
      descriptors: look.descriptors,
      lagMs: look.lagMs,
      stateP50Ms: dueToState?.p50 ?? null,
      stateP95Ms: dueToState?.p95 ?? null,
      clockMs: recorder.earliestStateMs,
      hopsMissed: hops.missed,
    },
  };
}

/** Draws the conclusions of the rounds. */
export function judge(
  rounds: readonly SoakRound[],
  findings: readonly string[] = [],
): Pick<SoakResults, 'rounds' | 'trends' | 'driftMsPerHour' | 'findings'> {
  const settled = rounds.slice(Math.floor(rounds.length * WARM_SHARE));
  const series: Readonly<Record<string, readonly (number | null)[]>> = {
    'heap, MiB': settled.map(({ heapMiB }) => heapMiB),
    'external, MiB': settled.map(({ externalMiB }) => externalMiB),
    'resident, MiB': settled.map(({ rssMiB }) => rssMiB),
    handles: settled.map(({ handles }) => handles),
    descriptors: settled.map(({ descriptors }) => descriptors),
  };
  const trends: Record<string, Trend> = {};
  for (const [name, values] of Object.entries(series)) {
    const told = values.filter((value) => value !== null);
    if (told.length === values.length) trends[name] = trendOf(told, MAY_GROW[name] ?? 0);
  }
  const driftMsPerHour = driftOf(settled);
  const leaking = Object.entries(trends).filter(([, { leaks }]) => leaks);
  return {
    rounds: [...rounds],
    trends,
    driftMsPerHour,
    findings: [
      ...findings,
      ...leaking.map(
        ([name, { first, last }]) => `It leaks: ${name} rose from ${first.toFixed(1)} to ${last.toFixed(1)}.`,
      ),
      ...(driftMsPerHour !== null && Math.abs(driftMsPerHour) > MAX_DRIFT_MS_PER_HOUR
        ? [`The clocks drift by ${driftMsPerHour.toFixed(0)} ms an hour.`]
        : []),
    ],
  };
}

/** Only a steady drift is told: the earliest answer of a round wanders with the load. */
function driftOf(rounds: readonly SoakRound[]): number | null {
  const clocks = rounds.map(({ clockMs }) => clockMs).filter((clockMs) => clockMs !== null);
  const [first, last] = [rounds[0], rounds.at(-1)];
  if (clocks.length < ROUNDS_FOR_DRIFT || !first || !last) return null;
  const roundMs = ((last.atS - first.atS) * 1000) / (rounds.length - 1);
  const rising = trendOf(clocks, 0);
  const falling = trendOf(
    clocks.map((clockMs) => -clockMs),
    0,
  );
  return rising.leaks || falling.leaks ? (rising.perRound / roundMs) * MS_PER_HOUR : 0;
}
