import type { Median } from '../../median.ts';
import { carriedRooms, type CarriedRoom, coresText, type TapCost, tapCosts } from '../forward-input.ts';
import { figure, notes, type Section, table, tiles } from '../html.ts';
import type { ForwardInput } from '../read-report.ts';
import { barChart } from '../svg.ts';
import { dotChart } from '../svg-dots.ts';

/** The project's aim: taps may make the median way so much longer. */
const RATIO_AIM = 1.05;

export function forwardSections({ engines, config }: ForwardInput): Section[] {
  const [costs, rooms] = [tapCosts(engines), carriedRooms(engines)];
  const lost = costs.reduce((sum, cost) => sum + cost.lost.on, 0);
  const names = engines.map(({ engine }, index) => [engine, index] as const);
  const colour = (engine: string): number => names.find(([name]) => name === engine)?.[1] ?? 0;
  return [
    {
      title: 'Forward path',
      lead: lead(costs, lost),
      body: [
        tiles([
          ...names.flatMap(([engine]) => medianTile(costs, engine)),
          { value: String(lost), label: 'packets lost with taps on', good: lost === 0 },
          ...rooms.map(({ engine, streamsIn, streamsOut }) => ({
            value: `${streamsIn} → ${streamsOut}`,
            label: `streams in → out on one core, ${engine}`,
          })),
        ]),
        figure(wayChart(costs, colour), 'From publisher to viewer, taps off and on; the thin lines end at the p95.'),
        figure(ratioChart(costs, colour), `${interval(costs)} Left of 1 the way was shorter with taps than without.`),
        costTable(costs),
        roomTable(rooms),
        notes(conditions(config)),
      ],
    },
  ];
}

function lead(costs: readonly TapCost[], lost: number): string {
  const most = costs.toSorted((a, b) => b.p50.moreMs.median - a.p50.moreMs.median)[0];
  if (most === undefined) return 'Nothing was measured.';
  const { engine, publishers, p50 } = most;
  return (
    `Taps cost the way from publisher to viewer ${p50.moreMs.median.toFixed(2)} ms at the median at most ` +
    `(${engine}, ${people(publishers)}: ${p50.offMs.toFixed(2)} → ${p50.onMs.toFixed(2)} ms), and ${lost === 0 ? 'no packet' : `${lost} packets`} of the call.`
  );
}

function medianTile(costs: readonly TapCost[], engine: string): Array<{ value: string; label: string; good: boolean }> {
  const last = costs.findLast((cost) => cost.engine === engine);
  if (last === undefined) return [];
  const { p50, publishers } = last;
  return [
    {
      value: `× ${p50.ratio.median.toFixed(2)}`,
      label: `p50 with taps over without, ${engine}, ${people(publishers)} (aim ${RATIO_AIM})`,
      good: p50.ratio.median <= RATIO_AIM,
    },
  ];
}

function wayChart(costs: readonly TapCost[], colour: (engine: string) => number): string {
  const bars = costs.flatMap(({ engine, publishers, p50, p95 }) =>
    (['off', 'on'] as const).map((side) => ({
      label: `${engine}, ${people(publishers)}, taps ${side}`,
      value: side === 'off' ? p50.offMs : p50.onMs,
      whisker: side === 'off' ? p95.offMs : p95.onMs,
      shown: `${(side === 'off' ? p50.offMs : p50.onMs).toFixed(2)} ms`,
      colour: side === 'off' ? 5 : colour(engine),
    })),
  );
  return barChart('Publisher to viewer, taps off and on', bars);
}

function ratioChart(costs: readonly TapCost[], colour: (engine: string) => number): string {
  const dots = costs.flatMap(({ engine, publishers, p50, p95 }) =>
    (
      [
        ['p50', p50.ratio],
        ['p95', p95.ratio],
      ] as const
    ).map(([at, { median, low, high }]) => ({
      label: `${engine}, ${people(publishers)}, ${at}`,
      value: median,
      low,
      high,
      shown: `× ${median.toFixed(2)}`,
      colour: colour(engine),
    })),
  );
  return dotChart('Taps on over taps off', dots, { at: 1, name: 'as without taps' });
}

/** What the lines through the points are: of a handful of pairs no interval of 95 % can be had. */
function interval(costs: readonly TapCost[]): string {
  const fewest = Math.min(...costs.map(({ pairs }) => pairs));
  return fewest >= 6
    ? 'With taps over without: the median over the pairs, and what it lies in with 95 % certainty.'
    : `With taps over without: the median over the pairs, and the whole span of them, for there are only ${fewest}.`;
}

function costTable(costs: readonly TapCost[]): string {
  return table(
    ['publisher → viewer', 'p50 off → on, ms', 'ms more', 'on : off', 'p95 off → on, ms', 'lost', 'cores off → on'],
    costs.map((cost) => {
      const { engine, publishers, p50, p95, lost } = cost;
      return [
        `${engine}, ${people(publishers)}`,
        `${p50.offMs.toFixed(2)} → ${p50.onMs.toFixed(2)}`,
        withInterval(p50.moreMs, 3),
        withInterval(p50.ratio, 2),
        `${p95.offMs.toFixed(2)} → ${p95.onMs.toFixed(2)}`,
        `${lost.off} / ${lost.on}`,
        coresText(cost),
      ];
    }),
  );
}

function roomTable(rooms: readonly CarriedRoom[]): string {
  if (rooms.length === 0) return '';
  return table(
    ['largest room on one core', 'publishers', 'streams in', 'streams out', 'cores busy', 'beyond'],
    rooms.map(({ engine, publishers, streamsIn, streamsOut, sfuCores, beyond }) => [
      engine,
      String(publishers),
      String(streamsIn),
      String(streamsOut),
      sfuCores?.toFixed(2) ?? '–',
      beyond,
    ]),
  );
}

function conditions(config: ForwardInput['config']): string[] {
  const { played, pinned, mediaFirst } = config;
  return [
    ...(played === undefined
      ? []
      : [`Every publisher replays ${played.kbps} kbit/s in ${played.packetsPerS} packets/s (${played.title}).`]),
    ...(pinned === undefined
      ? []
      : [
          pinned
            ? 'Engine and peers had a core each.'
            : 'Engine and peers shared their cores: they took from one another.',
        ]),
    ...(mediaFirst === undefined
      ? []
      : [
          mediaFirst
            ? 'Media ran ahead of other work (nice -10).'
            : 'Media did not run ahead of other work: the system did not let it.',
        ]),
  ];
}

function people(publishers: number): string {
  return publishers === 1 ? '1 publisher' : `${publishers} publishers`;
}

function withInterval({ median, low, high }: Median, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
