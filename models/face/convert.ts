/**
 * Turns a TF.js graph model of a face net into ONNX: the operators map one to one, only the layout changes.
 * TF.js is NHWC, onnxruntime's CPU kernels want NCHW: weights are turned once here, and a net's input is planar.
 */
import { encodeOnnx, type OnnxAttributes, type OnnxNode, type OnnxTensor } from './onnx-model.ts';
import { parseTfjsGraph, type TfjsGraph, type TfjsNode, type TfjsTensor } from './tfjs-graph.ts';

/** What to convert: outputs that are not named are cut away with all that only they need. */
export interface NetShape {
  readonly name: string;
  /** NCHW; the batch size is fixed, so that the runtime can plan its memory. */
  readonly input: readonly [number, number, number, number];
  /** Name in the ONNX file -> the TF.js node and its shape. */
  readonly outputs: Readonly<Record<string, { readonly node: string; readonly dims: readonly number[] }>>;
}

/** ONNX bytes of the net; the same inputs always give the same bytes. Throws an Error naming the node it cannot express. */
export function convertNet(shape: NetShape, json: string, shard: Uint8Array): Uint8Array {
  return new Converter(shape, parseTfjsGraph(json, shard)).convert();
}

class Converter {
  readonly #shape: NetShape;
  readonly #graph: TfjsGraph;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #done = new Set<string>();

  constructor(shape: NetShape, graph: TfjsGraph) {
    this.#shape = shape;
    this.#graph = graph;
  }

