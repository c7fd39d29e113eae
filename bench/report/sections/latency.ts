import type { Summary } from '../../histogram.ts';
import { figure, type Section, table, tiles } from '../html.ts';
import type { LatencyInput } from '../read-report.ts';
import { barChart } from '../svg.ts';
import { ms, row } from './format.ts';
import { percentileChart, percentileSeries } from './percentiles.ts';

const CURVES = { dueToState: 'hop due → state', hopToDelivered: 'closed → delivered', cueToShift: 'cue → shift' };

export function latencySections(report: LatencyInput): Section[] {
  const { results } = report;
  return [
    {
      title: `Latency: ${peopleOf(report)}${results.shifts === undefined ? '' : ', changes shown'}`,
      lead: latencyLead(report),
      body: [
        tiles([
          { value: ms(results.hopToDelivered?.p95), label: 'hop closed → delivered, p95' },
          { value: ms(results.dueToState?.p90), label: 'hop due → state, p90 (SingleStream)' },
          { value: ms(results.dueToState?.p99), label: 'hop due → state, p99 (MultiStream)' },
          ...(results.cueToShift === null
            ? []
            : [{ value: ms(results.cueToShift.p50), label: 'cue onset → shift, p50' }]),
          ...(results.shifts === undefined
            ? []
            : [
                { value: `${results.shifts.found} of ${results.shifts.expected}`, label: 'changes told of within 5 s' },
              ]),
          { value: String(results.hops.missed), label: 'hops left out', good: results.hops.missed === 0 },
        ]),
        figure(
          waterfall(results.stages),
          'One description on its way: medians, one stage after the other; the thin lines end at the p95 of a stage.',
        ),
        figure(
          percentileChart(percentileSeries(report, CURVES)),
          'Measured from due times: a hop that was left out counts until the next answer, so a stall cannot hide.',
        ),
        table(
          ['milliseconds', 'n', 'p50', 'p90', 'p95', 'p99', 'max'],
          [
            row('hop closed → first words', results.hopToFirstWord),
            row('hop closed → text complete', results.hopToComplete),
            row('hop closed → description delivered', results.hopToDelivered),
            row('hop due → description received', results.dueToDescription),
            row('hop due → state received', results.dueToState),
            ...rowOf('end of a turn decided → turn received', results.turnToState),
            ...rowOf('last sound of a turn → turn received', results.lastSoundToTurn),
            ...rowOf('cue onset → shift received', results.cueToShift),
            ...Object.entries(results.stages).map(([stage, summary]) => row(`stage: ${stage}`, summary)),
          ],
        ),
      ],
    },
  ];
}

function rowOf(title: string, summary: Summary | null): string[][] {
  return summary === null ? [] : [row(title, summary)];
}

function peopleOf({ config }: LatencyInput): string {
  return config['participants'] === 1 ? 'one participant' : `${String(config['participants'])} participants`;
}

function latencyLead(report: LatencyInput): string {
  const { results } = report;
  const { hopToDelivered, hops, shifts, cuesPlayed } = results;
  const headline =
    hopToDelivered === null
      ? `With ${peopleOf(report)}, no description was delivered.`
      : `With ${peopleOf(report)}, 95 % of ${hopToDelivered.n} descriptions were delivered within ${ms(hopToDelivered.p95)} of the end of their hop.`;
  const cues =
    shifts === undefined
      ? ''
      : ` Shown: ${cuesPlayed ?? 'changes at known moments'}; ${shifts.found} of ${shifts.expected} changes were told of within 5 s, and ${shifts.falseAlarms} shifts were none.`;
  return `${headline} ${hops.missed} of ${hops.received + hops.missed} hops were left out.${cues}`;
}

function waterfall(stages: Readonly<Record<string, Summary | null>>): string {
  let from = 0;
  const bars = Object.entries(stages).flatMap(([stage, summary], index) => {
    if (summary === null) return [];
    const { p50, p95 } = summary;
    const bar = { label: stage, from, value: p50, whisker: from + p95, shown: ms(p50), colour: index };
    from += p50;
    return [bar];
  });
  return barChart('Stages of a description', bars);
}
