import { bundledPackDir } from '../../models/index.ts';
import { readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import type { CostReport } from './cost-report.ts';
import { measureDecode } from './decode-cost.ts';
import { PackGraphs } from './pack-graphs.ts';
import { measureFacePeer, type PeerCost, PeerMissing } from './peer-cost.ts';
import { measureStages } from './stage-cost.ts';
import { measureWindow } from './window-cost.ts';

/** TF.js on one core takes a second for what takes us a dozen milliseconds: fewer rounds show as much. */
const PEER_ROUNDS = 5;
const LEFT_OUT = [
  "the pack's language model under transformers.js: its decoder has inputs (fused memory, bias) that transformers.js does not feed.",
  'TF.js on its wasm backend: the package @tensorflow/tfjs-backend-wasm is not a dependency.',
];

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
  const window = await withBar('window', windows.length, (tell) => measureWindow(graphs, windows, rounds, tell));
  signal.throwIfAborted();
  const decode = await measureDecode(graphs, tokens, rounds);
  signal.throwIfAborted();
  const stages = await withBar('stages', 2 + 3 * batches.length, (tell) =>
    measureStages(packDir, batches, rounds, tell),
  );
  signal.throwIfAborted();
  const { peers, leftOut } = await measurePeers(options.peers);
  return {
    benchmark: 'cost',
    ...origin,
    config: { pack: graphs.pack.id, rounds, tokens, threads: 1 },
    results: { window, stages, decode, peers, leftOut },
  };
}

async function measurePeers(wanted: boolean): Promise<{ peers: PeerCost[]; leftOut: string[] }> {
  if (!wanted) return { peers: [], leftOut: ['peers, because --no-peers was given.'] };
  try {
    return { peers: await measureFacePeer(PEER_ROUNDS), leftOut: LEFT_OUT };
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error;
    return { peers: [], leftOut: [error.message, ...LEFT_OUT] };
  }
}

async function withBar<T>(label: string, total: number, run: (tell: (done: number) => void) => Promise<T>): Promise<T> {
  const bar = new ProgressBar(label, total);
  try {
    return await run((done) => bar.update(done));
  } finally {
    bar.close();
  }
}