  convert(): Uint8Array {
    const outputs = Object.entries(this.#shape.outputs);
    for (const [name, { node }] of outputs) {
      this.#visit(node);
      this.#emit('Identity', [node], name);
    }
    return encodeOnnx({
      name: this.#shape.name,
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: [{ name: 'image', dims: this.#shape.input }],
      outputs: outputs.map(([name, { dims }]) => ({ name, dims })),
    });
  }

  /** Emits a node after all that it reads. The nets are a few hundred nodes deep at most: recursion is safe. */
  #visit(name: string): void {
    if (this.#done.has(name)) return;
    this.#done.add(name);
    const node = this.#graph.nodes.get(name);
    if (!node) throw new Error(`${this.#shape.name}: there is no node "${name}" in the TF.js model`);
    if (node.op === 'Const') return;
    for (const input of node.inputs) this.#visit(input);
    this.#translate(node);
  }

  #translate(node: TfjsNode): void {
    const [x = '', second = ''] = node.inputs;
    switch (node.op) {
      case 'Placeholder':
        return this.#emit('Identity', ['image'], node.name);
      case 'Identity':
      case 'Relu':
      case 'Sigmoid':
        return this.#emit(node.op, [x], node.name);
      case '_FusedConv2D':
        return this.#fusedConv(node);
      case 'DepthwiseConv2dNative':
        return this.#emit(
          'Conv',
          [x, this.#depthwise(second)],
          node.name,
          this.#window(node, this.#weight(second).shape),
        );
      case 'AddV2':
        return this.#emit('Add', [x, second], node.name);
      case 'Prelu':
        return this.#prelu(x, second, node.name);
      case 'MaxPool':
        return this.#emit('MaxPool', [x], node.name, {
          kernel_shape: node.ints('ksize').slice(1, 3),
          ...this.#strides(node),
        });
      case 'Pad':
        return this.#emit('Pad', [x, this.#paddings(second)], node.name);
      case 'Mean':
        this.#emit('GlobalAveragePool', [x], `${node.name}/pooled`);
        return this.#emit('Flatten', [`${node.name}/pooled`], node.name);
      case 'Softmax':
        return this.#emit('Softmax', [x], node.name, { axis: -1 });
      case 'ConcatV2':
        return this.#emit('Concat', node.inputs.slice(0, -1), node.name, {
          axis: this.#channelAxis(node.inputs.at(-1) ?? ''),
        });
      case 'Reshape':
        this.#emit('Transpose', [x], `${node.name}/nhwc`, { perm: [0, 2, 3, 1] });
        return this.#emit('Reshape', [`${node.name}/nhwc`, this.#shapeOf(second)], node.name);
      default:
        throw new Error(`${this.#shape.name}: node "${node.name}" is a ${node.op}, which this converter does not know`);
    }
  }

  #fusedConv(node: TfjsNode): void {
    const [x = '', kernel = '', bias = '', alpha] = node.inputs;
    const [, activation] = node.strings('fused_ops');
    const output = activation ? `${node.name}/linear` : node.name;
    this.#constant(bias, this.#weight(bias).shape, this.#weight(bias).data);
    this.#emit('Conv', [x, this.#kernel(kernel), bias], output, this.#window(node, this.#weight(kernel).shape));
    if (activation === 'Relu') this.#emit('Relu', [output], node.name);
    else if (activation === 'Prelu' && alpha) this.#prelu(output, alpha, node.name);
    else if (activation)
      throw new Error(
        `${this.#shape.name}: node "${node.name}" fuses ${activation}, which this converter does not know`,
      );
  }

  /**
   * `slope * x + (1 - slope) * relu(x)`: onnxruntime's own PRelu goes value by value and leaves the blocked layout of the
   * convolutions around it, which took more time than they did.
   */
  #prelu(x: string, alpha: string, output: string): void {
    const { data } = this.#weight(alpha);
    const slope = this.#constant(alpha, [data.length, 1, 1], data);
    const rest = this.#constant(
      `${alpha}/rest`,
      [data.length, 1, 1],
      data.map((value) => 1 - value),
    );
    this.#emit('Mul', [x, slope], `${output}/sloped`);
    this.#emit('Relu', [x], `${output}/positive`);
    this.#emit('Mul', [`${output}/positive`, rest], `${output}/lifted`);
    this.#emit('Add', [`${output}/sloped`, `${output}/lifted`], output);
  }

  #window(node: TfjsNode, kernel: readonly number[]): OnnxAttributes {
    const group = node.op === 'DepthwiseConv2dNative' ? kernel[2] : 1;
    return { kernel_shape: kernel.slice(0, 2), group, ...this.#strides(node) };
  }

  /** TensorFlow's SAME puts the odd row and column at the end: SAME_UPPER. */
  #strides(node: TfjsNode): OnnxAttributes {
    const same = node.strings('padding')[0] === 'SAME';
    return { strides: node.ints('strides').slice(1, 3), auto_pad: same ? 'SAME_UPPER' : 'VALID' };
  }

  /** HWIO -> OIHW. */
  #kernel(name: string): string {
    const { shape, data } = this.#weight(name);
    const [h = 1, w = 1, i = 1, o = 1] = shape;
    return this.#constant(name, [o, i, h, w], permuted(data, [o, i, h, w], [1, o, w * i * o, i * o]));
  }

  /** HWC1 -> C1HW. */
  #depthwise(name: string): string {
    const { shape, data } = this.#weight(name);
    const [h = 1, w = 1, c = 1, multiplier = 1] = shape;
    if (multiplier !== 1)
      throw new Error(
        `${this.#shape.name}: "${name}" has a depth multiplier of ${multiplier}; this converter knows only 1`,
      );
    return this.#constant(name, [c, 1, h, w], permuted(data, [c, 1, h, w], [1, 1, w * c, c]));
  }

  /** NHWC pairs [before, after] -> NCHW befores, then afters. */
  #paddings(name: string): string {
    const { data } = this.#weight(name);
    const order = [0, 3, 1, 2];
    const pads = [...order.map((axis) => data[axis * 2]), ...order.map((axis) => data[axis * 2 + 1])];
    return this.#constant(name, [8], pads);
  }

  #shapeOf(name: string): string {
    const dims = [...this.#weight(name).data];
    return this.#constant(name, [dims.length], dims);
  }

  #channelAxis(name: string): number {
    const axis = this.#weight(name).data[0];
    if (axis !== 3 && axis !== -1)
      throw new Error(`${this.#shape.name}: a concatenation along axis ${axis}; this converter knows only channels`);
    return 1;
  }

  #weight(name: string): TfjsTensor {
    const weight = this.#graph.weights.get(name);
    if (!weight) throw new Error(`${this.#shape.name}: there is no weight "${name}" in the TF.js model`);
    return weight;
  }

  #constant(name: string, dims: readonly number[], data: Float32Array | readonly number[]): string {
    if (!this.#initializers.some((tensor) => tensor.name === name)) this.#initializers.push({ name, dims, data });
    return name;
  }

  #emit(op: string, inputs: readonly string[], output: string, attributes?: OnnxAttributes): void {
    this.#nodes.push(attributes ? { op, inputs, output, attributes } : { op, inputs, output });
  }
}

/** Copies `data` into the order of `dims`, reading each axis with the given stride. */
function permuted(
  data: Float32Array,
  dims: readonly [number, number, number, number],
  strides: readonly [number, number, number, number],
): Float32Array {
  const out = new Float32Array(data.length);
  let to = 0;
  for (let a = 0; a < dims[0]; a++) {
    for (let b = 0; b < dims[1]; b++) {
      for (let c = 0; c < dims[2]; c++) {
        for (let d = 0; d < dims[3]; d++)
          out[to++] = data[a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3]];
      }
    }
  }
  return out;
}
