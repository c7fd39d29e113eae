/** Under which conditions reports were made: figures of different loads must not be held against one another unawares. */
import { facelessCaution } from '../latency/faceless.ts';
import type { AnyReport } from './read-report.ts';

/** What the keys of a report's configuration are called in a sentence; others are settings. */
const NAMES: Readonly<Record<string, string>> = {
  participants: 'numbers of participants',
  played: 'media',
  pack: 'packs',
  budgetMs: 'budgets',
};
/** Tells what could be read beside the figures, and changes none. */
const NO_CONDITIONS = new Set(['power']);
/** Must be the same in reports of any kind that stand on one page. */
const OF_ALL_KINDS = ['machines', 'numbers of cores', 'packs', 'media'];

/** What must be the same for two reports to be comparable: the machine, the load, the pack and every setting. */
function conditionsOf(report: AnyReport): Map<string, string | undefined> {
  const { cpu, cores, arch, governor } = report.machine;
  const conditions = new Map<string, string | undefined>([
    ['machines', cpu],
    ['numbers of cores', plain(cores)],
    ['architectures', arch],
    ['governors', governor ?? undefined],
  ]);
  for (const [key, value] of Object.entries(report.config))
    if (!NO_CONDITIONS.has(key)) conditions.set(NAMES[key] ?? `settings of "${key}"`, plain(value));
  if (report.benchmark === 'quality') conditions.set('numbers of lines', plain(report.counts.lines));
  if (report.benchmark === 'latency') conditions.set('changes shown', report.results.cuesPlayed);
  return conditions;
}

/** In what the conditions of two reports of one kind differ, a sentence each. */
export function differencesOf(a: AnyReport, b: AnyReport): string[] {
  const [first, second] = [conditionsOf(a), conditionsOf(b)];
  return [...new Set([...first.keys(), ...second.keys()])]
    .filter((what) => first.get(what) !== second.get(what))
    .map((what) => `Different ${what}: ${first.get(what) ?? 'untold'} and ${second.get(what) ?? 'untold'}.`);
}

/** In what reports differ that stand beside one another, whatever their kinds: machine, pack and media, where they tell. */
export function mixedConditions(reports: readonly AnyReport[]): string[] {
  return OF_ALL_KINDS.flatMap((what) => {
    const kinds = new Map<string, Set<string>>();
    for (const report of reports) {
      const value = what === 'media' ? playedIn(report) : conditionsOf(report).get(what);
      if (value !== undefined) kinds.set(value, (kinds.get(value) ?? new Set()).add(report.benchmark));
    }
    const parts = [...kinds].map(([value, benchmarks]) => `${value} (${[...benchmarks].join(', ')})`);
    return parts.length < 2 ? [] : [`Different ${what}: ${parts.join(' and ')}.`];
  });
}

/** What must be known of a report's figures, whoever shows them. */
export function cautionsOf(report: AnyReport): string[] {
  const own = report.benchmark === 'capacity' || report.benchmark === 'idle' ? report.results.cautions : [];
  const faces = report.benchmark !== 'capacity' || report.results.runs.some(({ mode }) => mode !== 'audio');
  return [...new Set([...own, ...(faces ? facelessCaution(playedIn(report)) : [])])];
}

/** What must be known of several reports' figures that stand beside one another, a line each. */
export function standingCautions(reports: readonly AnyReport[]): string[] {
  const mixed = mixedConditions(reports).map(
    (difference) =>
      `Not made under the same conditions, so these figures cannot be held against one another. ${difference}`,
  );
  const own = reports.flatMap((report) =>
    cautionsOf(report).map((caution) => `\`bench ${report.benchmark}\`: ${caution}`),
  );
  return [...new Set([...mixed, ...own])];
}

/** What a report's callers played; `bench forward` tells with it how much that is. */
export function playedIn({ config }: AnyReport): string | undefined {
  const played = config['played'];
  const title = typeof played === 'object' && played !== null && 'title' in played ? played.title : played;
  return typeof title === 'string' ? title : undefined;
}

/** Values of several parts are compared by what they say. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
