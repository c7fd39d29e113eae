/** Reads a TensorFlow.js graph model (`model.json` and one weight shard) into plain nodes and tensors. */
import { z } from 'zod';

const listSchema = z.object({ i: z.array(z.string()).optional(), s: z.array(z.string()).optional() });
const attrSchema = z.object({ s: z.string().optional(), b: z.boolean().optional(), list: listSchema.optional() });
const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attrSchema).default({}),
});
const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(['float32', 'int32']),
  quantization: z.object({ dtype: z.literal('float16') }).optional(),
});
const modelSchema = z.object({
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z.tuple([z.object({ weights: z.array(weightSchema) })]),
});

export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes whose output this one reads. */
  readonly inputs: readonly string[];
  /** Integer-list attribute, `[]` when absent. */
  ints(attribute: string): readonly number[];
  /** String or string-list attribute, `[]` when absent. */
  strings(attribute: string): readonly string[];
}

export interface TfjsTensor {
  readonly shape: readonly number[];
  /** float16 weights are widened; int32 become exact floats. */
  readonly data: Float32Array;
}

export interface TfjsGraph {
  readonly nodes: ReadonlyMap<string, TfjsNode>;
  readonly weights: ReadonlyMap<string, TfjsTensor>;
}

/** Throws a ZodError when the JSON is not a graph model of the kind described, a RangeError when the shard is too short. */
export function parseTfjsGraph(json: string, shard: Uint8Array): TfjsGraph {
  const model = modelSchema.parse(JSON.parse(json));
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, toNode(node)]));
  return { nodes, weights: readWeights(model.weightsManifest[0].weights, shard) };
}

function toNode({ name, op, input, attr }: z.infer<typeof nodeSchema>): TfjsNode {
  return {
    name,
    op,
    inputs: input.map((reference) => reference.split(':')[0]),
    ints: (attribute) => (attr[attribute]?.list?.i ?? []).map(Number),
    strings: (attribute) => {
      const value = attr[attribute];
      return (value?.list?.s ?? (value?.s === undefined ? [] : [value.s])).map((text) =>
        Buffer.from(text, 'base64').toString(),
      );
    },
  };
}

function readWeights(specs: readonly z.infer<typeof weightSchema>[], shard: Uint8Array): Map<string, TfjsTensor> {
  const view = new DataView(shard.buffer, shard.byteOffset, shard.byteLength);
  const weights = new Map<string, TfjsTensor>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of specs) {
    const bytes = quantization ? 2 : 4;
    const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
    for (let i = 0; i < data.length; i++, offset += bytes) {
      data[i] = quantization
        ? float16(view.getUint16(offset, true))
        : dtype === 'int32'
          ? view.getInt32(offset, true)
          : view.getFloat32(offset, true);
    }
    weights.set(name, { shape, data });
  }
  return weights;
}

/** IEEE 754 half precision to number. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
