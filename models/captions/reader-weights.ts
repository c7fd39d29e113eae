/** The weights of the reader of captions, as `models/training/captions/train.py` writes them. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../runtime/errors.ts';

const FORMAT = 1;

interface TensorEntry {
  readonly type: 'int8' | 'float32';
  /** Bytes from the beginning of the blob. */
  readonly offset: number;
  readonly shape: readonly number[];
}

interface Header {
  readonly format: number;
  /** Nets of the committee, beside the word runs. */
  readonly nets: number;
  readonly trust: { readonly weights: readonly number[]; readonly bias: number };
  readonly tensors: Readonly<Record<string, TensorEntry>>;
  /** Separated by spaces; the first has the id 2 (0 is padding, 1 an unknown word). */
  readonly words: string;
}

/** One table of numbers; `int8` values are to be multiplied by the scale of their row. */
export interface ReaderTensor {
  readonly shape: readonly number[];
  readonly data: Int8Array | Float32Array;
}

export interface ReaderWeights {
  readonly nets: number;
  readonly trust: { readonly weights: readonly number[]; readonly bias: number };
  readonly words: readonly string[];
  /** Throws {@link ModelError} `pack-invalid` when the files hold none of that name. */
  tensor(name: string): ReaderTensor;
}

/** Reads the weights that come with the project. Throws {@link ModelError}: `pack-missing`, `pack-invalid`. */
export function loadReaderWeights(): ReaderWeights {
  const header = parse(read('reader.json').toString('utf8'));
  const blob = read('reader.bin');
  const bytes = blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength);
  return {
    nets: header.nets,
    trust: header.trust,
    words: header.words.split(' '),
    tensor: (name) => tensorOf(header.tensors[name], name, bytes),
  };
}

function tensorOf(entry: TensorEntry | undefined, name: string, bytes: ArrayBufferLike): ReaderTensor {
  const length = entry?.shape.reduce((a, b) => a * b, 1) ?? 0;
  const size = entry?.type === 'int8' ? 1 : 4;
  if (entry === undefined || entry.offset + length * size > bytes.byteLength)
    throw new ModelError('pack-invalid', `models/captions/reader.bin lacks "${name}". Install undertone again.`);
  const data =
    entry.type === 'int8' ? new Int8Array(bytes, entry.offset, length) : new Float32Array(bytes, entry.offset, length);
  return { shape: entry.shape, data };
}

function parse(text: string): Header {
  let header: Header;
  try {
    header = JSON.parse(text) as Header;
  } catch (cause) {
    throw new ModelError('pack-invalid', 'models/captions/reader.json is no JSON. Install undertone again.', cause);
  }
  if (header.format === FORMAT) return header;
  throw new ModelError(
    'pack-invalid',
    `models/captions/reader.json has format ${header.format}, not ${FORMAT}. Install undertone again.`,
  );
}

/** From the sources and from the build alike. */
function read(name: string): Buffer {
  const here = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const file = existsSync(here) ? here : fileURLToPath(new URL(`../../../models/captions/${name}`, import.meta.url));
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ModelError('pack-missing', `${file} cannot be read. Install undertone again.`, cause);
  }
}
