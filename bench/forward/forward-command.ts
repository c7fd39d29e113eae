/** Measures the forward path, taps off and on in alternation, and how many streams one core carries. */
import { BenchError } from '../bench-error.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import { BenchCall, type CallChoice } from './bench-call.ts';
import type { EngineFigures, ForwardPair, ForwardReport, ForwardRow, Segment } from './forward-report.ts';
import { PEOPLE_PER_ROOM, searchStreams } from './stream-search.ts';

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
    const steps =
      options.mostRooms > 0 ? await patiently(() => searchStreams({ ...options, engine }, options.mostRooms)) : [];
    engines.push({ engine, rows, steps });
  }
  if (!call) throw new BenchError('nothing-measured', 'No engine was measured: give --engines and --publishers.');
  const { pairs, seconds } = options;
  const config = {
    pairs,
    seconds,
    played: call.played,
    pinned: call.pinned,
    mediaFirst,
    peoplePerRoom: PEOPLE_PER_ROOM,
  };
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
  const bar = new ProgressBar(`${choice.engine}, ${publishers} publishers`, options.pairs);
  try {
    const row = await measureRow(call, publishers, { ...options, onPair: (done) => bar.update(done) });
    const { mediaFirst } = await call.cost();
    return { row, played: call.played, pinned: call.pinned, mediaFirst };
  } finally {
    bar.close();
  }
}

interface PairsChoice extends Pick<ForwardOptions, 'pairs' | 'seconds'> {
  readonly onPair: (done: number) => void;
}

/** One call from its beginning to its end, so that ports, peers and placement are the same with taps and without. */
async function measureRow(
  call: BenchCall,
  publishers: number,
  { pairs: wanted, seconds, onPair }: PairsChoice,
): Promise<ForwardRow> {
  for (let i = 0; i < publishers; i++) await call.publish('forward');
  await call.play(0, publishers);
  await call.view('forward', 'watcher');
  await call.visible(2 * publishers);
  await call.flowing(2 * publishers);
  await call.tap('forward', true);
  await call.span(WARM_UP_MS, 0);
  const pairs: ForwardPair[] = [];
  for (let i = 0; i < wanted; i++) {
    // Each other first, so that what grows or falls with time is in neither.
    const order = i % 2 === 0 ? [false, true] : [true, false];
    const segments = new Map<boolean, Segment>();
    for (const on of order) segments.set(on, await measureSegment(call, { publishers, on, seconds }));
    pairs.push({ off: segments.get(false)!, on: segments.get(true)! });
    onPair(pairs.length);
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
