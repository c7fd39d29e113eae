import { z } from 'zod';
import type { Origin } from '../origin.ts';
import { originSentence } from '../report/origin-sentence.ts';
import { textTable } from '../text-table.ts';
import { decodeCostSchema } from './decode-cost.ts';
import { computedTheSame, peerCostSchema, showRatio } from './peer-cost.ts';
import { stageCostSchema } from './stage-cost.ts';
import { windowCostSchema } from './window-cost.ts';

export const costResultsSchema = z.object({
  window: z.array(windowCostSchema),
  stages: z.array(stageCostSchema),
  decode: decodeCostSchema,
  peers: z.array(peerCostSchema),
  /** What could not be measured here, and why. */
  leftOut: z.array(z.string()),
});
export type CostResults = z.infer<typeof costResultsSchema>;

/** What `bench cost` found; everything on one thread of one process. */
export interface CostReport extends Origin {
  readonly benchmark: 'cost';
  readonly config: { readonly pack: string; readonly rounds: number; readonly tokens: number; readonly threads: 1 };
  readonly results: CostResults;
}

/** The aims of the project, which the report holds its figures against. */
export const COST_AIMS = { windowAtSeconds: 10, windowRatio: 8, timesBound: 2.5, stepGain: 1.2 } as const;

/** The report as Markdown that reads well in a terminal. */
export function costMarkdown(report: CostReport): string {
  const { results, config } = report;
  return [
    ...verdicts(results),
    '',
    textTable(
      [
        'window',
        'one more hop, ms',
        'anew, ms',
        'times',
        'after other work: hop, ms',
        'anew, ms',
        'times',
        'anew in one run, ms',
      ],
      results.window.map((cost) => [
        `${cost.seconds} s`,
        cost.incremental.p50.toFixed(2),
        cost.full.p50.toFixed(1),
        `× ${cost.ratio.toFixed(1)}`,
        cost.afterOther?.incremental.p50.toFixed(2) ?? '–',
        cost.afterOther?.full.p50.toFixed(1) ?? '–',
        cost.afterOther === undefined ? '–' : `× ${cost.afterOther.ratio.toFixed(1)}`,
        cost.fullAtOnce.p50.toFixed(1),
      ]),
    ),
    '',
    textTable(
      ['stage', 'batch', 'ms', 'middle half', 'ms each'],
      results.stages.map(({ stage, batch, ms, eachMs }) => [
        stage,
        String(batch),
        ms.p50.toFixed(2),
        `${ms.p25.toFixed(2)} to ${ms.p75.toFixed(2)}`,
        eachMs.toFixed(2),
      ]),
    ),
    ...(results.peers.length === 0 ? [] : ['', peerTable(results)]),
    '',
    ...originSentence(report),
    `Pack ${config.pack}, one thread, medians of ${config.rounds} rounds taken in turns; ${config.tokens} tokens a decoding.`,
    AFTER_OTHER,
    '"Anew in one run" does the window\'s arithmetic with no hop waiting for another, which no causal encoder can: it is the least that re-encoding could cost.',
    ...results.leftOut.map((why) => `- Left out: ${why}`),
  ].join('\n');
}

/** What the two kinds of timing of a hop are, for people. */
export const AFTER_OTHER =
  'A hop is the mean of twenty with nothing between, garbage collection and all. "After other work" is the first hop after 64 MiB of other memory were read and 40 ms were rested, as in a process that has more to do: caches are cold, at every window alike.';

function verdicts({ window, decode }: CostResults): string[] {
  const { windowAtSeconds, windowRatio, timesBound, stepGain } = COST_AIMS;
  const at = window.find(({ seconds }) => seconds === windowAtSeconds);
  const [first, last] = [window[0], window.at(-1)];
  const told = (met: boolean): string => (met ? 'met' : 'missed');
  return [
    ...(at === undefined
      ? []
      : [
          `At ${at.seconds} s, one more hop is ${at.ratio.toFixed(1)} times cheaper than encoding the window anew` +
            `${at.afterOther === undefined ? '' : `, ${at.afterOther.ratio.toFixed(1)} times after other work`} (aim ${windowRatio}: ${told(leastRatio(at) >= windowRatio)}).`,
        ]),
    ...(first === undefined || last === undefined
      ? []
      : [
          `From ${first.seconds} s to ${last.seconds} s of window, one more hop went from ${first.incremental.p50.toFixed(2)} ms to ${last.incremental.p50.toFixed(2)} ms` +
            `${first.afterOther === undefined || last.afterOther === undefined ? '' : `, after other work from ${first.afterOther.incremental.p50.toFixed(2)} ms to ${last.afterOther.incremental.p50.toFixed(2)} ms`}.`,
        ]),
    `Decoding takes ${decode.msPerToken.toFixed(2)} ms a token, ${decode.timesBound.stream.toFixed(2)} times what reading ${megabytes(decode)} from memory takes (aim ${timesBound}: ${told(decode.timesBound.stream <= timesBound)}; ` +
      `${decode.bandwidth.streamGBps.toFixed(1)} GB/s), ${decode.timesBound.resident.toFixed(2)} times what reading it from the caches takes (${decode.bandwidth.residentGBps.toFixed(1)} GB/s).`,
    decode.gain === null
      ? 'The pack brings no step graph to compare the loop with.'
      : `The same weights step by step through JS take ${decode.gain.toFixed(2)} times as long (aim ${stepGain}: ${told(decode.gain >= stepGain)})${decode.sameTokens === true ? '; both chose the same tokens' : '; BUT THEY CHOSE DIFFERENT TOKENS'}.`,
  ];
}

/** The smaller of the two ratios: what is claimed must hold in both. */
export function leastRatio({ ratio, afterOther }: CostResults['window'][number]): number {
  return Math.min(ratio, afterOther?.ratio ?? ratio);
}

function peerTable({ peers }: CostResults): string {
  return textTable(
    ['task', 'peer', 'ours, ms', 'theirs, ms', 'times (middle half of the pairs)', 'same result'],
    peers.map((cost) => [
      cost.task,
      cost.peer,
      cost.ours.p50.toFixed(2),
      cost.theirs.p50.toFixed(1),
      showRatio(cost),
      computedTheSame(cost) ? 'yes' : `no (${cost.apart.toExponential(1)})`,
    ]),
  );
}

function megabytes({ bytesPerToken }: CostResults['decode']): string {
  return `${((bytesPerToken.weights + bytesPerToken.memory) / 1e6).toFixed(2)} MB`;
}
