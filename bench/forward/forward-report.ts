/** The report of `bench forward`, and how it reads. */
import type { Origin } from '../origin.ts';
import { textTable } from '../text-table.ts';
import type { Span } from './bench-call.ts';

/** The same call with taps off and on, one right after the other. */
export interface ForwardPair {
  readonly off: Span;
  readonly on: Span;
}

export interface ForwardRow {
  readonly publishers: number;
  readonly pairs: readonly ForwardPair[];
  /** Packets that the taps dropped; none of the viewer's. */
  readonly tapDrops: number;
}

/** One size in the search for what a core carries. */
export interface StreamStep {
  readonly publishers: number;
  readonly viewers: number;
  readonly streamsIn: number;
  readonly streamsOut: number;
  readonly lossShare: number;
  readonly sfuCores: number;
  readonly peerCores: number;
  /** `loss`: this is too much for the engine; `load-full`: the peers' own core was full, so the engine's limit is beyond. */
  readonly end: 'loss' | 'load-full' | null;
}

export interface EngineFigures {
  readonly engine: string;
  readonly rows: readonly ForwardRow[];
  readonly steps: readonly StreamStep[];
}

export interface ForwardReport extends Origin {
  readonly benchmark: 'forward';
  readonly config: {
    readonly pairs: number;
    readonly seconds: number;
    readonly played: { readonly title: string; readonly kbps: number; readonly packetsPerS: number };
    /** Whether engine and peers had a core each. */
    readonly pinned: boolean;
    readonly peoplePerRoom: number;
  };
  readonly engines: readonly EngineFigures[];
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/** The median over the pairs of a figure's ratio on : off. */
export function ratio(row: ForwardRow, figure: (span: Span) => number): number {
  return median(row.pairs.map(({ off, on }) => figure(on) / figure(off)));
}

const p50 = ({ latency }: Span): number => latency?.p50 ?? Number.NaN;
const p95 = ({ latency }: Span): number => latency?.p95 ?? Number.NaN;

/** The report as Markdown that reads well in a terminal. */
export function forwardMarkdown(report: ForwardReport): string {
  const { config, machine, version, engines } = report;
  return [
    ...engines.flatMap((figures) => [forwardTable(figures), '']),
    ...engines.flatMap(streamLines),
    '',
    `Every publisher plays ${config.played.kbps} kbit/s in ${config.played.packetsPerS} packets/s (${config.played.title}), replayed; ${config.pairs} pairs of ${config.seconds} s, taps off and on in turn; ratios are the median over pairs.`,
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.arch}; load before: ${machine.loadBefore}${machine.loadBefore > machine.cores / 4 ? ' (busy with other work: latencies are an upper bound, and the engine had less than a core)' : ''}.`,
    config.pinned
      ? 'Engine and peers had a core each.'
      : 'Engine and peers shared their cores: they took from one another.',
    `Undertone ${version.undertone}, revision ${version.revision?.slice(0, 9) ?? 'unknown'}${version.dirty === true ? ' with changes' : ''}, Node ${version.node}.`,
  ].join('\n');
}

function forwardTable({ engine, rows }: EngineFigures): string {
  const lines = rows.map((row) => {
    const of = (spans: readonly Span[], figure: (span: Span) => number): number => median(spans.map(figure));
    const [off, on] = [row.pairs.map((pair) => pair.off), row.pairs.map((pair) => pair.on)];
    const lost = (spans: readonly Span[]): string => String(spans.reduce((sum, each) => sum + each.lost, 0));
    return [
      String(row.publishers),
      ...[of(off, p50), of(on, p50), of(off, p95), of(on, p95)].map((ms) => ms.toFixed(2)),
      ratio(row, p50).toFixed(3),
      ratio(row, p95).toFixed(3),
      `${lost(off)} / ${lost(on)}`,
      ...[off, on].map((spans) => of(spans, ({ sfuCores }) => sfuCores).toFixed(3)),
    ];
  });
  const head = ['publishers', 'p50 off', 'p50 on', 'p95 off', 'p95 on', 'p50 on:off', 'p95 on:off'];
  return [
    `${engine}: publisher → viewer, ms, taps off and on`,
    '',
    textTable([...head, 'lost off / on', 'cores off', 'cores on'], lines),
  ].join('\n');
}

function streamLines({ engine, steps }: EngineFigures): string[] {
  const last = steps.at(-1);
  const carried = steps.findLast(({ end }) => end === null);
  if (!last) return [];
  if (!carried) return [`${engine}: no room of ${last.publishers} people was carried without loss.`];
  const { publishers, streamsIn, streamsOut, sfuCores } = carried;
  const why = {
    loss: `at ${last.publishers} packets are lost`,
    'load-full': `at ${last.publishers} the peers' own core is full, so the limit lies beyond`,
  };
  return [
    `${engine}: one core carries ${publishers} publishers and ${publishers} viewers (${streamsIn} streams in, ${streamsOut} out) with ${sfuCores} cores busy; ${last.end === null ? 'more was not tried' : why[last.end]}.`,
  ];
}
