import { figure, type Section, table, tiles } from '../html.ts';
import type { SoakInput } from '../read-report.ts';
import { lineChart, type Series } from '../svg.ts';

export function soakSections({ results, config }: SoakInput): Section[] {
  const over = (name: string, pick: (round: SoakInput['results']['rounds'][number]) => number): Series => ({
    name,
    points: results.rounds.map((round) => [round.atS / 60, pick(round)] as const),
  });
  return [
    {
      title: 'Endurance',
      lead:
        results.findings.length === 0
          ? `${String(config['minutes'])} minute${config['minutes'] === 1 ? '' : 's'} of coming and going: nothing leaks, nothing drifts.`
          : results.findings.join(' '),
      body: [
        tiles([
          {
            value: results.findings.length === 0 ? 'endured' : 'failed',
            label: 'verdict',
            good: results.findings.length === 0,
          },
          { value: `${results.joined} / ${results.left}`, label: 'joined / left' },
          { value: String(results.packetsLost), label: 'packets lost on purpose' },
        ]),
        figure(
          lineChart({
            title: 'Memory after a collection',
            x: { label: 'minutes', from: 0 },
            y: { label: 'MiB' },
            series: [
              over('heap', ({ heapMiB }) => heapMiB),
              over('external', ({ externalMiB }) => externalMiB),
              over('resident', ({ rssMiB }) => rssMiB),
            ],
          }),
          'At the same point of every round, after a collection in every thread.',
        ),
        figure(
          lineChart({
            title: 'Lateness',
            x: { label: 'minutes', from: 0 },
            y: { label: 'milliseconds', log: true },
            series: [
              over('state, p50', ({ stateP50Ms }) => stateP50Ms ?? 0.01),
              over('state, p95', ({ stateP95Ms }) => stateP95Ms ?? 0.01),
              over('loop lag, max', ({ lagMs }) => Math.max(0.01, lagMs)),
            ],
          }),
          'From the hop due to its state, and the longest that an event loop of the agent was late.',
        ),
        trendTable(results.trends),
      ],
    },
  ];
}

function trendTable(trends: SoakInput['results']['trends']): string {
  return table(
    ['after a collection', 'first', 'last', 'a round', 'Mann-Kendall z', 'verdict'],
    Object.entries(trends).map(([name, { first, last, perRound, z, leaks }]) => [
      name,
      first.toFixed(1),
      last.toFixed(1),
      perRound.toFixed(3),
      z.toFixed(1),
      leaks ? 'leaks' : 'steady',
    ]),
  );
}
