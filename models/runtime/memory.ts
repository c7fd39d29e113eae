/** What the model remembers of each participant, kept as rows of the batches that the graphs give out. */
import { Tensor } from 'onnxruntime-node';
import type { StateSpec } from '../pack.ts';
import { rowOf } from './tensors.ts';

/** State tensors of several participants, `[rows, ...shape]` by state name, as they came out of the graph. */
export interface StateBatch {
  readonly rows: number;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/**
 * One participant's memory: a row in the batch of the last hop it took part in. Fixed size (the graph forgets the
 * oldest hops itself); {@link ParticipantMemory.close} wipes it at once.
 */
export class ParticipantMemory {
  /** Hops remembered or already forgotten. */
  count = 0;
  batch: StateBatch | undefined;
  row = 0;
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** Moves to a row of a new batch; a memory that was closed while the graph ran gets that row wiped instead. */
  advance(batch: StateBatch, row: number): void {
    this.batch = batch;
    this.row = row;
    this.count += 1;
    if (this.#closed) this.#wipe();
  }

  /** Zeroes everything that is remembered, also where other participants still share the tensors. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#wipe();
  }

  #wipe(): void {
    if (this.batch === undefined) return;
    for (const tensor of Object.values(this.batch.tensors)) rowOf(tensor, this.row, this.batch.rows).fill(0);
    this.batch = undefined;
  }
}

/** Where rows are copied together for one run after the other: fresh memory for each would keep the garbage collector busy. */
export class GatherSpace {
  readonly #spaces = new Map<string, Float32Array>();
  #taken: Float32Array[] = [];

  /** Zeros, for one run: until {@link GatherSpace.wipe}. */
  take(name: string, size: number): Float32Array {
    const known = this.#spaces.get(name);
    const space = known !== undefined && known.length >= size ? known : new Float32Array(size);
    this.#spaces.set(name, space);
    const part = space.subarray(0, size);
    this.#taken.push(part);
    return part;
  }

  /** After the run: nobody's memory is left here. */
  wipe(): void {
    for (const part of this.#taken) part.fill(0);
    this.#taken = [];
  }
}

/**
 * The state tensors for these memories, in this order. When they are exactly the rows of one batch, that batch's own
 * tensors (nothing is copied); otherwise tensors with the rows copied together, in `space` if it is given.
 */
export function gather(
  specs: readonly StateSpec[],
  memories: readonly ParticipantMemory[],
  space?: GatherSpace,
): Readonly<Record<string, Tensor>> {
  const shared = memories[0]?.batch;
  if (shared?.rows === memories.length && memories.every(({ batch, row }, i) => batch === shared && row === i)) {
    return shared.tensors;
  }
  const tensors: Record<string, Tensor> = {};
  for (const { name, shape, size, initial } of specs) {
    const length = memories.length * size;
    const data = space?.take(name, length) ?? new Float32Array(length);
    for (const [i, { batch, row }] of memories.entries()) {
      const tensor = batch?.tensors[name];
      const from = batch === undefined || tensor === undefined ? initial : rowOf(tensor, row, batch.rows);
      if (from !== undefined) data.set(from, i * size);
    }
    tensors[name] = new Tensor('float32', data, [memories.length, ...shape]);
  }
  return tensors;
}
