/**
 * A pack's step graph in the dress that libraries for language models expect: `input_ids`, `past_key_values.N.key|value`
 * in, `logits`, `present.N.key|value` out. Nodes and weights stay what they are; what no such library feeds (the memory of
 * the hops, what was said, the bias) is baked in, which spares them bringing it in at every token.
 */
import type { Tensor } from 'onnxruntime-node';
import { field, fieldsOf, numberField, textOf } from './protobuf.ts';

/** Fields of onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto. */
const GRAPH = 7;
const [NODE, INITIALIZER, INPUT, OUTPUT, VALUE_INFO] = [1, 5, 11, 12, 13] as const;
const NODE_NAMES = new Set([1, 2]);
const [FLOAT, INT64] = [1, 7] as const;
const ATTRIBUTE_INT = 2;

export interface CausalGraphOptions {
  /** Every input but `token`, `position` and the branch, with the value that it keeps. */
  readonly fixed: Readonly<Record<string, Tensor>>;
  /** Names of the branch's caches: key and value of the first layer, of the second, and so on; each [batch, heads, time, size]. */
  readonly branch: ReadonlyArray<{ readonly name: string; readonly shape: readonly [number, number] }>;
  readonly vocabulary: number;
  /** Where the first token sits: `position` is this plus the length of the past. */
  readonly firstPosition: number;
}

/** Throws an Error when the bytes are no ONNX model. */
export function causalGraph(step: Uint8Array, options: CausalGraphOptions): Uint8Array {
  const model = fieldsOf(step);
  if (!model.some(({ number }) => number === GRAPH)) throw new Error('these bytes are no ONNX model');
  const parts = model.map(({ number, bytes, whole }) =>
    number === GRAPH ? field(GRAPH, dress(bytes, options)) : whole,
  );
  return Buffer.concat(parts);
}

function dress(graph: Uint8Array, { fixed, branch, vocabulary, firstPosition }: CausalGraphOptions): Uint8Array {
  const renamed = new Map([['logits', 'causal/logits_row']]);
  for (const [index, { name }] of branch.entries()) renamed.set(`next_${name}`, cacheName('present', index));
  const caches = branch.map(({ shape: [heads, size] }, index) => ({ index, heads, size }));
  const parts = fieldsOf(graph);
  const pick = (...numbers: readonly number[]): Uint8Array[] =>
    parts.filter(({ number }) => numbers.includes(number)).map(({ whole }) => whole);
  const rest = parts.filter(
    ({ number }) => ![NODE, INITIALIZER, INPUT, OUTPUT, VALUE_INFO].some((at) => at === number),
  );
  const nodes = parts.filter(({ number }) => number === NODE).map(({ bytes }) => field(NODE, rename(bytes, renamed)));
  return Buffer.concat([
    node('Reshape', ['input_ids', 'causal/minus_one'], 'token'),
    node('Shape', [cacheName('past_key_values', 0)], 'causal/past_length', { start: 2, end: 3 }),
    node('Add', ['causal/past_length', 'causal/first_position'], 'causal/position_row'),
    node('Squeeze', ['causal/position_row'], 'position'),
    ...branch.map(({ name }, index) => node('Identity', [cacheName('past_key_values', index)], name)),
    ...nodes,
    node('Unsqueeze', ['causal/logits_row', 'causal/one'], 'logits'),
    ...rest.map(({ whole }) => whole),
    ...pick(INITIALIZER),
    ...Object.entries(fixed).map(([name, tensor]) => initializer(name, tensor.dims, tensor.data)),
    initializer('causal/minus_one', [1], BigInt64Array.of(-1n)),
    initializer('causal/one', [1], BigInt64Array.of(1n)),
    initializer('causal/first_position', [1], BigInt64Array.of(BigInt(firstPosition))),
    value(INPUT, 'input_ids', INT64, ['batch_size', 'sequence_length']),
    ...caches.map(({ index, heads, size }) =>
      value(INPUT, cacheName('past_key_values', index), FLOAT, ['batch_size', heads, 'past_sequence_length', size]),
    ),
    value(OUTPUT, 'logits', FLOAT, ['batch_size', 1, vocabulary]),
    ...caches.map(({ index, heads, size }) =>
      value(OUTPUT, cacheName('present', index), FLOAT, ['batch_size', heads, 'total_sequence_length', size]),
    ),
  ]);
}

function cacheName(prefix: string, index: number): string {
  return `${prefix}.${Math.floor(index / 2)}.${index % 2 === 0 ? 'key' : 'value'}`;
}

function rename(bytes: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  return Buffer.concat(
    fieldsOf(bytes).map(({ number, bytes: name, whole }) => {
      const other = NODE_NAMES.has(number) ? names.get(textOf(name)) : undefined;
      return other === undefined ? whole : field(number, other);
    }),
  );
}

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number>> = {},
): Uint8Array {
  const told = Object.entries(attributes).map(([name, number]) =>
    field(5, field(1, name), numberField(3, number), numberField(20, ATTRIBUTE_INT)),
  );
  return field(NODE, ...inputs.map((input) => field(1, input)), field(2, output), field(4, op), ...told);
}

function initializer(name: string, dims: readonly number[], data: Tensor['data']): Uint8Array {
  const [type, bytes] =
    data instanceof Float32Array || data instanceof BigInt64Array
      ? [data instanceof Float32Array ? FLOAT : INT64, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]
      : [undefined, undefined];
  if (type === undefined) throw new Error(`${name} is neither float32 nor int64`);
  return field(
    INITIALIZER,
    ...dims.map((dim) => numberField(1, dim)),
    numberField(2, type),
    field(8, name),
    field(9, bytes),
  );
}

/** A dimension is a number, or the name of one that is open. */
function value(kind: number, name: string, type: number, dims: ReadonlyArray<number | string>): Uint8Array {
  const shape = dims.map((dim) => field(1, typeof dim === 'number' ? numberField(1, dim) : field(2, dim)));
  return field(kind, field(1, name), field(2, field(1, numberField(1, type), field(2, ...shape))));
}
