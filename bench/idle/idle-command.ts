import { RESTS_AFTER_US } from '../../pipeline/index.ts';
import { ShedCounter } from '../capacity/shed-counter.ts';
import { BenchError } from '../bench-error.ts';
import { readAgentInfo } from '../latency/agent-info.ts';
import { facelessCaution } from '../latency/faceless.ts';
import type { ClipChoice } from '../latency/load-clip.ts';
import { LoadCall } from '../load/load-call.ts';
import { readThermal, thermalCautions } from '../machine/thermal.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import { type IdleAttendance, type IdleReport, type IdleRun, type IdleSpan, isSound } from './idle-report.ts';
import { awakeOf, readHops, untilResting } from './rest-watch.ts';

/** Who was not described by then is not being analysed. */
const DESCRIBED_WITHIN_MS = 30_000;
/** What is new is compiled, and what an agent starts with is over. */
const SETTLE_MS = 10_000;
/** What an agent starts with has been collected, too. */
const ALONE_MS = 30_000;
/** Those who left are gone. */
const LEFT_MS = 3000;
/** Who does not rest long after rest should have begun never will. */
const RESTING_WITHIN_MS = RESTS_AFTER_US / 1000 + 45_000;
/** Of too many, this share is tried next. */
const FEWER = 0.6;
/** So many of those who should rest may be thought awake before it is said: the count of hops is no finer. */
const AWAKE = 0.5;

export interface IdleOptions extends ClipChoice {
  /** Undefined: what the configuration says. */
  readonly engines: ReadonlyArray<string | undefined>;
  readonly few: number;
  readonly many: number;
  readonly seconds: number;
  readonly layered: boolean;
  readonly agentArgs: readonly string[];
  readonly signal: AbortSignal;
}

/** What lively people cost the agent, and what people cost it who neither speak nor move. Throws {@link BenchError}. */
export async function measureIdle(options: IdleOptions): Promise<IdleReport> {
  const { few, many, seconds, layered, agentArgs } = options;
  if (few >= many)
    throw new BenchError(
      'used-wrongly',
      `Between ${few} and ${many} participants lies nothing. Give --many above --few.`,
    );
  const origin = await readOrigin();
  const before = await readThermal();
  const runs: IdleRun[] = [];
  let shown: Shown | undefined;
  for (const engine of options.engines) {
    const { run, shown: media } = await measureEngine(options, engine);
    runs.push(run);
    shown = media;
  }
  if (shown === undefined) throw new BenchError('nothing-measured', 'There was no engine to measure. Give --engines.');
  return {
    benchmark: 'idle',
    ...origin,
    config: { few, many, seconds, layered, agentArgs, ...shown },
    results: {
      runs,
      cautions: [
        ...facelessCaution(shown.played),
        ...runs.flatMap(cautionsOf),
        ...thermalCautions(before, await readThermal()),
      ],
    },
  };
}

type Shown = Pick<IdleReport['config'], 'played' | 'playedAtRest' | 'pack' | 'loadCore'>;

async function measureEngine(
  options: IdleOptions,
  engine: string | undefined,
): Promise<{ run: IdleRun; shown: Shown }> {
  const { lively, nobody, title, info } = await measureLively(options, engine);
  await using call = await open(options, engine, true);
  const resting = await attend(call, options, 'resting');
  return {
    run: {
      ...info,
      nobody,
      lively,
      resting,
      ratio: isSound(lively) && isSound(resting) ? resting.each / lively.each : null,
    },
    shown: { played: title, playedAtRest: call.load.title, pack: call.pack, loadCore: call.load.core },
  };
}

async function measureLively(options: IdleOptions, engine: string | undefined) {
  await using call = await open(options, engine, false);
  await call.pass(ALONE_MS);
  const nobody = await measure(call, options.seconds, 'nobody');
  const lively = await attend(call, options, 'lively');
  return { nobody, lively, title: call.load.title, info: await readAgentInfo(call.agent.url) };
}

function open(options: IdleOptions, engine: string | undefined, resting: boolean): Promise<LoadCall> {
  const { media, voice, layered, agentArgs, signal } = options;
  const env: Record<string, string> = engine === undefined ? {} : { UNDERTONE_SFU_ENGINE: engine };
  return LoadCall.open({
    media,
    voice,
    layered,
    resting,
    agentArgs,
    agent: { env },
    kinds: ['audio', 'video'],
    signal,
  });
}

/**
 * Many first: then everything is compiled, and who stays when the others leave rests already. Where many are too many and
 * work is shed, fewer are tried, since who is not analysed costs nothing.
 */
