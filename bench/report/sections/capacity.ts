import { figure, type Section, table, tiles } from '../html.ts';
import type { CapacityInput } from '../read-report.ts';
import { lineChart, type Series } from '../svg.ts';
import { told } from './format.ts';

type Run = CapacityInput['results']['runs'][number];

const MODES: Readonly<Record<string, string>> = { audio: 'voice', video: 'face', both: 'face and voice' };

/** What was left to the configuration needs no mention. */
function chosen(what: string): string {
  return what.startsWith('configured') ? '' : `, ${what}`;
}

export function capacitySections({ results, config }: CapacityInput): Section[] {
  return [
    {
      title: 'Capacity',
      lead: results.runs
        .map(({ mode, knee, tooMany }) => `${MODES[mode] ?? mode}: ${tooMany === null ? 'at least ' : ''}${knee}`)
        .join(' · ')
        .concat(` participants within ${config.budgetMs} ms (p95).`),
      body: [
        tiles(
          results.runs.map(({ mode, knee, tooMany, engine }) => ({
            value: `${tooMany === null ? '≥ ' : ''}${knee}`,
            label: `participants, ${MODES[mode] ?? mode}${chosen(engine)}`,
          })),
        ),
        figure(
          kneeChart(results.runs, config.budgetMs),
          'Crosses did not hold: the p95 was beyond the budget, or something was shed. Each load that failed was measured twice.',
        ),
        runTable(results.runs),
      ],
    },
  ];
}

function kneeChart(runs: readonly Run[], budgetMs: number): string {
  const series: Series[] = runs.map(({ mode, engine, steps }) => ({
    name: runs.some((other) => other.mode === mode && other.engine !== engine)
      ? `${MODES[mode] ?? mode}${chosen(engine)}`
      : (MODES[mode] ?? mode),
    // Of a load that was tried twice, the second counts.
    points: steps
      .filter(
        ({ dueToState, participants }, at) =>
          dueToState !== null && steps.findLastIndex((step) => step.participants === participants) === at,
      )
      .toSorted((a, b) => a.participants - b.participants)
      .map(({ participants, dueToState }) => [participants, dueToState?.p95 ?? 0] as const),
    failed: (x) => steps.findLast(({ participants }) => participants === x)?.held === false,
  }));
  const most = Math.max(...series.flatMap(({ points }) => points.map(([x]) => x)), 1);
  const budget: Series = { name: 'budget', limit: true, points: [1, most].map((x) => [x, budgetMs] as const) };
  return lineChart({
    title: 'The knee: p95 over participants',
    x: { label: 'participants', from: 0 },
    y: { label: 'p95 of hop due → state, ms', log: true },
    series: [...series, budget],
  });
}

function runTable(runs: readonly Run[]): string {
  return table(
    ['load', 'participants', 'per agent core', 'MiB each', 'per watt', 'agent cores', 'load cores', 'why not more'],
    runs.map((run) => {
      const best = run.steps.findLast(({ participants, held }) => held && participants === run.knee);
      return [
        `${MODES[run.mode] ?? run.mode}${chosen(run.engine)}${chosen(run.provider)}`,
        `${run.tooMany === null ? '≥ ' : ''}${run.knee}`,
        told(run.perAgentCore),
        told(run.mibPerParticipant),
        run.perWatt === null ? 'unreadable' : told(run.perWatt),
        told(best?.cores.agent),
        told(best?.cores.load),
        run.steps.findLast(({ held }) => !held)?.reasons.join('; ') ?? '–',
      ];
    }),
  );
}
