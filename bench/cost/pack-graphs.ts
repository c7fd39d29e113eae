import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadPack, type Pack } from '../../models/index.ts';
import { BenchError } from '../bench-error.ts';
import { seededRandom } from '../load/seeded-random.ts';

/** As the product opens them: one thread a session, because one session a core carries the most. */
const SESSION: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

export type Tensors = Readonly<Record<string, Tensor>>;

/** The graphs of a pack, run bare: what its files say of names and shapes is all that is known of it here. */
export class PackGraphs implements AsyncDisposable {
  readonly pack: Pack;
  readonly hop: InferenceSession;
  readonly speak: InferenceSession;
  /** Undefined when the pack brings no step graph. */
  readonly step: InferenceSession | undefined;
  /** The file of the step graph, or of the speaking one: its weights are the decoder's. */
  readonly decoderFile: string;
  readonly #random = seededRandom(7);

  /** Opens the variant for the CPU. Throws {@link BenchError} `pack-unfit`, or ModelError when the pack is refused. */
  static async open(packDir: string): Promise<PackGraphs> {
    const pack = await loadPack(packDir);
    const variant = pack.manifest.variants.find(({ providers }) => providers.includes('cpu'));
    if (variant === undefined)
      throw new BenchError('pack-unfit', `${pack.id} has no variant for the CPU. Give --pack another one.`);
    const create = (file: string): Promise<InferenceSession> => InferenceSession.create(join(pack.dir, file), SESSION);
    const { hop, speak, step } = variant.graphs;
    return new PackGraphs(
      pack,
      [await create(hop), await create(speak), step === undefined ? undefined : await create(step)],
      join(pack.dir, step ?? speak),
    );
  }

  private constructor(
    pack: Pack,
    [hop, speak, step]: readonly [InferenceSession, InferenceSession, InferenceSession | undefined],
    decoderFile: string,
  ) {
    this.pack = pack;
    this.hop = hop;
    this.speak = speak;
    this.step = step;
    this.decoderFile = decoderFile;
  }

  decoderBytes(): Promise<Buffer> {
    return readFile(this.decoderFile);
  }

  /** The state of `rows` people of whom nothing is known yet. */
  fresh(rows: number): Tensors {
    return Object.fromEntries(
      this.pack.state.map(({ name, shape, size, initial }) => {
        const data = new Float32Array(rows * size);
        if (initial) for (let row = 0; row < rows; row++) data.set(initial, row * size);
        return [name, new Tensor('float32', data, [rows, ...shape])];
      }),
    );
  }

  /** What the senses may have read in one hop of `rows` people: seeded noise of the right shapes; the cost does not depend on it. */
  senses(rows: number): Tensors {
    const own = new Set([...this.pack.state.map(({ name }) => name), 'count']);
    return Object.fromEntries(
      this.hop.inputMetadata
        .filter((input) => input.isTensor && !own.has(input.name))
        .map((input) => {
          const dims = input.isTensor ? [rows, ...input.shape.slice(1).map(Number)] : [];
          const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).map(() => this.#random());
          return [input.name, new Tensor('float32', data, dims)];
        }),
    );
  }

  /** One hop: the state after it. */
  async advance(senses: Tensors, state: Tensors, count: number): Promise<Tensors> {
    const rows = Object.values(state)[0]?.dims[0] ?? 1;
    const counts = new Tensor('int64', new BigInt64Array(rows).fill(BigInt(count)), [rows]);
    const out = await this.hop.run({ ...senses, ...state, count: counts });
    const next: Record<string, Tensor> = {};
    for (const { name } of this.pack.state) {
      const tensor = out[`next_${name}`];
      if (tensor) next[name] = tensor;
    }
    return next;
  }

  /** A memory of `hops` hops of `rows` people. */
  async remember(rows: number, hops: number): Promise<Tensors> {
    let state = this.fresh(rows);
    const senses = this.senses(rows);
    for (let hop = 0; hop < hops; hop++) state = await this.advance(senses, state, hop);
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of [this.hop, this.speak, this.step]) await session?.release();
  }
}