async function attend(
  call: LoadCall,
  { few, many, seconds }: IdleOptions,
  manner: 'lively' | 'resting',
): Promise<IdleAttendance> {
  await call.setParticipants(many);
  const described = await call.untilDescribed(DESCRIBED_WITHIN_MS);
  const asMeant = described && (manner === 'resting' ? await comeToRest(call) : await settle(call));
  let atMany = await measure(call, seconds, `${many} ${manner}`);
  while (atMany.shed.length > 0 && call.participants > few + 1) {
    await call.setParticipants(Math.max(few + 1, Math.floor(call.participants * FEWER)));
    await call.pass(LEFT_MS);
    atMany = await measure(call, seconds, `${call.participants} ${manner}`);
  }
  await call.setParticipants(few);
  await call.pass(LEFT_MS);
  const atFew = await measure(call, seconds, `${few} ${manner}`);
  const each = (atMany.cpuMsPerS - atFew.cpuMsPerS) / (atMany.participants - few);
  return { few: atFew, many: atMany, each: round(each), asMeant, kbps: call.load.kbps };
}

async function settle(call: LoadCall): Promise<true> {
  await call.pass(SETTLE_MS);
  return true;
}

async function comeToRest(call: LoadCall): Promise<boolean> {
  for (const caller of call.callers) call.tellMuted(caller, 'audio', true);
  const bar = new ProgressBar(`until ${call.participants} rest`, RESTING_WITHIN_MS);
  try {
    return await untilResting(call, RESTING_WITHIN_MS, (passedMs) => bar.update(passedMs));
  } finally {
    bar.close();
  }
}

/** One look at the agent from outside, the CPU innermost, so that asking for the rest does not count. */
async function measure(call: LoadCall, seconds: number, label: string): Promise<IdleSpan> {
  const bar = new ProgressBar(label, seconds * 1000);
  try {
    const shed = await ShedCounter.start(call.agent.url);
    const [hops, load] = [await readHops(call.agent.url), await call.load.tell()];
    const [cpuMs, startMs] = [await cpuOf(call), performance.now()];
    await call.pass(seconds * 1000, (passedMs) => bar.update(passedMs));
    const [usedMs, tookS] = [(await cpuOf(call)) - cpuMs, (performance.now() - startMs) / 1000];
    const [hopsAfter, loadAfter] = [await readHops(call.agent.url), await call.load.tell()];
    const bytes = await call.agent.residentBytes();
    return {
      participants: call.participants,
      cpuMsPerS: round(usedMs / tookS),
      agentMiB: bytes === null ? null : round(bytes / 2 ** 20),
      hopsToldPerS: round((hopsAfter.told - hops.told) / tookS),
      hopsRestedPerS: round((hopsAfter.rested - hops.rested) / tookS),
      packetsPerS: round((loadAfter.sent - load.sent) / tookS),
      loadLateMs: Math.max(0, Math.round(loadAfter.skippedMs - load.skippedMs)),
      shed: await shed.end(),
    };
  } finally {
    bar.close();
  }
}

async function cpuOf(call: LoadCall): Promise<number> {
  const cpuMs = await call.agent.cpuMs();
  if (cpuMs !== null) return cpuMs;
  throw new BenchError(
    'nothing-measured',
    'This system does not tell how much CPU another process used. Run this on Linux, with /proc mounted.',
  );
}

/** Why figures may not mean what their names say. */
export function cautionsOf({ engine, nobody, lively, resting }: IdleRun): string[] {
  const spans = [nobody, lively.few, lively.many, resting.few, resting.many];
  const shed = spans.filter((span) => span.shed.length > 0);
  const awake = [resting.few, resting.many]
    .map(({ participants, hopsToldPerS }) => ({ participants, awake: awakeOf(participants, hopsToldPerS) }))
    .filter((span) => span.awake >= AWAKE);
  return [
    ...(lively.asMeant
      ? []
      : [`${engine}: not everybody who was lively was described, so they did not cost what they do.`]),
    ...(resting.asMeant
      ? []
      : [`${engine}: not everybody came to rest: what "resting" costs is no figure of the policy.`]),
    ...awake.map(
      (span) =>
        `${engine}: of ${span.participants} who should rest, about ${span.awake.toFixed(1)} did not while it was measured.`,
    ),
    ...shed.map(
      ({ participants, shed: what }) =>
        `${engine}: with ${participants} participants the agent shed work (${what.join('; ')}), so each costs more than is told. Give a smaller --many.`,
    ),
    ...(spans.some(({ loadLateMs }) => loadLateMs > 0)
      ? [`${engine}: the load itself came late, so less arrived than was meant. Give a smaller --many.`]
      : []),
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
