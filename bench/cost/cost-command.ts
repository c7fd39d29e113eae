import { bundledPackDir } from '../../models/index.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import type { CostReport } from './cost-report.ts';
import { measureDecode } from './decode-cost.ts';
import { measureFacePeer } from './face-peer.ts';
import { PackGraphs } from './pack-graphs.ts';
import { type PeerCost, PeerMissing } from './peer-cost.ts';
import { measureStages } from './stage-cost.ts';
import { measureWindow } from './window-cost.ts';
import { measureWordsPeer } from './words-peer.ts';

export interface CostOptions {
  /** Default: the pack that comes with the project. */
  readonly pack?: string | undefined;
  readonly windows: readonly number[];
  readonly batches: readonly number[];
  readonly tokens: number;
  readonly rounds: number;
  readonly peers: boolean;
  readonly signal: AbortSignal;
}

/** Measures on this very thread. Throws BenchError, or ModelError when the pack is refused. */
export async function measureCost(options: CostOptions): Promise<CostReport> {
  const { windows, batches, tokens, rounds, signal } = options;
  const origin = await readOrigin();
  const packDir = options.pack ?? bundledPackDir();
  await using graphs = await PackGraphs.open(packDir);
  const window = await withBar('window', rounds, (tell) => measureWindow(graphs, windows, rounds, tell));
  signal.throwIfAborted();
  const decode = await measureDecode(graphs, tokens, rounds);
  signal.throwIfAborted();
  const stages = await withBar('stages', 2 + 3 * batches.length, (tell) =>
    measureStages(packDir, batches, rounds, tell),
  );
  signal.throwIfAborted();
  const { peers, leftOut } = options.peers
    ? await measurePeers([() => measureFacePeer(rounds), async () => [await measureWordsPeer(graphs, tokens, rounds)]])
    : { peers: [], leftOut: ['peers, because --no-peers was given.'] };
  return {
    benchmark: 'cost',
    ...origin,
    config: { pack: graphs.pack.id, rounds, tokens, threads: 1 },
    results: { window, stages, decode, peers, leftOut },
  };
}

/** What is not installed is left out, and says so. */
async function measurePeers(
  measures: ReadonlyArray<() => Promise<PeerCost[]>>,
): Promise<{ peers: PeerCost[]; leftOut: string[] }> {
  const peers: PeerCost[] = [];
  const leftOut: string[] = [];
  for (const measure of measures) {
    try {
      peers.push(...(await measure()));
    } catch (error) {
      if (!(error instanceof PeerMissing)) throw error;
      leftOut.push(error.message);
    }
  }
  return { peers, leftOut };
}

async function withBar<T>(label: string, total: number, run: (tell: (done: number) => void) => Promise<T>): Promise<T> {
  const bar = new ProgressBar(label, total);
  try {
    return await run((done) => bar.update(done));
  } finally {
    bar.close();
  }
}
