/** Measures the forward path, taps off and on in alternation, and how many streams one core carries. */
import { BenchError } from '../bench-error.ts';
import { readOrigin } from '../origin.ts';
import { BenchCall, type CallChoice, type Span } from './bench-call.ts';
import type { EngineFigures, ForwardPair, ForwardReport, ForwardRow, StreamStep } from './forward-report.ts';

export interface ForwardOptions {
  readonly engines: readonly string[];
  readonly publishers: readonly number[];
  readonly pairs: number;
  readonly seconds: number;
  /** Rooms at most in the search for the limit; 0 leaves it out. */
  readonly mostRooms: number;
  readonly media?: string | undefined;
  readonly voice?: string | undefined;
  readonly signal: AbortSignal;
}

const SETTLE_MS = 1500;
/** People in one room of the search: each publishes, each watches the three others. */
const ROOM = 4;
/** A share of packets that may be missing before it counts as loss: one late datagram is no limit. */
const LOSS = 0.001;
/** The peers' own core is full above this: then they are what was measured. */
const FULL = 0.92;

/** Throws {@link BenchError}. */
export async function measureForward(options: ForwardOptions): Promise<ForwardReport> {
  const origin = await readOrigin();
  const engines: EngineFigures[] = [];
  let played: BenchCall['played'] | undefined;
  let pinned = true;
  for (const engine of options.engines) {
    const rows: ForwardRow[] = [];
    for (const publishers of options.publishers) {
      const row = await patiently(() => measureOnce({ ...options, engine }, publishers, options));
      rows.push(row.row);
      played = row.played;
      pinned &&= row.pinned;
    }
    const steps = options.mostRooms > 0 ? await patiently(() => searchStreams({ ...options, engine }, options)) : [];
    engines.push({ engine, rows, steps });
  }
  if (!played) throw new BenchError('nothing-measured', 'No engine was measured: give --engines and --publishers.');
  const { pairs, seconds } = options;
  return { benchmark: 'forward', ...origin, config: { pairs, seconds, played, pinned, peoplePerRoom: ROOM }, engines };
}

/** A busy machine may drop a peer in the middle; once more is tried before that ends the whole run. */
async function patiently<T>(measure: () => Promise<T>): Promise<T> {
  try {
    return await measure();
  } catch (error) {
    if (!(error instanceof BenchError) || error.code === 'stopped') throw error;
    return measure();
  }
}

async function measureOnce(
  choice: CallChoice,
  publishers: number,
  options: ForwardOptions,
): Promise<Pick<BenchCall, 'played' | 'pinned'> & { readonly row: ForwardRow }> {
  await using call = await BenchCall.open(choice);
  const row = await measureRow(call, publishers, options);
  return { row, played: call.played, pinned: call.pinned };
}

async function measureRow(call: BenchCall, publishers: number, options: ForwardOptions): Promise<ForwardRow> {
  for (let i = 0; i < publishers; i++) await call.publish('forward');
  await call.view('forward', 'watcher', false);
  await call.visible(2 * publishers);
  await call.span(SETTLE_MS, 500);
  const pairs: ForwardPair[] = [];
  for (let i = 0; i < options.pairs; i++) {
    // Each other first, so that what grows or falls with time is in neither.
    const order = i % 2 === 0 ? [false, true] : [true, false];
    const spans = new Map<boolean, Span>();
    for (const on of order) {
      const taps = await call.tap('forward', on);
      if (on && taps < 2 * publishers)
        throw new BenchError('nothing-measured', `Only ${taps} of ${2 * publishers} tracks could be tapped.`);
      spans.set(on, await call.span(SETTLE_MS, options.seconds * 1000));
    }
    pairs.push({ off: spanOf(spans, false), on: spanOf(spans, true) });
  }
  return { publishers, pairs, tapDrops: await call.tapDrops() };
}

function spanOf(spans: ReadonlyMap<boolean, Span>, on: boolean): Span {
  const span = spans.get(on);
  if (!span?.latency) throw new BenchError('nothing-measured', 'No packet reached the viewer.');
  return span;
}

/** Adds rooms until packets are lost or something is full. */
async function searchStreams(choice: CallChoice, options: ForwardOptions): Promise<StreamStep[]> {
  await using call = await BenchCall.open(choice);
  const steps: StreamStep[] = [];
  for (let rooms = 1, added = 0; rooms <= options.mostRooms; rooms += Math.max(1, Math.floor(rooms / 4))) {
    for (; added < rooms; added++) await addRoom(call, `room-${added}`);
    await call.visible(2 * (ROOM - 1));
    const span = await call.span(SETTLE_MS, options.seconds * 1000);
    const lossShare = span.lost / Math.max(1, span.lost + span.received);
    const loadFull = span.skippedMs > 0 || span.peerCores > FULL;
    const publishers = rooms * ROOM;
    steps.push({
      publishers,
      viewers: publishers,
      streamsIn: 2 * publishers,
      streamsOut: span.streams,
      lossShare,
      sfuCores: span.sfuCores,
      peerCores: span.peerCores,
      end: loadFull ? 'load-full' : lossShare > LOSS ? 'loss' : null,
    });
    if (loadFull || lossShare > LOSS) break;
  }
  return steps;
}

async function addRoom(call: BenchCall, room: string): Promise<void> {
  const names: string[] = [];
  while (names.length < ROOM) names.push(await call.publish(room));
  // Nobody is shown themselves.
  for (const name of names) await call.view(room, name, true);
}
