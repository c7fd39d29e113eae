/** How many bytes of weights one run of an ONNX graph must read: its initializers, less the tables of which it reads rows. */
import { fieldsOf, textOf } from './protobuf.ts';

/** Fields of onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto) that are looked at. */
const FIELD = { graph: 7, node: 1, initializer: 5, nodeInput: 1, nodeOp: 4, name: 8, raw: 9, external: 13 } as const;
/** Operators that read some rows of their first input, not all of it. */
const LOOKUPS = new Set(['Gather', 'GatherBlockQuantized']);

/** Throws an Error when the bytes are no ONNX graph, or keep their weights in another file. */
export function weightBytesPerRun(model: Uint8Array): number {
  const graph = fieldsOf(model).find(({ number }) => number === FIELD.graph)?.bytes;
  if (graph === undefined) throw new Error('these bytes are no ONNX model');
  const looked = new Set<string>();
  const read = new Set<string>();
  const weights = new Map<string, number>();
  for (const { number, bytes } of fieldsOf(graph)) {
    if (number === FIELD.node) noteNode(bytes, looked, read);
    else if (number === FIELD.initializer) noteWeights(bytes, weights);
  }
  let sum = 0;
  for (const [name, size] of weights) if (read.has(name) || !looked.has(name)) sum += size;
  return sum;
}

function noteNode(node: Uint8Array, looked: Set<string>, read: Set<string>): void {
  const parts = fieldsOf(node);
  const op = parts.find(({ number }) => number === FIELD.nodeOp);
  const lookup = op !== undefined && LOOKUPS.has(textOf(op.bytes));
  for (const [index, { bytes }] of parts.filter(({ number }) => number === FIELD.nodeInput).entries())
    (lookup && index === 0 ? looked : read).add(textOf(bytes));
}

function noteWeights(tensor: Uint8Array, weights: Map<string, number>): void {
  const parts = fieldsOf(tensor);
  if (parts.some(({ number }) => number === FIELD.external))
    throw new Error('the weights lie in a file of their own, which is not read here');
  const name = parts.find(({ number }) => number === FIELD.name);
  const raw = parts.find(({ number }) => number === FIELD.raw);
  if (name && raw) weights.set(textOf(name.bytes), raw.bytes.length);
}
