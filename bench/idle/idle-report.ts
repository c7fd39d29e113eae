import { z } from 'zod';
import type { Origin } from '../origin.ts';
import { originSentence } from '../report/origin-sentence.ts';
import { textTable } from '../text-table.ts';

/** The agent, with what it started, over one span of time. */
const idleSpanSchema = z.object({
  participants: z.number().int().nonnegative(),
  /** CPU in ms a second: 1000 is one core. */
  cpuMsPerS: z.number(),
  agentMiB: z.number().nullable(),
  /** Hops of everybody that were given to the model, and those for which the one before stood. */
  hopsToldPerS: z.number(),
  hopsRestedPerS: z.number(),
  /** RTP packets that all callers sent. */
  packetsPerS: z.number(),
  /** Above 0 the load itself came too late, by so much media time. */
  loadLateMs: z.number(),
  /** What the agent threw away because there was too much of it, in words. */
  shed: z.array(z.string()),
});
export type IdleSpan = z.infer<typeof idleSpanSchema>;

const attendanceSchema = z.object({
  few: idleSpanSchema,
  /** Fewer than were asked for where those were too many. */
  many: idleSpanSchema,
  /** CPU in ms a second that one more participant costs: the slope from few to many. */
  each: z.number(),
  /** Lively: all were described. Resting: all came to rest. */
  asMeant: z.boolean(),
  /** What one of them sends, without headers. */
  kbps: z.number(),
});
export type IdleAttendance = z.infer<typeof attendanceSchema>;

export const idleRunSchema = z.object({
  engine: z.string(),
  provider: z.string(),
  nobody: idleSpanSchema,
  lively: attendanceSchema,
  resting: attendanceSchema,
  /** What one who rests costs over what one costs who is lively; null where either was not what was meant to be measured. */
  ratio: z.number().nullable(),
});
export type IdleRun = z.infer<typeof idleRunSchema>;

/** What `bench idle` found. */
export interface IdleReport extends Origin {
  readonly benchmark: 'idle';
  readonly config: {
    readonly few: number;
    readonly many: number;
    readonly seconds: number;
    /** Pictures came in three temporal layers. */
    readonly layered: boolean;
    readonly played: string;
    readonly playedAtRest: string;
    readonly pack: string;
    readonly agentArgs: readonly string[];
    /** The core that the load was kept on, if it was. */
    readonly loadCore: number | null;
  };
  readonly results: { readonly runs: readonly IdleRun[]; readonly cautions: readonly string[] };
}

/** Whether it was measured what was meant to be: people as they should be, and all of the work done for them. */
export function isSound({ asMeant, few, many, each }: IdleAttendance): boolean {
  return asMeant && each > 0 && !isShort({ few, many });
}

/** CPU in ms a second of one more, in words; where work was shed, they cost more than was seen. */
export function eachOf(attendance: IdleAttendance): string {
  return `${isShort(attendance) ? '≥ ' : ''}${attendance.each.toFixed(1)}`;
}

function isShort({ few, many }: Pick<IdleAttendance, 'few' | 'many'>): boolean {
  return few.shed.length + many.shed.length > 0;
}

/** What one who rests costs beside one who is lively, in a sentence. */
export function idleVerdict({ engine, nobody, lively, resting, ratio }: IdleRun): string {
  return (
    `${engine}: who rests costs the agent ${eachOf(resting)} ms of CPU a second, ` +
    (ratio === null
      ? `who is lively ${eachOf(lively)} ms`
      : `${Math.round(ratio * 100)} % of the ${eachOf(lively)} ms of who is lively`) +
    '; ' +
    `with nobody there it takes ${nobody.cpuMsPerS.toFixed(1)} ms.`
  );
}

/** The report as Markdown that reads well in a terminal. */
export function idleMarkdown(report: IdleReport): string {
  const { config, results } = report;
  const rows = results.runs.flatMap(({ engine, nobody, lively, resting }) => [
    row(`${engine}, nobody`, nobody),
    row(`${engine}, ${lively.few.participants} lively`, lively.few),
    row(`${engine}, ${lively.many.participants} lively`, lively.many, lively),
    row(`${engine}, ${resting.few.participants} resting`, resting.few),
    row(`${engine}, ${resting.many.participants} resting`, resting.many, resting),
  ]);
  return [
    ...results.runs.map(idleVerdict),
    '',
    textTable(
      ['the agent and what it started', 'CPU, ms/s', 'one more, ms/s', 'MiB', 'hops/s told', 'rested', 'packets/s'],
      rows,
    ),
    '',
    ...originSentence(report),
    `Pack ${config.pack}. Lively: ${config.played}. Resting: ${config.playedAtRest}. ` +
      `${config.layered ? 'Pictures in three temporal layers, as the page sends them.' : 'Pictures without temporal layers.'} ` +
      `One caller sends ${results.runs.map(({ lively, resting }) => `${lively.kbps} kbit/s lively, ${resting.kbps} at rest`)[0] ?? 'nothing'}.`,
    `Each span was measured for ${config.seconds} s; ${config.many} first (fewer where work was shed), then all but ${config.few} left.`,
    ...results.cautions.map((caution) => `- ${caution}`),
  ].join('\n');
}

function row(title: string, span: IdleSpan, attendance?: IdleAttendance): string[] {
  return [
    title,
    span.cpuMsPerS.toFixed(1),
    attendance === undefined ? '' : eachOf(attendance),
    span.agentMiB?.toFixed(0) ?? '–',
    span.hopsToldPerS.toFixed(1),
    span.hopsRestedPerS.toFixed(1),
    span.packetsPerS.toFixed(0),
  ];
}
