import type { Summary } from '../histogram.ts';
import type { Origin } from '../origin.ts';
import { textTable } from '../text-table.ts';
import type { CueFigures } from './cue-recorder.ts';
import { facelessCaution } from './faceless.ts';
import type { LatencyFigures } from './latency-recorder.ts';

/** Below this many values beyond a quantile, the quantile is an anecdote. */
const VALUES_BEYOND = 5;
/** A load above this share of the cores means that the machine was not free. */
const BUSY = 0.25;
/** MLPerf Inference, SingleStream: at least so many queries and so many seconds. */
const MLPERF_QUERIES = 1024;
const MLPERF_SECONDS = 600;

/** What `bench latency` found; times in ms. */
export interface LatencyReport extends Origin {
  readonly benchmark: 'latency';
  readonly config: {
    readonly seconds: number;
    readonly warmupSeconds: number;
    readonly participants: number;
    /** What the callers played. */
    readonly played: string;
    readonly pack: string;
    readonly agentArgs: readonly string[];
  };
  readonly results: LatencyFigures & {
    /** The room's clock is known to this, in ms: `dueTo...` may be too short by it. */
    readonly clockErrorMs: number | null;
    /** Events that the agent replaced by newer ones before they could be sent. */
    readonly superseded: number;
    /** Mean number of CPU cores that were busy with it and with what it started (an SFU's workers); null where the system does not tell. */
    readonly agentCores: number | null;
    readonly callerCores: number | null;
    /** From a change in the media, whose moment is known, to its shift in the client; only where cues were shown. */
    readonly cueToShift?: Summary | null;
    readonly shifts?: CueFigures['shifts'];
    readonly cuesPlayed?: string;
  };
}

/** The report as Markdown that reads well in a terminal. */
export function latencyMarkdown(report: LatencyReport): string {
  const { results, config, machine, version } = report;
  const stages = Object.entries(results.stages).map(([stage, summary]) => row(`stage: ${stage}`, summary));
  const table = textTable(
    ['ms', 'n', 'p50', 'p90', 'p95', 'p99', 'max'],
    [
      row('hop closed → first words', results.hopToFirstWord),
      row('hop closed → text complete', results.hopToComplete),
      row('hop closed → description delivered', results.hopToDelivered),
      row('hop due → description received', results.dueToDescription),
      row('hop due → state received', results.dueToState),
      row('end of a turn decided → turn received', results.turnToState),
      row('last sound of a turn → turn received', results.lastSoundToTurn),
      ...(results.shifts === undefined ? [] : [row('cue onset → shift received', results.cueToShift ?? null)]),
      ...stages,
    ],
  );
  const revision =
    version.revision === null
      ? ''
      : `, revision ${version.revision.slice(0, 9)}${version.dirty === true ? ' with changes' : ''}`;
  return [
    verdict(report),
    '',
    table,
    '',
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform} ${machine.arch}` +
      `${machine.governor === null ? '' : `, governor ${machine.governor}`}; load before: ${machine.loadBefore}.`,
    `Undertone ${version.undertone}${revision}, Node ${version.node}, pack ${config.pack}.`,
    `Played: ${config.played}. ${config.participants} participant${config.participants === 1 ? '' : 's'}, ${config.seconds} s after ${config.warmupSeconds} s of warm-up.`,
    ...notes(report),
  ].join('\n');
}

function verdict({ results, config }: LatencyReport): string {
  const { hopToDelivered, dueToState, hops, descriptions } = results;
  const people = config.participants === 1 ? 'one participant' : `${config.participants} participants`;
  const headline =
    hopToDelivered === null
      ? `With ${people}, no description was delivered.`
      : `With ${people}, 95 % of descriptions were delivered within ${ms(hopToDelivered.p95)} ms of the end of their hop.`;
  const stream =
    dueToState === null
      ? ''
      : ` Every ${hops.hopMs} ms a hop falls due; 90 % were answered within ${ms(dueToState.p90)} ms of their due time (SingleStream p90).`;
  return `${headline}${stream} ${hops.missed} of ${hops.received + hops.missed} hops were left out; ${descriptions.received} descriptions, ${descriptions.abstained} of them abstaining.`;
}

function notes({ results, config, machine }: LatencyReport): string[] {
  const found = facelessCaution(config.played);
  const { agentCores, callerCores, clockErrorMs, mediaLeadMs, dueToState } = results;
  if (agentCores !== null)
    found.push(`CPU: agent with its SFU ${agentCores} cores${callerCores === null ? '' : `, callers ${callerCores}`}.`);
  found.push(
    `Due times are the ends of hops on the media timeline, less the ${ms(mediaLeadMs)} ms that it runs ahead of arrival; a hop that was left out counts until the next answer, so stalls are not hidden.` +
      (clockErrorMs === null ? '' : ` Clock error: at most ${ms(clockErrorMs)} ms.`),
  );
  if (machine.loadBefore > machine.cores * BUSY)
    found.push(
      `The machine was busy with other work before (load ${machine.loadBefore} on ${machine.cores} cores): these figures are an upper bound, not the machine's.`,
    );
  const described = results.hopToDelivered?.n ?? 0;
  if (described * 0.05 < VALUES_BEYOND)
    found.push(`Only ${described} descriptions: the p95 and above rest on few values. Measure longer (--seconds).`);
  if ((dueToState?.n ?? 0) < MLPERF_QUERIES || config.seconds < MLPERF_SECONDS)
    found.push(
      `Shorter than MLPerf's rules ask (${MLPERF_QUERIES} queries and ${MLPERF_SECONDS} s): an indication, not a submission.`,
    );
  if (results.shifts !== undefined)
    found.push(
      `Cues: ${results.shifts.found} of ${results.shifts.expected} changes were told of within 5 s, ${halfOf(results.shifts)}; ${results.shifts.falseAlarms} shifts were none. Shown: ${results.cuesPlayed ?? ''}.`,
    );
  if (results.descriptions.unacknowledged > 0)
    found.push(`${results.descriptions.unacknowledged} descriptions had no word of delivery.`);
  return found.map((note) => `- ${note}`);
}

function halfOf({ halfWithinMs }: CueFigures['shifts']): string {
  return halfWithinMs === null ? 'fewer than half of all' : `half of all within ${halfWithinMs} ms`;
}

function row(title: string, summary: Summary | null): string[] {
  if (summary === null) return [title, '0', '–', '–', '–', '–', '–'];
  return [title, String(summary.n), ...[summary.p50, summary.p90, summary.p95, summary.p99, summary.max].map(ms)];
}

function ms(value: number): string {
  return value.toFixed(1);
}
