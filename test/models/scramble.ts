/** Shuffles the large weight tensors of an ONNX file: same shapes, same values, no meaning left. */
import { noise } from './test-pack.ts';

/** Tensors under this many bytes are scales, tables and constants: without them a graph may not run at all. */
const WEIGHT_BYTES = 32_768;
// Field numbers of onnx.proto3.
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_TYPE = 2;
const TENSOR_RAW = 9;
const TYPE_FLOAT = 1;

interface Field {
  readonly number: number;
  /** Bytes of a length-delimited field, as a view. */
  readonly bytes: Buffer;
  readonly value: number;
}

/** Edits the bytes in place; throws when there was nothing to shuffle. */
export function scramble(model: Buffer): Buffer {
  let shuffled = 0;
  for (const graph of fields(model)) {
    if (graph.number !== MODEL_GRAPH) continue;
    for (const tensor of fields(graph.bytes)) {
      if (tensor.number !== GRAPH_INITIALIZER) continue;
      const parts = [...fields(tensor.bytes)];
      const raw = parts.find(({ number }) => number === TENSOR_RAW)?.bytes;
      if (raw === undefined || raw.length < WEIGHT_BYTES) continue;
      const isFloat = parts.some(({ number, value }) => number === TENSOR_TYPE && value === TYPE_FLOAT);
      shuffle(raw, isFloat ? 4 : 1, (shuffled += 1));
    }
  }
  if (shuffled === 0) throw new Error('No weights were found in the graph.');
  return model;
}

function shuffle(bytes: Buffer, width: number, seed: number): void {
  const count = bytes.length / width;
  const random = noise(seed, count);
  const held = Buffer.alloc(width);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor((random[i] + 0.5) * i);
    bytes.copy(held, 0, i * width, (i + 1) * width);
    bytes.copy(bytes, i * width, j * width, (j + 1) * width);
    held.copy(bytes, j * width);
  }
}

/** The fields of a protobuf message (wire types 0, 1, 2 and 5). */
function* fields(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = message[at];
      at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [number, wire] = [Math.floor(key / 8), key % 8];
    const value = wire === 0 || wire === 2 ? varint() : 0;
    const length = wire === 2 ? value : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    yield { number, value, bytes: message.subarray(at, at + length) };
    at += length;
  }
}
