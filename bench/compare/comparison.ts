import { BenchError } from '../bench-error.ts';
import { cautionsOf, differencesOf } from '../report/conditions.ts';
import { type Figure, figuresOf, showFigure } from '../report/figures.ts';
import type { AnyReport } from '../report/read-report.ts';
import { textTable } from '../text-table.ts';

/** One figure of two reports. */
export interface ComparedFigure {
  readonly name: string;
  readonly unit: Figure['unit'];
  readonly a: number;
  readonly b: number;
  /** b over a. */
  readonly ratio: number;
  readonly better: Figure['better'];
  readonly regression: boolean;
}

export interface Comparison {
  readonly kind: AnyReport['benchmark'];
  readonly figures: readonly ComparedFigure[];
  /** In what the machines, loads or settings differed, for people: a ratio then says nothing of the two versions. */
  readonly differing: readonly string[];
  /** What else to keep in mind, for people. */
  readonly cautions: readonly string[];
}

/**
 * Compares two reports of one kind. A figure regressed when B is worse than A by more than `noise` (0.1 is 10 %) of A.
 * Throws {@link BenchError} when the kinds differ.
 */
export function compareReports(a: AnyReport, b: AnyReport, noise: number): Comparison {
  if (a.benchmark !== b.benchmark)
    throw new BenchError(
      'report-malformed',
      `The first report is of "${a.benchmark}", the second of "${b.benchmark}": these cannot be compared.`,
    );
  const after = new Map(figuresOf(b).map((figure) => [figure.name, figure.value]));
  const figures = figuresOf(a).flatMap(({ name, unit, value, better }): ComparedFigure[] => {
    const second = after.get(name);
    if (second === undefined) return [];
    const worse = better === 'lower' ? second > value * (1 + noise) : second < value * (1 - noise);
    const ratio = value === second ? 1 : second / value;
    return [{ name, unit, a: value, b: second, ratio, better, regression: worse }];
  });
  return {
    kind: a.benchmark,
    figures,
    differing: [...differencesOf(a, b), ...nothingShared(figures)],
    cautions: cautionsFor(a, b),
  };
}

/** The comparison as a Markdown table with a sentence before it. */
export function comparisonMarkdown(comparison: Comparison, noise: number): string {
  const { figures, cautions } = comparison;
  const rows = figures.map(({ name, unit, a, b, ratio, regression }) => [
    name,
    showFigure({ value: a, unit }),
    showFigure({ value: b, unit }),
    `× ${Number.isFinite(ratio) ? ratio.toFixed(2) : '∞'}`,
    regression ? 'worse' : '',
  ]);
  return [
    ...unequal(comparison),
    comparisonVerdict(comparison, noise),
    '',
    textTable(['figure', 'A', 'B', 'B / A', 'verdict'], rows),
    ...cautions.map((caution) => `- ${caution}`),
  ].join('\n');
}

/** What got worse, in a sentence. */
export function comparisonVerdict({ figures }: Comparison, noise: number): string {
  if (figures.length === 0) return 'Nothing could be compared.';
  const regressed = figures.filter(({ regression }) => regression);
  const band = `${Math.round(noise * 1000) / 10} %`;
  return regressed.length === 0
    ? `Nothing got worse by more than ${band}.`
    : `Worse by more than ${band}: ${regressed.map(({ name }) => name).join('; ')}.`;
}

/** Said before anything else when the two were not made under the same conditions; empty otherwise. */
export function unequal({ differing }: Comparison): string[] {
  return differing.length === 0
    ? []
    : [`NOT THE SAME CONDITIONS, so no ratio says which is better. ${differing.join(' ')}`];
}

/** Of different engines or modes, say: without this, nothing would be worse. */
function nothingShared(figures: readonly ComparedFigure[]): string[] {
  return figures.length === 0 ? ['The two have no figure in common.'] : [];
}

/** What one alone tells cannot be worse, and must not be taken for as good. */
function oneSided(a: AnyReport, b: AnyReport): string[] {
  const [first, second] = [a, b].map((report) => figuresOf(report).map(({ name }) => name));
  const only = (which: string, names: readonly string[] = [], others: readonly string[] = []): string[] => {
    const alone = names.filter((name) => !others.includes(name));
    return alone.length === 0 ? [] : [`Only ${which} has ${alone.join('; ')}.`];
  };
  return [...only('A', first, second), ...only('B', second, first)];
}

function cautionsFor(a: AnyReport, b: AnyReport): string[] {
  const own = [a, b].flatMap((report, index) =>
    cautionsOf(report).map((caution) => `${index === 0 ? 'A' : 'B'}: ${caution}`),
  );
  const [before, after] = [a.version.node, b.version.node];
  const left = a.benchmark === 'latency' && b.benchmark === 'latency' && b.results.hops.missed > a.results.hops.missed;
  return [
    ...own,
    ...oneSided(a, b),
    ...(before === after ? [] : [`Different versions of Node: ${before ?? 'untold'} and ${after ?? 'untold'}.`]),
    ...(left ? ['B left out more hops than A.'] : []),
  ];
}
