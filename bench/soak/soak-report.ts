import { z } from 'zod';
import { facelessCaution } from '../latency/faceless.ts';
import type { Origin } from '../origin.ts';
import { originSentence } from '../report/origin-sentence.ts';
import { textTable } from '../text-table.ts';
import { type Trend, trendSchema } from './trend.ts';

export const soakRoundSchema = z.object({
  /** Seconds since the start. */
  atS: z.number(),
  rssMiB: z.number(),
  heapMiB: z.number(),
  externalMiB: z.number(),
  handles: z.number(),
  descriptors: z.number().nullable(),
  lagMs: z.number(),
  stateP50Ms: z.number().nullable(),
  stateP95Ms: z.number().nullable(),
  /** The earliest answer of the round after its nominal due time: where the media's clock and the room's drift, it drifts. */
  clockMs: z.number().nullable(),
  hopsMissed: z.number().int(),
});
export type SoakRound = z.infer<typeof soakRoundSchema>;

export const soakResultsSchema = z.object({
  rounds: z.array(soakRoundSchema),
  /** Over the rounds after the first quarter, in which caches fill. */
  trends: z.record(z.string(), trendSchema),
  driftMsPerHour: z.number().nullable(),
  joined: z.number().int(),
  left: z.number().int(),
  mutes: z.number().int(),
  packetsLost: z.number().int(),
  threads: z.number().int(),
  /** What is wrong, for people; empty when the agent endured. */
  findings: z.array(z.string()),
});
export type SoakResults = z.infer<typeof soakResultsSchema>;

/** What `bench soak` found. */
export interface SoakReport extends Origin {
  readonly benchmark: 'soak';
  readonly config: {
    readonly minutes: number;
    readonly participants: number;
    readonly roundSeconds: number;
    readonly lossPercent: number;
    readonly played: string;
    readonly pack: string;
    readonly agentArgs: readonly string[];
  };
  readonly results: SoakResults;
}

/** The report as Markdown that reads well in a terminal. */
export function soakMarkdown(report: SoakReport): string {
  const { config, results } = report;
  return [
    results.findings.length === 0
      ? `Endured ${config.minutes} minutes: nothing leaks, nothing drifts, nobody was forgotten.`
      : `Did not endure: ${results.findings.join(' ')}`,
    '',
    textTable(
      ['after a collection', 'first', 'last', 'a round', 'Mann-Kendall z', 'verdict'],
      Object.entries(results.trends).map(([name, trend]) => trendRow(name, trend)),
    ),
    '',
    `${results.rounds.length} rounds of ${config.roundSeconds} s with ${config.participants} participants; ${results.joined} joined, ${results.left} left, ${results.mutes} mutes, ` +
      `${results.packetsLost} packets lost on purpose (${config.lossPercent} % at a time).`,
    results.driftMsPerHour === null
      ? 'Drift of the clocks: not enough answers to tell.'
      : `Drift of the media's clock against the room's: ${results.driftMsPerHour.toFixed(1)} ms an hour.`,
    `Heaps of ${results.threads} thread${results.threads === 1 ? '' : 's'} of the agent.` +
      (results.threads === 1 ? ' (The others can be seen only when the agent runs from the build.)' : ''),
    ...originSentence(report),
    ...facelessCaution(config.played).map((caution) => `- ${caution}`),
  ].join('\n');
}

function trendRow(name: string, { first, last, perRound, z: score, leaks }: Trend): string[] {
  return [name, first.toFixed(1), last.toFixed(1), perRound.toFixed(3), score.toFixed(1), leaks ? 'LEAKS' : ''];
}
