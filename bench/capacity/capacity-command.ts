import { LATENCY_STAGES } from '../../pipeline/index.ts';
import { BenchError } from '../bench-error.ts';
import { readAgentInfo } from '../latency/agent-info.ts';
import { facelessCaution } from '../latency/faceless.ts';
import { LatencyRecorder } from '../latency/latency-recorder.ts';
import type { ClipChoice } from '../latency/load-clip.ts';
import { LoadCall } from '../load/load-call.ts';
import type { MediaKind } from '../load/replay.ts';
import { findPowerMeter, type PowerMeter, type PowerRun } from '../machine/power.ts';
import { readThermal, thermalCautions } from '../machine/thermal.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import type { CapacityReport, CapacityRun, CapacityStep } from './capacity-report.ts';
import { KneeSearch } from './knee.ts';
import { ShedCounter } from './shed-counter.ts';

/** Who was not described by then is not being analysed. */
const DESCRIBED_WITHIN_MS = 15_000;
/** Answers of the last hops are still on their way when a step ends. */
const TAIL_MS = 700;
const IDLE_MS = 3000;
/** With fewer descriptions than this, their p95 is an anecdote, and the states' alone decides. */
const ENOUGH_DESCRIPTIONS = 20;

const KINDS: Readonly<Record<CapacityRun['mode'], readonly MediaKind[]>> = {
  audio: ['audio'],
  video: ['video'],
  both: ['audio', 'video'],
};

export interface CapacityOptions extends ClipChoice {
  readonly modes: ReadonlyArray<CapacityRun['mode']>;
  /** Undefined: what the configuration says. */
  readonly engines: ReadonlyArray<string | undefined>;
  readonly providers: ReadonlyArray<string | undefined>;
  readonly budgetMs: number;
  readonly stepSeconds: number;
  readonly settleSeconds: number;
  readonly most: number;
  readonly agentArgs: readonly string[];
  readonly signal: AbortSignal;
}

/** Adds participants until it is too much, for every mode, engine and provider. Throws {@link BenchError}. */
export async function measureCapacity(options: CapacityOptions): Promise<CapacityReport> {
  const origin = await readOrigin();
  const meter = await findPowerMeter();
  const before = await readThermal();
  const runs: CapacityRun[] = [];
  const engines = new Set<string>();
  let call: Pick<CapacityReport['config'], 'played' | 'pack' | 'loadCore'> | undefined;
  for (const engine of options.engines)
    for (const provider of options.providers)
      for (const mode of options.modes) {
        await using measured = await open(options, { engine, provider, mode });
        engines.add((await readAgentInfo(measured.agent.url)).engine);
        call = { played: measured.load.title, pack: measured.pack, loadCore: measured.load.core };
        runs.push(await findKnee(measured, options, { engine, provider, mode }, meter));
      }
  if (call === undefined) throw new BenchError('nothing-measured', 'There was no mode to measure. Give --modes.');
  const { budgetMs, stepSeconds, settleSeconds, most, agentArgs } = options;
  return {
    benchmark: 'capacity',
    ...origin,
    config: {
      budgetMs,
      stepSeconds,
      settleSeconds,
      most,
      agentArgs,
      ...call,
      engines: [...engines],
      power: meter?.source ?? 'unreadable',
    },
    results: {
      runs,
      cautions: [
        ...facelessRuns(runs, call.played),
        ...thermalCautions(before, await readThermal()),
        ...lateLoads(runs),
      ],
    },
  };
}

interface Setting {
  readonly engine: string | undefined;
  readonly provider: string | undefined;
  readonly mode: CapacityRun['mode'];
}

function open(options: CapacityOptions, { engine, provider, mode }: Setting): Promise<LoadCall> {
  const { media, voice, agentArgs, signal } = options;
  const env = {
    ...(engine === undefined ? {} : { UNDERTONE_SFU_ENGINE: engine }),
    ...(provider === undefined ? {} : { UNDERTONE_ANALYSIS_PROVIDERS: provider }),
  };
  return LoadCall.open({ media, voice, agentArgs, agent: { env }, kinds: KINDS[mode], signal });
}

async function findKnee(
  call: LoadCall,
  options: CapacityOptions,
  { engine, provider, mode }: Setting,
  meter: PowerMeter | null,
): Promise<CapacityRun> {
  const idleWatts = meter === null ? null : await idlePower(call, meter);
  const search = new KneeSearch({ first: 1, most: options.most });
  const steps: CapacityStep[] = [];
  for (let participants = search.next; participants !== undefined; participants = search.next) {
    let step = await tryLoad(call, participants, mode, options, meter);
    steps.push(step);
    // A neighbour's hiccup must not decide: what fails is looked at twice.
    if (!step.held) steps.push((step = await tryLoad(call, participants, mode, options, meter)));
    search.found(participants, step.held);
  }
  const knee = steps.findLast((step) => step.held && step.participants === search.holds);
  const agent = knee?.cores.agent ?? null;
  const watts = knee?.watts ?? null;
  return {
    engine: engine ?? 'configured engine',
    provider: provider ?? 'configured provider',
    mode,
    knee: search.holds,
    tooMany: search.fails,
    perAgentCore: agent === null || agent === 0 ? null : search.holds / agent,
    mibPerParticipant: memoryEach(steps),
    idleWatts,
    perWatt: idleWatts === null || watts === null || watts <= idleWatts ? null : search.holds / (watts - idleWatts),
    steps,
  };
}

async function idlePower(call: LoadCall, meter: PowerMeter): Promise<number | null> {
  const run = await meter.start();
  await call.pass(IDLE_MS);
  return run.watts();
}

