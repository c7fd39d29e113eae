import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { measureBandwidth } from './bandwidth.ts';
import { weightBytesPerRun } from './onnx-weights.ts';
import type { PackGraphs, Tensors } from './pack-graphs.ts';
import { timeInTurns, timingSchema } from './timing.ts';

const FORBIDDEN = -1e9;
/** BOS sits at 1. */
export const FIRST_POSITION = 1;

export const decodeCostSchema = z.object({
  tokens: z.number().int(),
  /** The loop inside the graph, one run for all tokens. */
  loop: timingSchema,
  /** The same weights step by step: a run, its caches and the choice of the token through JS, for every token. Null without a step graph. */
  steps: timingSchema.nullable(),
  /** Steps over loop. */
  gain: z.number().nullable(),
  /** Whether both chose the same tokens: else they did not do the same. */
  sameTokens: z.boolean().nullable(),
  /** What must be read for a token: weights, and keys and values of the memory. */
  bytesPerToken: z.object({ weights: z.number(), memory: z.number() }),
  bandwidth: z.object({ streamGBps: z.number(), residentGBps: z.number(), residentBytes: z.number() }),
  msPerToken: z.number(),
  /** Bytes over bandwidth: the least a token can take when they come from memory, and when the caches hold them. */
  boundMs: z.object({ stream: z.number(), resident: z.number() }),
  timesBound: z.object({ stream: z.number(), resident: z.number() }),
});
export type DecodeCost = z.infer<typeof decodeCostSchema>;

/** Decodes `tokens` tokens for one participant both ways, in turns, and holds them against the bandwidth of this very thread. */
export async function measureDecode(graphs: PackGraphs, tokens: number, rounds: number): Promise<DecodeCost> {
  const feeds = await startFeeds(graphs);
  const { step } = graphs;
  const loop = (): Promise<number[]> => decodeInLoop(graphs.speak, feeds, tokens);
  const ways = step === undefined ? [loop] : [loop, () => decodeInSteps(graphs, step, feeds, tokens)];
  const chosen = await Promise.all(ways.map((way) => way()));
  const [looped, stepped] = await timeInTurns(ways, { rounds });
  if (looped === undefined) throw new BenchError('nothing-measured', 'There was no round to decode in.');
  const weights = weightBytesPerRun(await graphs.decoderBytes());
  const memory = memoryBytes(graphs, feeds);
  const bandwidth = measureBandwidth(weights + memory);
  const msPerToken = looped.p50 / tokens;
  const bound = (gbps: number): number => (weights + memory) / 1e6 / gbps;
  const boundMs = { stream: bound(bandwidth.streamGBps), resident: bound(bandwidth.residentGBps) };
  return {
    tokens,
    loop: looped,
    steps: stepped ?? null,
    gain: stepped === undefined ? null : stepped.p50 / looped.p50,
    sameTokens: chosen[1] === undefined ? null : chosen[0]?.join() === chosen[1].join(),
    bytesPerToken: { weights, memory },
    bandwidth,
    msPerToken,
    boundMs,
    timesBound: { stream: msPerToken / boundMs.stream, resident: msPerToken / boundMs.resident },
  };
}

/** A memory as long as the pack keeps one, the task, and a bias that forbids the end: so many tokens, whatever they say. */
export async function startFeeds(graphs: PackGraphs): Promise<Tensors> {
  const { manifest } = graphs.pack;
  const hops = manifest.windowHops;
  const state = await graphs.remember(1, hops);
  const bias = new Float32Array(manifest.vocabulary);
  // Neither end nor plan nor tags: the loop bans a tag that has come by itself, and steps would have to do so in JS.
  bias.fill(FORBIDDEN, 0, manifest.tokens.firstCue + manifest.cues.length);
  const token = manifest.tasks['describe'] ?? 0;
  const feeds: Record<string, Tensor> = {
    count: new Tensor('int64', BigInt64Array.of(BigInt(hops)), [1]),
    said: new Tensor('float32', new Float32Array(manifest.saidSize), [1, manifest.saidSize]),
    token: new Tensor('int64', BigInt64Array.of(BigInt(token)), [1]),
    bias: new Tensor('float32', bias, [1, manifest.vocabulary]),
  };
  for (const { name } of graphs.pack.state) {
    const tensor = state[name];
    if (tensor && graphs.speak.inputNames.includes(name)) feeds[name] = tensor;
  }
  for (const { name, shape } of manifest.branch)
    feeds[name] = new Tensor('float32', new Float32Array(0), [1, shape[0], 0, shape[1]]);
  return feeds;
}

export async function decodeInLoop(speak: InferenceSession, feeds: Tensors, tokens: number): Promise<number[]> {
  const out = await speak.run({ ...feeds, position: scalar(FIRST_POSITION), max_tokens: scalar(tokens) });
  return Array.from(integers(out['tokens']), Number);
}

async function decodeInSteps(
  { pack }: PackGraphs,
  step: InferenceSession,
  start: Tensors,
  tokens: number,
): Promise<number[]> {
  const feeds: Record<string, Tensor> = { ...start };
  const chosen: number[] = [];
  for (let index = 0; index < tokens; index++) {
    feeds['position'] = scalar(FIRST_POSITION + index);
    const out = await step.run(feeds);
    const token = largest(out['logits']);
    chosen.push(token);
    feeds['token'] = new Tensor('int64', BigInt64Array.of(BigInt(token)), [1]);
    for (const { name } of pack.manifest.branch) {
      const next = out[`next_${name}`];
      if (next) feeds[name] = next;
    }
  }
  return chosen;
}

/** Keys and values that attention reads again for every token. */
function memoryBytes({ pack }: PackGraphs, feeds: Tensors): number {
  return pack.state.reduce((sum, { name, size }) => sum + (name in feeds ? size * 4 : 0), 0);
}

function largest(logits: Tensor | undefined): number {
  const data = logits?.data;
  if (!(data instanceof Float32Array)) throw unfit('logits');
  let best = 0;
  for (let index = 1; index < data.length; index++) if ((data[index] ?? 0) > (data[best] ?? 0)) best = index;
  return best;
}

function integers(tensor: Tensor | undefined): BigInt64Array {
  if (tensor?.data instanceof BigInt64Array) return tensor.data;
  throw unfit('tokens');
}

function unfit(name: string): BenchError {
  return new BenchError('pack-unfit', `The pack's graph gave no ${name} of the usual type. Export the pack again.`);
}

function scalar(value: number): Tensor {
  return new Tensor('int64', BigInt64Array.of(BigInt(value)), []);
}
