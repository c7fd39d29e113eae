/** The part of ONNX that face nets need, and its encoding. Field numbers are those of onnx.proto3 (IR version 8, opset 17). */
import { ProtoWriter } from './protobuf.ts';

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/** Attributes by name: a number is an INT, a string a STRING, an array INTS. */
export type OnnxAttributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: OnnxAttributes;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** float32, or int64 as plain numbers (shapes and paddings). */
  readonly data: Float32Array | readonly number[];
}

interface OnnxValue {
  readonly name: string;
  /** Dimensions of a float32 tensor. */
  readonly dims: readonly number[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Encodes a graph as an ONNX file. The same graph always gives the same bytes. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const body = new ProtoWriter();
  for (const node of graph.nodes) body.bytes(1, encodeNode(node));
  body.bytes(2, graph.name);
  for (const tensor of graph.initializers) body.bytes(5, encodeTensor(tensor));
  for (const input of graph.inputs) body.bytes(11, encodeValue(input));
  for (const output of graph.outputs) body.bytes(12, encodeValue(output));
  const opset = new ProtoWriter().bytes(1, '').int(2, OPSET);
  return new ProtoWriter().int(1, IR_VERSION).bytes(2, 'undertone').bytes(7, body).bytes(8, opset).finish();
}

function encodeNode(node: OnnxNode): ProtoWriter {
  const out = new ProtoWriter();
  for (const input of node.inputs) out.bytes(1, input);
  out.bytes(2, node.output).bytes(3, node.output).bytes(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) out.bytes(5, encodeAttribute(name, value));
  return out;
}

function encodeAttribute(name: string, value: number | string | readonly number[]): ProtoWriter {
  const out = new ProtoWriter().bytes(1, name);
  if (typeof value === 'number') return out.int(3, value).int(20, ATTRIBUTE_INT);
  if (typeof value === 'string') return out.bytes(4, value).int(20, ATTRIBUTE_STRING);
  return out.packedInts(8, value).int(20, ATTRIBUTE_INTS);
}

function encodeTensor(tensor: OnnxTensor): ProtoWriter {
  const out = new ProtoWriter().packedInts(1, tensor.dims);
  if (!(tensor.data instanceof Float32Array)) return out.int(2, INT64).packedInts(7, tensor.data).bytes(8, tensor.name);
  return out.int(2, FLOAT).bytes(8, tensor.name).bytes(9, littleEndian(tensor.data));
}

/** `raw_data` is little-endian whatever the machine is. */
function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i], true);
  return bytes;
}

function encodeValue(value: OnnxValue): ProtoWriter {
  const shape = new ProtoWriter();
  for (const dim of value.dims) shape.bytes(1, new ProtoWriter().int(1, dim));
  const tensor = new ProtoWriter().int(1, FLOAT).bytes(2, shape);
  return new ProtoWriter().bytes(1, value.name).bytes(2, new ProtoWriter().bytes(1, tensor));
}
