/** Measures the forward path, taps off and on in alternation, and how many streams one core carries. */
import { BenchError } from '../bench-error.ts';
import { readOrigin } from '../origin.ts';
import { BenchCall, type CallChoice, type Span } from './bench-call.ts';
import type { EngineFigures, ForwardPair, ForwardReport, ForwardRow, Segment, StreamStep } from './forward-report.ts';

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

/** Taps run this long before anything is measured: what reads them is compiled while it runs, and a call is long. */
const WARM_UP_MS = 10_000;
/** After a change of taps. */
const SWITCH_MS = 250;
/** After rooms were added. */
const SETTLE_MS = 1500;
/** How long each size of the search is looked at. */
const STEP_S = 4;
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
  let call: Pick<BenchCall, 'played' | 'pinned'> | undefined;
  let mediaFirst = true;
  for (const engine of options.engines) {
    const rows: ForwardRow[] = [];
    for (const publishers of options.publishers) {
      const measured = await patiently(() => measureOnce({ ...options, engine }, publishers, options));
      rows.push(measured.row);
      mediaFirst &&= measured.mediaFirst;
      call = { played: measured.played, pinned: measured.pinned && (call?.pinned ?? true) };
    }
    const steps = options.mostRooms > 0 ? await patiently(() => searchStreams({ ...options, engine }, options)) : [];
    engines.push({ engine, rows, steps });
  }
  if (!call) throw new BenchError('nothing-measured', 'No engine was measured: give --engines and --publishers.');
  const { pairs, seconds } = options;
  const config = { pairs, seconds, played: call.played, pinned: call.pinned, mediaFirst, peoplePerRoom: ROOM };
  return { benchmark: 'forward', ...origin, config, engines };
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

interface Measured extends Pick<BenchCall, 'played' | 'pinned'> {
  readonly row: ForwardRow;
  readonly mediaFirst: boolean;
}

async function measureOnce(choice: CallChoice, publishers: number, options: ForwardOptions): Promise<Measured> {
  await using call = await BenchCall.open(choice);
  const row = await measureRow(call, publishers, options);
  const { mediaFirst } = await call.cost();
  return { row, played: call.played, pinned: call.pinned, mediaFirst };
}

/** One call from its beginning to its end, so that ports, peers and placement are the same with taps and without. */
async function measureRow(call: BenchCall, publishers: number, options: ForwardOptions): Promise<ForwardRow> {
  for (let i = 0; i < publishers; i++) await call.publish('forward');
  await call.view('forward', 'watcher');
  await call.visible(2 * publishers);
  await call.flowing(2 * publishers);
  await call.tap('forward', true);
  await call.span(WARM_UP_MS, 0);
  const pairs: ForwardPair[] = [];
  for (let i = 0; i < options.pairs; i++) {
    // Each other first, so that what grows or falls with time is in neither.
    const order = i % 2 === 0 ? [false, true] : [true, false];
    const segments = new Map<boolean, Segment>();
    for (const on of order) segments.set(on, await measureSegment(call, { publishers, on, seconds: options.seconds }));
    pairs.push({ off: segments.get(false)!, on: segments.get(true)! });
  }
  return { publishers, pairs, tapDrops: (await call.cost()).tapDropped };
}

async function measureSegment(
  call: BenchCall,
  { publishers, on, seconds }: { readonly publishers: number; readonly on: boolean; readonly seconds: number },
): Promise<Segment> {
  const taps = await call.tap('forward', on);
  if (on && taps < 2 * publishers)
    throw new BenchError('nothing-measured', `Only ${taps} of ${2 * publishers} tracks could be tapped.`);
  const { latency, received, lost, sfuCores, peerCores } = await call.span(SWITCH_MS, seconds * 1000);
  if (!latency) throw new BenchError('nothing-measured', 'No packet reached the viewer.');
  const { n, p50, p95 } = latency;
  return { n, p50, p95, received, lost, sfuCores, peerCores };
}

/** Adds rooms until packets are lost or something is full. */
async function searchStreams(choice: CallChoice, options: ForwardOptions): Promise<StreamStep[]> {
  await using call = await BenchCall.open(choice);
  const steps: StreamStep[] = [];
  for (let rooms = 1, added = 0; rooms <= options.mostRooms; rooms += Math.ceil(rooms / 2)) {
    try {
      for (; added < rooms; added++) await addRoom(call, `room-${added}`);
      await call.visible(2 * (ROOM - 1));
      await call.flowing(rooms * ROOM * 2 * (ROOM - 1));
    } catch (error) {
      const last = await whenFull(call, rooms);
      if (steps.length === 0 || last === undefined) throw error;
      steps.push(last);
      break;
    }
    await call.lookOnly();
    let step = await measureStep(call, rooms);
    // What else runs on the machine may disturb one look; a limit shows twice.
    if (step.end !== null) step = await measureStep(call, rooms);
    steps.push(step);
    if (step.end !== null) break;
  }
  return steps;
}

/** Peers whose own core is full do not come to their handshakes: that is no fault of the engine. */
async function whenFull(call: BenchCall, rooms: number): Promise<StreamStep | undefined> {
  const step = await measureStep(call, rooms);
  return step.end === 'load-full' ? step : undefined;
}

async function measureStep(call: BenchCall, rooms: number): Promise<StreamStep> {
  const span = await call.span(SETTLE_MS, STEP_S * 1000);
  const publishers = rooms * ROOM;
  return {
    publishers,
    viewers: publishers,
    streamsIn: 2 * publishers,
    streamsOut: span.streams,
    packetsInPerS: publishers * call.played.packetsPerS,
    packetsOutPerS: Math.round(span.received / STEP_S),
    lossShare: lossOf(span),
    sfuCores: span.sfuCores,
    peerCores: span.peerCores,
    end: span.skippedMs > 0 || span.peerCores > FULL ? 'load-full' : lossOf(span) > LOSS ? 'loss' : null,
  };
}

function lossOf({ lost, received }: Span): number {
  return lost / Math.max(1, lost + received);
}

async function addRoom(call: BenchCall, room: string): Promise<void> {
  const names: string[] = [];
  while (names.length < ROOM) names.push(await call.publish(room));
  // Nobody is shown themselves.
  for (const name of names) await call.view(room, name);
}