async function tryLoad(
  call: LoadCall,
  participants: number,
  mode: CapacityRun['mode'],
  { budgetMs, stepSeconds, settleSeconds, signal }: CapacityOptions,
  meter: PowerMeter | null,
): Promise<CapacityStep> {
  const bar = new ProgressBar(`${mode}, ${participants} participants`, (stepSeconds + settleSeconds) * 1000);
  try {
    signal.throwIfAborted();
    await call.setParticipants(participants);
    const described = await call.untilDescribed(DESCRIBED_WITHIN_MS);
    await call.pass(settleSeconds * 1000, (passedMs) => bar.update(passedMs));
    const fromMs = call.roomMs;
    const span = { fromMs, toMs: fromMs + stepSeconds * 1000 };
    const recorder = new LatencyRecorder(() => span, LATENCY_STAGES);
    call.listener = recorder;
    const meters = await Meters.start(call, meter);
    await call.pass(stepSeconds * 1000, (passedMs) => bar.update(settleSeconds * 1000 + passedMs));
    const measured = await meters.end();
    await call.pass(TAIL_MS);
    const { hopToDelivered, dueToState, hops, histograms } = recorder.figures(call.roomMs);
    const reasons = [
      ...(described ? [] : [`${call.undescribed} participants got no answer at all`]),
      ...tooLate('hop due → state', dueToState, budgetMs, 1),
      ...tooLate('hop closed → delivered', hopToDelivered, budgetMs, ENOUGH_DESCRIPTIONS),
      ...(hops.missed > 0 ? [`${hops.missed} of ${hops.missed + hops.received} hops were left out`] : []),
      ...measured.shed,
    ];
    return {
      participants,
      held: reasons.length === 0,
      reasons,
      hopToDelivered,
      dueToState,
      hops: { received: hops.received, missed: hops.missed },
      ...measured.figures,
      histograms: { hopToDelivered: histograms['hopToDelivered'] ?? '', dueToState: histograms['dueToState'] ?? '' },
    };
  } finally {
    call.listener = undefined;
    bar.close();
  }
}

function tooLate(what: string, summary: CapacityStep['dueToState'], budgetMs: number, enough: number): string[] {
  if (summary === null || summary.n < enough || summary.p95 <= budgetMs) return [];
  return [`p95 of ${what} was ${summary.p95.toFixed(0)} ms`];
}

/** What is read from outside while a load is on. */
class Meters {
  readonly #call: LoadCall;
  readonly #startMs = performance.now();
  readonly #cpu: readonly [number | null, number | null, NodeJS.CpuUsage];
  readonly #lateMs: number;
  readonly #power: PowerRun | undefined;
  readonly #shed: ShedCounter;

  static async start(call: LoadCall, meter: PowerMeter | null): Promise<Meters> {
    const shed = await ShedCounter.start(call.agent.url);
    const { skippedMs } = await call.load.tell();
    const cpu = [await call.agent.cpuMs(), await call.load.cpuMs()] as const;
    return new Meters(call, cpu, skippedMs, await meter?.start(), shed);
  }

  private constructor(
    call: LoadCall,
    [agent, load]: readonly [number | null, number | null],
    lateMs: number,
    power: PowerRun | undefined,
    shed: ShedCounter,
  ) {
    this.#call = call;
    this.#cpu = [agent, load, process.cpuUsage()];
    this.#lateMs = lateMs;
    this.#power = power;
    this.#shed = shed;
  }

  async end(): Promise<{
    readonly figures: Pick<CapacityStep, 'cores' | 'agentMiB' | 'watts' | 'loadLateMs'>;
    readonly shed: string[];
  }> {
    const tookMs = performance.now() - this.#startMs;
    const [agent, load, own] = this.#cpu;
    const bench = process.cpuUsage(own);
    const cores = (from: number | null, to: number | null): number | null =>
      from === null || to === null ? null : round((to - from) / tookMs);
    const bytes = await this.#call.agent.residentBytes();
    const { skippedMs } = await this.#call.load.tell();
    return {
      shed: await this.#shed.end(),
      figures: {
        cores: {
          agent: cores(agent, await this.#call.agent.cpuMs()),
          load: cores(load, await this.#call.load.cpuMs()),
          bench: round((bench.user + bench.system) / 1000 / tookMs),
        },
        agentMiB: bytes === null ? null : round(bytes / 2 ** 20),
        watts: (await this.#power?.watts()) ?? null,
        loadLateMs: Math.max(0, Math.round(skippedMs - this.#lateMs)),
      },
    };
  }
}

/** Slope of the agent's memory over participants, from the smallest load to the largest. */
function memoryEach(steps: readonly CapacityStep[]): number | null {
  const told = steps.filter(({ agentMiB }) => agentMiB !== null).toSorted((a, b) => a.participants - b.participants);
  const [first, last] = [told[0], told.at(-1)];
  if (!first || !last || first.participants === last.participants) return null;
  return round(((last.agentMiB ?? 0) - (first.agentMiB ?? 0)) / (last.participants - first.participants));
}

function facelessRuns(runs: readonly CapacityRun[], played: string): string[] {
  return runs.some(({ mode }) => mode !== 'audio') ? facelessCaution(played) : [];
}

function lateLoads(runs: readonly CapacityRun[]): string[] {
  const late = runs.flatMap(({ steps }) => steps).filter(({ held, loadLateMs }) => held && loadLateMs > 0);
  return late.length === 0
    ? []
    : [`In ${late.length} loads that held, the load itself came late: on a machine of its own it might carry more.`];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
