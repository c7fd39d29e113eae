/** The report of `bench forward`, and how it reads. */
import type { Origin } from '../origin.ts';
import { textTable } from '../text-table.ts';
import { medianOf, type Median } from '../median.ts';

/** A stretch of one call with taps all off or all on. */
export interface Segment {
  /** Packets whose way from publisher to viewer was timed, and how long it took, in ms. */
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  /** Packets that reached the viewer, and that did not. */
  readonly received: number;
  readonly lost: number;
  /** Mean number of cores that the engine and the peers took. */
  readonly sfuCores: number;
  readonly peerCores: number;
}

/** The same call with taps off and on, one right after the other. */
export interface ForwardPair {
  readonly off: Segment;
  readonly on: Segment;
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
  /** What the publishers send, and what reached the viewers. */
  readonly packetsInPerS: number;
  readonly packetsOutPerS: number;
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
    /** Whether the system let media run ahead of other work (nice -10). */
    readonly mediaFirst: boolean;
    readonly peoplePerRoom: number;
  };
  readonly engines: readonly EngineFigures[];
}

/** The median over the pairs of a figure's ratio on : off. */
export function ratio({ pairs }: ForwardRow, figure: 'p50' | 'p95'): Median {
  return medianOf(pairs.map(({ off, on }) => on[figure] / off[figure]));
}

/** The report as Markdown that reads well in a terminal. */
export function forwardMarkdown(report: ForwardReport): string {
  const { config, machine, version, engines } = report;
  const { played, pairs, seconds } = config;
  return [
    ...engines.flatMap((figures) => [forwardTable(figures), '']),
    ...engines.flatMap(streamLines),
    '',
    `Every publisher plays ${played.kbps} kbit/s in ${played.packetsPerS} packets/s (${played.title}), replayed; taps of one call off and on in turn, ${pairs} pairs of ${seconds} s. "off" and "on" are medians over segments; ratios and "ms more" are medians over pairs, in brackets what the median lies in with 95 % certainty.`,
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.arch}; load before: ${machine.loadBefore}${machine.loadBefore > machine.cores / 4 ? ' (busy with other work: latencies are an upper bound, and the engine had less than a core)' : ''}.`,
    config.pinned
      ? 'Engine (with the process that reads its taps) and peers had a core each.'
      : 'Engine and peers shared their cores: they took from one another.',
    config.mediaFirst
      ? 'Media and the peers ran ahead of other work (nice -10).'
      : 'The system did not let media run ahead of other work: that takes root, CAP_SYS_NICE or LimitNICE=-10.',
    `Undertone ${version.undertone}, revision ${version.revision?.slice(0, 9) ?? 'unknown'}${version.dirty === true ? ' with changes' : ''}, Node ${version.node}.`,
  ].join('\n');
}

function forwardTable({ engine, rows }: EngineFigures): string {
  const head = ['publishers', 'p50 off', 'on', 'on:off', 'ms more', 'p95 off', 'on', 'on:off', 'ms more'];
  return [
    `${engine}: publisher → viewer, ms, taps off and on`,
    '',
    textTable([...head, 'lost off / on', 'cores off / on'], rows.map(forwardLine)),
  ].join('\n');
}

function forwardLine(row: ForwardRow): string[] {
  const of = (figure: (pair: ForwardPair) => number): number => medianOf(row.pairs.map(figure)).median;
  const lost = (figure: (pair: ForwardPair) => number): number =>
    row.pairs.reduce((sum, pair) => sum + figure(pair), 0);
  const cells = (['p50', 'p95'] as const).flatMap((figure) => {
    const more = medianOf(row.pairs.map(({ off, on }) => on[figure] - off[figure]));
    return [
      of(({ off }) => off[figure]).toFixed(2),
      of(({ on }) => on[figure]).toFixed(2),
      withInterval(ratio(row, figure), 2),
      withInterval(more, 3),
    ];
  });
  return [
    String(row.publishers),
    ...cells,
    `${lost(({ off }) => off.lost)} / ${lost(({ on }) => on.lost)}`,
    `${of(({ off }) => off.sfuCores).toFixed(3)} / ${of(({ on }) => on.sfuCores).toFixed(3)}`,
  ];
}

function withInterval({ median, low, high }: Median, digits: number): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)} … ${high.toFixed(digits)}]`;
}

function streamLines({ engine, steps }: EngineFigures): string[] {
  const last = steps.at(-1);
  const carried = steps.findLast(({ end }) => end === null);
  if (!last) return [];
  if (!carried) return [`${engine}: no room of ${last.publishers} people was carried without loss.`];
  const { publishers, streamsIn, streamsOut, packetsInPerS, packetsOutPerS, sfuCores, peerCores } = carried;
  const why = {
    loss: `at ${last.publishers} packets are lost`,
    'load-full': `at ${last.publishers} the peers' own core is full, so the engine's limit lies beyond`,
  };
  const perPacketUs = (sfuCores * 1e6) / (packetsInPerS + packetsOutPerS);
  return [
    `${engine}: one core carries ${publishers} publishers and ${publishers} viewers (${streamsIn} streams in, ${streamsOut} out; ${packetsInPerS} packets/s in, ${packetsOutPerS} out) with ${sfuCores} cores busy, ${perPacketUs.toFixed(1)} µs a packet in or out, the peers ${peerCores}; ${last.end === null ? 'more was not tried' : why[last.end]}.`,
  ];
}
