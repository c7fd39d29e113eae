/** How many bytes of weights one run of an ONNX graph must read: its initializers, less the tables of which it reads rows. */

/** Fields of onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto) that are looked at. */
const FIELD = { graph: 7, node: 1, initializer: 5, nodeInput: 1, nodeOp: 4, name: 8, raw: 9, external: 13 } as const;
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
/** Operators that read some rows of their first input, not all of it. */
const LOOKUPS = new Set(['Gather', 'GatherBlockQuantized']);

/** Throws an Error when the bytes are no ONNX graph, or keep their weights in another file. */
export function weightBytesPerRun(model: Uint8Array): number {
  const graph = message(model).find(({ field }) => field === FIELD.graph)?.bytes;
  if (graph === undefined) throw new Error('these bytes are no ONNX model');
  const looked = new Set<string>();
  const read = new Set<string>();
  const weights = new Map<string, number>();
  for (const { field, bytes } of message(graph)) {
    if (field === FIELD.node) noteNode(bytes, looked, read);
    else if (field === FIELD.initializer) noteWeights(bytes, weights);
  }
  let sum = 0;
  for (const [name, size] of weights) if (read.has(name) || !looked.has(name)) sum += size;
  return sum;
}

function noteNode(node: Uint8Array, looked: Set<string>, read: Set<string>): void {
  const parts = message(node);
  const op = parts.find(({ field }) => field === FIELD.nodeOp);
  const lookup = op !== undefined && LOOKUPS.has(text(op.bytes));
  for (const [index, { bytes }] of parts.filter(({ field }) => field === FIELD.nodeInput).entries())
    (lookup && index === 0 ? looked : read).add(text(bytes));
}

function noteWeights(tensor: Uint8Array, weights: Map<string, number>): void {
  const parts = message(tensor);
  if (parts.some(({ field }) => field === FIELD.external))
    throw new Error('the weights lie in a file of their own, which is not read here');
  const name = parts.find(({ field }) => field === FIELD.name);
  const raw = parts.find(({ field }) => field === FIELD.raw);
  if (name && raw) weights.set(text(name.bytes), raw.bytes.length);
}

interface Part {
  readonly field: number;
  readonly bytes: Uint8Array;
}

/** The length-delimited fields of a protobuf message. */
function message(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (let byte = 0x80; byte >= 0x80; scale *= 128) {
      byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
    }
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    if (wire === VARINT) varint();
    else if (wire === FIXED64) at += 8;
    else if (wire === FIXED32) at += 4;
    else if (wire === LENGTH_DELIMITED) {
      const length = varint();
      if (at + length > bytes.length) throw new Error('these bytes end in the middle of a field');
      parts.push({ field, bytes: bytes.subarray(at, at + length) });
      at += length;
    } else throw new Error(`these bytes are no protobuf (wire type ${wire})`);
  }
  return parts;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
