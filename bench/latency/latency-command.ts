import { setTimeout as sleep } from 'node:timers/promises';
import { LATENCY_STAGES } from '../../pipeline/index.ts';
import { BenchError } from '../bench-error.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import { AgentProcess } from './agent-process.ts';
import { CallerProcess } from './caller-process.ts';
import { LatencyRecorder, type MeasuredSpan } from './latency-recorder.ts';
import type { LatencyReport } from './latency-report.ts';
import { RoomSession } from './room-session.ts';

/** The first affect event may have to wait for a face model's first run. */
const FIRST_EVENT_WITHIN_MS = 60_000;
/** Events of the span's last hops are still on their way when it ends. */
const TAIL_MS = 3000;
const ROOM = 'benchmark';

export interface LatencyOptions {
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly participants: number;
  readonly media?: string | undefined;
  readonly voice?: string | undefined;
  /** Further arguments of `undertone start`. */
  readonly agentArgs: readonly string[];
}

interface Caller {
  readonly session: RoomSession;
  readonly process: CallerProcess;
}

/** Runs the real agent and real callers in processes of their own and measures over real time. Throws {@link BenchError}. */
export async function measureLatency(options: LatencyOptions): Promise<LatencyReport> {
  const origin = await readOrigin();
  const agent = await AgentProcess.start(options.agentArgs);
  const callers: Caller[] = [];
  try {
    return { benchmark: 'latency', ...origin, ...(await measure(options, agent, callers)) };
  } finally {
    for (const { session, process } of callers) {
      session.close();
      await process.close();
    }
    await agent.close();
  }
}

async function measure(
  options: LatencyOptions,
  agent: AgentProcess,
  callers: Caller[],
): Promise<Pick<LatencyReport, 'config' | 'results'>> {
  const { seconds, warmupSeconds, participants, media, voice } = options;
  let span: MeasuredSpan | undefined;
  const recorder = new LatencyRecorder(() => span, LATENCY_STAGES);
  const heard = new Set<number>();
  for (let number = 0; number < participants; number++) {
    const session = await RoomSession.open({
      agentUrl: agent.url,
      room: ROOM,
      recorder,
      onFirstEvent: () => heard.add(number),
    });
    const { whip, token } = session.ready;
    const process = await CallerProcess.start({ whipUrl: new URL(whip, agent.url).href, token, media, voice });
    callers.push({ session, process });
  }
  const [first] = callers;
  if (first === undefined) throw new BenchError('nothing-measured', 'There must be at least one participant.');
  await untilHeard(heard, agent, callers);
  await pass(warmupSeconds * 1000, 'warm-up', agent, callers);
  const fromMs = first.session.clock.roomMs(performance.now());
  span = { fromMs, toMs: fromMs + seconds * 1000 };
  const before = await cpu(agent, callers);
  await pass(seconds * 1000, 'measuring', agent, callers);
  const after = await cpu(agent, callers);
  await sleep(TAIL_MS);
  const figures = recorder.figures();
  if (figures.hops.received === 0)
    throw new BenchError('nothing-measured', `No event arrived in ${seconds} s. ${trouble(agent, callers)}`);
  return {
    config: {
      seconds,
      warmupSeconds,
      participants,
      played: first.process.title,
      pack: first.session.ready.pack,
      agentArgs: options.agentArgs,
    },
    results: {
      ...figures,
      clockErrorMs: first.session.clock.errorMs,
      superseded: callers.reduce((sum, { session }) => sum + session.superseded, 0),
      agentCores: cores(before.agent, after.agent, seconds),
      callerCores: cores(before.callers, after.callers, seconds),
    },
  };
}

async function untilHeard(heard: ReadonlySet<number>, agent: AgentProcess, callers: readonly Caller[]): Promise<void> {
  const endMs = performance.now() + FIRST_EVENT_WITHIN_MS;
  while (heard.size < callers.length) {
    checkAlive(agent, callers);
    if (performance.now() > endMs) {
      const { length } = callers;
      throw new BenchError(
        'nothing-measured',
        `Of ${length} callers, only ${heard.size} were described within ${FIRST_EVENT_WITHIN_MS / 1000} s. ${trouble(agent, callers)}`,
      );
    }
    await sleep(100);
  }
}

async function pass(ms: number, label: string, agent: AgentProcess, callers: readonly Caller[]): Promise<void> {
  const bar = new ProgressBar(label, ms);
  const startMs = performance.now();
  try {
    for (let passedMs = 0; passedMs < ms; passedMs = performance.now() - startMs) {
      checkAlive(agent, callers);
      bar.update(passedMs);
      await sleep(Math.min(200, ms - passedMs));
    }
  } finally {
    bar.close();
  }
}

function checkAlive(agent: AgentProcess, callers: readonly Caller[]): void {
  if (agent.ended) throw new BenchError('agent-failed', `The agent ended during the measurement.\n${agent.stderr}`);
  if (callers.some(({ process }) => process.ended))
    throw new BenchError('caller-failed', 'A caller ended during the measurement.');
}

function trouble(agent: AgentProcess, callers: readonly Caller[]): string {
  const told = callers.map(({ session }) => session.lastError).filter((error) => error !== undefined);
  return [...told, agent.stderr].join('\n');
}

interface CpuTimes {
  readonly agent: number | null;
  readonly callers: number | null;
}

async function cpu(agent: AgentProcess, callers: readonly Caller[]): Promise<CpuTimes> {
  const times = await Promise.all(callers.map(({ process }) => process.cpuMs()));
  return {
    agent: await agent.cpuMs(),
    callers: times.reduce<number | null>((sum, time) => (sum === null || time === null ? null : sum + time), 0),
  };
}

function cores(beforeMs: number | null, afterMs: number | null, seconds: number): number | null {
  return beforeMs === null || afterMs === null ? null : Math.round((afterMs - beforeMs) / (seconds * 10)) / 100;
}
