import { compareReports, comparisonVerdict, unequal } from '../compare/comparison.ts';
import { cautionsOf, mixedConditions, playedIn } from './conditions.ts';
import { showFigure } from './figures.ts';
import { figure, notes, page, type Section, table } from './html.ts';
import type { AnyReport } from './read-report.ts';
import { sectionsOf } from './sections.ts';
import { percentileChart, percentileSeries } from './sections/percentiles.ts';
import { barChart } from './svg.ts';

/** What is drawn of a comparison at most; the table holds everything. */
const MOST_BARS = 24;
const CURVES = { dueToState: 'due → state' };

/** One or more reports as one page; of two of the same kind, how the second compares with the first stands on top. */
export function reportPage(reports: readonly AnyReport[], noise: number): string {
  const [first, second] = reports;
  if (first === undefined) return page('Nothing measured', [], []);
  const comparison =
    second !== undefined && reports.length === 2 && first.benchmark === second.benchmark
      ? [comparisonSection(first, second, noise)]
      : [];
  const mixed = comparison.length > 0 ? [] : mixedConditions(reports);
  const sections = reports.flatMap((report, index) =>
    sectionsOf(report).map((section, place, all) => ({
      ...section,
      ...(place === 0 ? warningOf(cautionsOf(report)) : {}),
      ...(place === all.length - 1 ? { made: madeLine(report) } : {}),
      title: comparison.length === 0 ? section.title : `${index === 0 ? 'A' : 'B'} · ${section.title}`,
    })),
  );
  return page(titleOf(reports), originLines(reports), [...unequalSection(mixed), ...comparison, ...sections]);
}

function warningOf(cautions: readonly string[]): Pick<Section, 'warning'> {
  return cautions.length === 0 ? {} : { warning: cautions.join(' ') };
}

function unequalSection(mixed: readonly string[]): Section[] {
  if (mixed.length === 0) return [];
  const lead = 'What follows was measured in different ways: hold no figure of one section against one of another.';
  return [{ title: 'Not the same conditions', ...warningOf(mixed), lead, body: [] }];
}

function titleOf(reports: readonly AnyReport[]): string {
  const kinds = [...new Set(reports.map(({ benchmark }) => benchmark))];
  return `Undertone on this machine: ${kinds.join(', ')}`;
}

/** Machines and versions of all reports, each line once. */
function originLines(reports: readonly AnyReport[]): string[] {
  const lines = reports.flatMap(({ machine, version }) => [
    [
      machine.cpu,
      `${machine.cores} cores`,
      ...(machine.memoryGiB === undefined ? [] : [`${machine.memoryGiB} GiB`]),
      ...(machine.platform === undefined ? [] : [`${machine.platform} ${machine.arch ?? ''}`]),
      ...(machine.governor === undefined || machine.governor === null ? [] : [`governor ${machine.governor}`]),
    ].join(' · '),
    `Undertone ${version.undertone ?? '?'} · Node ${version.node ?? '?'}`,
  ]);
  return [...new Set(lines)];
}

/** What a report was made from, when, and how busy the machine was before. */
function madeLine(report: AnyReport): string {
  const { benchmark, machine, version, madeAt, config } = report;
  const played = playedIn(report);
  return [
    `undertone bench ${benchmark}`,
    ...(version.revision === null
      ? []
      : [`revision ${version.revision.slice(0, 9)}${version.dirty === true ? ' with changes' : ''}`]),
    ...(typeof config['pack'] === 'string' ? [config['pack']] : []),
    ...(played === undefined ? [] : [`played: ${played}`]),
    ...(madeAt === undefined ? [] : [`${madeAt.slice(0, 16).replace('T', ' ')} UTC`]),
    ...(machine.loadBefore === undefined ? [] : [`load before ${machine.loadBefore}`]),
  ].join(' · ');
}

function comparisonSection(a: AnyReport, b: AnyReport, noise: number): Section {
  const comparison = compareReports(a, b, noise);
  const bars = comparison.figures
    .filter(({ ratio }) => Number.isFinite(ratio))
    .slice(0, MOST_BARS)
    .map(({ name, ratio, regression }) => ({
      label: name.length > 34 ? `${name.slice(0, 33)}…` : name,
      value: ratio,
      shown: `× ${ratio.toFixed(2)}`,
      colour: regression ? 1 : 0,
    }));
  const curves =
    a.benchmark === 'latency' && b.benchmark === 'latency'
      ? percentileChart([...percentileSeries(a, CURVES, ', A'), ...percentileSeries(b, CURVES, ', B')])
      : '';
  return {
    title: 'B against A',
    ...warningOf(unequal(comparison)),
    lead: comparisonVerdict(comparison, noise),
    body: [
      figure(
        barChart('B over A', bars, { at: 1, name: 'same' }),
        'B over A, figure by figure; what got worse beyond the noise is marked.',
      ),
      figure(curves, 'Both percentile curves.'),
      table(
        ['figure', 'A', 'B', 'B / A', 'verdict'],
        comparison.figures.map(({ name, unit, a: first, b: second, ratio, regression }) => [
          name,
          showFigure({ value: first, unit }),
          showFigure({ value: second, unit }),
          Number.isFinite(ratio) ? `× ${ratio.toFixed(2)}` : '–',
          regression ? 'worse' : '',
        ]),
      ),
      notes(comparison.cautions),
    ],
  };
}
