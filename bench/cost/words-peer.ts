import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { causalGraph } from './causal-graph.ts';
import { decodeInLoop, FIRST_POSITION, startFeeds } from './decode-cost.ts';
import type { PackGraphs } from './pack-graphs.ts';
import { measurePair, type PeerCost, PeerMissing } from './peer-cost.ts';

/** Named so that nothing but its being installed decides: it brings 180 MB along, too much for a development dependency. */
const LIBRARY: string = '@huggingface/transformers';
const INSTALL = `npm install --no-save ${LIBRARY}`;

/** What is used of transformers.js 4. */
interface Library {
  readonly env: {
    localModelPath: string;
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    readonly version: string;
  };
  readonly AutoModelForCausalLM: {
    from_pretrained(name: string, options: Readonly<Record<string, unknown>>): Promise<Model>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown;
}

interface Model {
  generate(options: Readonly<Record<string, unknown>>): Promise<{ readonly data: BigInt64Array }>;
  dispose(): Promise<unknown>;
}

/**
 * The pack's language model in our loop and under transformers.js: the same weights, the same memory, greedy, the same number of
 * tokens, in turns. Its `generate` takes the step graph in other dress, which is made in a temporary folder. @throws PeerMissing
 */
export async function measureWordsPeer(graphs: PackGraphs, tokens: number, rounds: number): Promise<PeerCost> {
  const library = await loadLibrary();
  const feeds = await startFeeds(graphs);
  const folder = await mkdtemp(join(tmpdir(), 'undertone-peer-'));
  try {
    await writeModel(folder, graphs, feeds);
    const model = await openModel(library, folder);
    try {
      const prompt = new library.Tensor('int64', BigInt64Array.from(integers(feeds['token'])), [1, 1]);
      const ours = (): Promise<number[]> => decodeInLoop(graphs.speak, feeds, tokens);
      const theirs = async (): Promise<number[]> => {
        const { data } = await model.generate({ inputs: prompt, max_new_tokens: tokens, do_sample: false });
        return Array.from(data.subarray(1), Number);
      };
      const apart = shareApart(await ours(), await theirs());
      const peer = `transformers.js ${library.env.version}, generate, one thread`;
      return await measurePair(
        { task: `${tokens} tokens of the language model`, peer, ours, theirs, apart },
        { rounds },
      );
    } finally {
      await model.dispose();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function loadLibrary(): Promise<Library> {
  try {
    // Its own types are not there where it is not installed.
    return (await import(LIBRARY)) as Library;
  } catch (cause) {
    throw new PeerMissing(
      `the language model under transformers.js, which is not installed here. To have it measured: ${INSTALL}`,
      { cause },
    );
  }
}

/** Our graph under the names, and with the few lines of configuration, that a causal language model has there. */
async function writeModel(
  folder: string,
  graphs: PackGraphs,
  feeds: Readonly<Record<string, OrtTensor>>,
): Promise<void> {
  const { manifest } = graphs.pack;
  if (graphs.step === undefined)
    throw new PeerMissing('the language model under transformers.js: the pack brings no step graph.');
  const open = new Set(['token', 'position', ...manifest.branch.map(({ name }) => name)]);
  const fixed = Object.fromEntries(Object.entries(feeds).filter(([name]) => !open.has(name)));
  const { branch, vocabulary } = manifest;
  const graph = causalGraph(await graphs.decoderBytes(), { fixed, branch, vocabulary, firstPosition: FIRST_POSITION });
  const [heads, size] = branch[0]?.shape ?? [1, 1];
  const config = {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    vocab_size: vocabulary,
    num_hidden_layers: branch.length / 2,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    head_dim: size,
    hidden_size: heads * size,
    eos_token_id: manifest.tokens.eos,
  };
  await mkdir(join(folder, 'onnx'));
  await writeFile(join(folder, 'onnx', 'model.onnx'), graph);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
}

async function openModel({ env, AutoModelForCausalLM }: Library, folder: string): Promise<Model> {
  env.localModelPath = dirname(folder);
  env.allowLocalModels = true;
  env.allowRemoteModels = false;
  try {
    return await AutoModelForCausalLM.from_pretrained(basename(folder), {
      device: 'cpu',
      dtype: 'fp32',
      session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
    });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new PeerMissing(
      `the language model under transformers.js, which did not take the pack's step graph (${why}).`,
      { cause },
    );
  }
}

function integers(tensor: OrtTensor | undefined): BigInt64Array {
  if (tensor?.data instanceof BigInt64Array) return tensor.data;
  throw new PeerMissing('the language model under transformers.js: the pack has no token to begin with.');
}

function shareApart(ours: readonly number[], theirs: readonly number[]): number {
  const most = Math.max(ours.length, theirs.length, 1);
  return Array.from({ length: most }, (_, at) => at).filter((at) => ours[at] !== theirs[at]).length / most;
}
