import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { causalGraph } from '../../../bench/cost/causal-graph.ts';
import { decodeInLoop, FIRST_POSITION, startFeeds } from '../../../bench/cost/decode-cost.ts';
import { PackGraphs } from '../../../bench/cost/pack-graphs.ts';
import { bundledPackDir } from '../../../models/index.ts';

const TOKENS = 12;

/** Decodes as a library for language models does: it knows names like `past_key_values.0.key`, and nothing of packs. */
async function decodeAsLibrary(graph: Uint8Array, token: bigint): Promise<number[]> {
  const session = await InferenceSession.create(graph, { intraOpNumThreads: 1 });
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata)
    if (input.isTensor && input.name.startsWith('past_key_values.'))
      feeds[input.name] = new Tensor('float32', new Float32Array(0), [
        1,
        Number(input.shape[1]),
        0,
        Number(input.shape[3]),
      ]);
  const chosen: number[] = [];
  for (let last = token; chosen.length < TOKENS; last = BigInt(chosen.at(-1) ?? 0)) {
    feeds['input_ids'] = new Tensor('int64', BigInt64Array.of(last), [1, 1]);
    const out = await session.run(feeds);
    const logits = out['logits']?.data as Float32Array;
    chosen.push(logits.indexOf(Math.max(...logits)));
    for (const [name, tensor] of Object.entries(out))
      if (name.startsWith('present.')) feeds[name.replace('present', 'past_key_values')] = tensor;
  }
  await session.release();
  return chosen;
}

describe('the step graph in the dress of a causal language model', () => {
  it('takes what such libraries feed, and says what the loop says', async () => {
    await using graphs = await PackGraphs.open(bundledPackDir());
    const { branch, vocabulary } = graphs.pack.manifest;
    const feeds = await startFeeds(graphs);
    const open = new Set(['token', 'position', ...branch.map(({ name }) => name)]);
    const fixed = Object.fromEntries(Object.entries(feeds).filter(([name]) => !open.has(name)));
    const options = { fixed, branch, vocabulary, firstPosition: FIRST_POSITION };
    const [token = 0n] = (feeds['token']?.data as BigInt64Array | undefined) ?? [];
    const chosen = await decodeAsLibrary(causalGraph(await graphs.decoderBytes(), options), token);
    expect(chosen).toEqual(await decodeInLoop(graphs.speak, feeds, TOKENS));
  });

  it('is refused where there is no graph', () => {
    const options = { fixed: {}, branch: [], vocabulary: 1, firstPosition: 0 };
    expect(() => causalGraph(Uint8Array.of(0x42, 1, 65), options)).toThrow('no ONNX model');
  });
});
