import { z } from 'zod';
import { histogramSchema, type Summary, summarySchema } from '../histogram.ts';
import type { Origin } from '../origin.ts';
import { originSentence } from '../report/origin-sentence.ts';
import { textTable } from '../text-table.ts';

/** One load that was tried. */
export const capacityStepSchema = z.object({
  participants: z.number().int().positive(),
  held: z.boolean(),
  /** Why it did not hold, for people. */
  reasons: z.array(z.string()),
  hopToDelivered: summarySchema.nullable(),
  dueToState: summarySchema.nullable(),
  hops: z.object({ received: z.number(), missed: z.number() }),
  /** Mean number of busy cores, by process, the agent's with what it started; null where the system does not tell. */
  cores: z.object({ agent: z.number().nullable(), load: z.number().nullable(), bench: z.number() }),
  /** Of the agent and what it started. */
  agentMiB: z.number().nullable(),
  /** Mean power of the whole machine meanwhile; null: unreadable. */
  watts: z.number().nullable(),
  /** Above 0 the load itself came too late, by so much media time: what is measured is the machine with its load on it. */
  loadLateMs: z.number(),
  histograms: z.record(z.string(), histogramSchema),
});
export type CapacityStep = z.infer<typeof capacityStepSchema>;

export const capacityRunSchema = z.object({
  engine: z.string(),
  provider: z.string(),
  mode: z.enum(['audio', 'video', 'both']),
  /** The most participants within the budget; 0 when not even one was. */
  knee: z.number().int().nonnegative(),
  /** The fewest that were too many; null when everything that was tried held. */
  tooMany: z.number().int().nullable(),
  perAgentCore: z.number().nullable(),
  mibPerParticipant: z.number().nullable(),
  idleWatts: z.number().nullable(),
  perWatt: z.number().nullable(),
  steps: z.array(capacityStepSchema),
});
export type CapacityRun = z.infer<typeof capacityRunSchema>;

/** What `bench capacity` found. */
export interface CapacityReport extends Origin {
  readonly benchmark: 'capacity';
  readonly config: {
    readonly budgetMs: number;
    readonly stepSeconds: number;
    readonly settleSeconds: number;
    readonly most: number;
    readonly played: string;
    readonly pack: string;
    readonly agentArgs: readonly string[];
    /** What the agents ran on: what the configuration, or "auto", came to on this machine. */
    readonly engines: readonly string[];
    /** The core that the load was kept on, if it was. */
    readonly loadCore: number | null;
    readonly power: 'rapl' | 'ina3221' | 'unreadable';
  };
  readonly results: { readonly runs: readonly CapacityRun[]; readonly cautions: readonly string[] };
}

const SHOWN = { audio: 'audio only', video: 'video only', both: 'audio and video' } as const;

/** The report as Markdown that reads well in a terminal. */
export function capacityMarkdown(report: CapacityReport): string {
  const { config, results } = report;
  const rows = results.runs.map((run) => {
    const best = run.steps.findLast(({ participants, held }) => held && participants === run.knee);
    return [
      `${SHOWN[run.mode]}, ${run.engine}, ${run.provider}`,
      run.tooMany === null ? `≥ ${run.knee}` : String(run.knee),
      told(run.perAgentCore, 1),
      told(run.mibPerParticipant, 1),
      run.perWatt === null ? 'unreadable' : run.perWatt.toFixed(2),
      ms(best?.dueToState),
      ms(best?.hopToDelivered),
      told(best?.cores.agent, 2),
      told(best?.cores.load, 2),
    ];
  });
  return [
    ...results.runs.map((run) => verdict(run, config.budgetMs)),
    '',
    textTable(
      [
        'load',
        'participants',
        'per agent core',
        'MiB each',
        'per watt',
        'state p95, ms',
        'delivered p95, ms',
        'agent cores',
        'load cores',
      ],
      rows,
    ),
    '',
    ...originSentence(report),
    `Pack ${config.pack}; engine ${config.engines.join(', ')}; played: ${config.played}, replayed as RTP${config.loadCore === null ? '' : ` from a process on core ${config.loadCore}`}. ` +
      `Each load was measured for ${config.stepSeconds} s after ${config.settleSeconds} s; one that failed, twice.`,
    config.power === 'unreadable'
      ? 'Power: unreadable on this machine (no INA3221, and RAPL is missing or for root only).'
      : `Power from ${config.power}; idle power is subtracted.`,
    ...results.cautions.map((caution) => `- ${caution}`),
  ].join('\n');
}

function verdict({ knee, tooMany, mode, steps }: CapacityRun, budgetMs: number): string {
  const people = `${knee} participant${knee === 1 ? '' : 's'}`;
  if (tooMany === null) return `${SHOWN[mode]}: at least ${people} within ${budgetMs} ms; nothing was too much.`;
  const why = steps.find((step) => step.participants === tooMany && !step.held)?.reasons.join('; ') ?? '';
  return `${SHOWN[mode]}: ${people} within ${budgetMs} ms. At ${tooMany}: ${why}.`;
}

function ms(summary: Summary | null | undefined): string {
  return summary === null || summary === undefined ? '–' : summary.p95.toFixed(1);
}

function told(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined ? '–' : value.toFixed(digits);
}
