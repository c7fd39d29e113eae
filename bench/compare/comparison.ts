import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { summarySchema } from '../histogram.ts';
import { textTable } from '../text-table.ts';

const version = z.object({ revision: z.string().nullable() });
const machine = z.object({ cpu: z.string(), cores: z.number() });
const summary = summarySchema.nullable();
const level = z.object({ f: z.number() });

const latencySchema = z.object({
  benchmark: z.literal('latency'),
  machine,
  version,
  config: z.object({ participants: z.number(), played: z.string(), pack: z.string() }),
  results: z.object({
    stages: z.record(z.string(), summary),
    hopToDelivered: summary,
    dueToDescription: summary,
    dueToState: summary,
    hops: z.object({ received: z.number(), missed: z.number() }),
  }),
});
const qualitySchema = z.object({
  machine,
  version,
  counts: z.object({ lines: z.number() }),
  metrics: z.object({ level1: level, level2: level, f: z.number() }).nullable(),
  hitRate: z.number().nullable(),
  sentiment: z.object({ waf: z.number(), accuracy: z.number() }).nullable(),
});
type LatencyInput = z.infer<typeof latencySchema>;
type QualityInput = z.infer<typeof qualitySchema>;
type ReportInput =
  | { readonly kind: 'latency'; readonly report: LatencyInput }
  | { readonly kind: 'quality'; readonly report: QualityInput };

/** One figure of two reports. */
export interface ComparedFigure {
  readonly name: string;
  readonly unit: 'ms' | '%';
  readonly a: number;
  readonly b: number;
  /** b over a; above 1 is slower for `ms`, better for `%`. */
  readonly ratio: number;
  readonly regression: boolean;
}

export interface Comparison {
  readonly kind: ReportInput['kind'];
  readonly figures: readonly ComparedFigure[];
  /** Why the two may not be comparable, for people. */
  readonly cautions: readonly string[];
}

/** Reads a report of `bench latency` or `bench quality`. Throws {@link BenchError} `report-malformed`. */
export function parseReport(text: string, file: string): ReportInput {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new BenchError(
      'report-malformed',
      `${file} is not JSON. Give the output of "undertone bench latency --json" or "quality --json".`,
      cause,
    );
  }
  const latency = latencySchema.safeParse(json);
  if (latency.success) return { kind: 'latency', report: latency.data };
  const quality = qualitySchema.safeParse(json);
  if (quality.success) return { kind: 'quality', report: quality.data };
  throw new BenchError(
    'report-malformed',
    `${file} is no report of "undertone bench latency" or "quality" on a single predictions file.`,
    latency.error,
  );
}

/**
 * Compares two reports of one kind. A figure regressed when B is worse than A by more than `noise` (0.1 is 10 %) of A.
 * Throws {@link BenchError} when the kinds differ.
 */
export function compareReports(a: ReportInput, b: ReportInput, noise: number): Comparison {
  if (a.kind !== b.kind)
    throw new BenchError(
      'report-malformed',
      `The first report is of "${a.kind}", the second of "${b.kind}": these cannot be compared.`,
    );
  const [before, after] = [figuresOf(a), figuresOf(b)];
  const figures = [...before].flatMap(([name, first]): ComparedFigure[] => {
    const second = after.get(name);
    if (second === undefined) return [];
    const unit = a.kind === 'latency' ? 'ms' : '%';
    const worse = unit === 'ms' ? second > first * (1 + noise) : second < first * (1 - noise);
    return [{ name, unit, a: first, b: second, ratio: first === second ? 1 : second / first, regression: worse }];
  });
  return { kind: a.kind, figures, cautions: cautionsFor(a, b) };
}

/** The comparison as a Markdown table with a sentence before it. */
export function comparisonMarkdown({ figures, cautions }: Comparison, noise: number): string {
  const regressed = figures.filter(({ regression }) => regression);
  const band = `${Math.round(noise * 1000) / 10} %`;
  const verdict =
    regressed.length === 0
      ? `Nothing got worse by more than ${band}.`
      : `Worse by more than ${band}: ${regressed.map(({ name }) => name).join('; ')}.`;
  const rows = figures.map(({ name, unit, a, b, ratio, regression }) => [
    name,
    show(a, unit),
    show(b, unit),
    `× ${Number.isFinite(ratio) ? ratio.toFixed(2) : '∞'}`,
    regression ? 'worse' : '',
  ]);
  return [
    verdict,
    '',
    textTable(['figure', 'A', 'B', 'B / A', 'verdict'], rows),
    ...cautions.map((caution) => `- ${caution}`),
  ].join('\n');
}

function show(value: number, unit: ComparedFigure['unit']): string {
  return unit === 'ms' ? `${value.toFixed(1)} ms` : `${(value * 100).toFixed(2)} %`;
}

function figuresOf(input: ReportInput): Map<string, number> {
  const figures = new Map<string, number>();
  const put = (name: string, value: number | null | undefined): void => {
    if (typeof value === 'number') figures.set(name, value);
  };
  if (input.kind === 'quality') {
    const { metrics, hitRate, sentiment } = input.report;
    put('set F, mean of both levels', metrics?.f);
    put('set F, level 1', metrics?.level1.f);
    put('set F, level 2', metrics?.level2.f);
    put('hit rate', hitRate);
    put('sentiment, weighted F1', sentiment?.waf);
    put('sentiment, accuracy', sentiment?.accuracy);
    return figures;
  }
  const { hopToDelivered, dueToDescription, dueToState, stages } = input.report.results;
  put('hop closed → delivered, p50', hopToDelivered?.p50);
  put('hop closed → delivered, p95', hopToDelivered?.p95);
  put('hop due → description, p95', dueToDescription?.p95);
  put('hop due → state, p90', dueToState?.p90);
  put('hop due → state, p99', dueToState?.p99);
  for (const [stage, told] of Object.entries(stages)) put(`stage ${stage}, p50`, told?.p50);
  return figures;
}

function cautionsFor(a: ReportInput, b: ReportInput): string[] {
  const pairs: Array<readonly [string, unknown, unknown]> = [
    ['machines', a.report.machine.cpu, b.report.machine.cpu],
    ['numbers of cores', a.report.machine.cores, b.report.machine.cores],
  ];
  if (a.kind === 'latency' && b.kind === 'latency') {
    pairs.push(['numbers of participants', a.report.config.participants, b.report.config.participants]);
    pairs.push(['media', a.report.config.played, b.report.config.played]);
    pairs.push(['packs', a.report.config.pack, b.report.config.pack]);
  }
  if (a.kind === 'quality' && b.kind === 'quality')
    pairs.push(['numbers of lines', a.report.counts.lines, b.report.counts.lines]);
  const differing = pairs
    .filter(([, first, second]) => first !== second)
    .map(([what, first, second]) => `Different ${what}: ${String(first)} and ${String(second)}.`);
  const left =
    a.kind === 'latency' && b.kind === 'latency' && b.report.results.hops.missed > a.report.results.hops.missed;
  return left ? [...differing, 'B left out more hops than A.'] : differing;
}
