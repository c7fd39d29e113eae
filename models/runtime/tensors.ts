/** Typed views of what graphs give out: a pack whose tensors have another type is told so, not misread. */
import { Tensor } from 'onnxruntime-node';
import { ModelError } from './errors.ts';

/** The numbers of a float tensor, not copied. */
export function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw wrongType(tensor, 'float32');
}

/** The numbers of an int64 tensor, not copied. */
export function integers(tensor: Tensor | undefined): BigInt64Array {
  if (tensor?.data instanceof BigInt64Array) return tensor.data;
  throw wrongType(tensor, 'int64');
}

export function int64(values: readonly bigint[], dims: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values), dims);
}

/** One participant's part of a float tensor `[rows, ...]`, as a view. */
export function rowOf(tensor: Tensor | undefined, row: number, rows: number): Float32Array {
  const data = floats(tensor);
  const size = data.length / rows;
  return data.subarray(row * size, (row + 1) * size);
}

function wrongType(tensor: Tensor | undefined, wanted: string): ModelError {
  const found = tensor === undefined ? 'missing' : `of type ${tensor.type}`;
  return new ModelError(
    'pack-mismatch',
    `An output of the pack's graph is ${found}, not ${wanted}. Export the pack again.`,
  );
}
