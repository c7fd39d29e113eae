import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { floats } from '../../../models/runtime/tensors.ts';
import { GatherSpace, ParticipantMemory, type StateBatch, gather } from '../../../models/runtime/memory.ts';

const SPECS = [{ name: 'k', shape: [2], size: 2, initial: Float32Array.of(7, 8) }];

function batchOf(...values: number[]): StateBatch {
  const rows = values.length / 2;
  return { rows, tensors: { k: new Tensor('float32', Float32Array.from(values), [rows, 2]) } };
}

function remember(batch: StateBatch): ParticipantMemory[] {
  return Array.from({ length: batch.rows }, (_, row) => {
    const memory = new ParticipantMemory();
    memory.advance(batch, row);
    return memory;
  });
}

const rows = (memories: readonly ParticipantMemory[]) => [...floats(gather(SPECS, memories)['k'])];

describe('memories', () => {
  it('of a whole batch in its order are its own tensors, not copies', () => {
    const batch = batchOf(1, 2, 3, 4);
    expect(gather(SPECS, remember(batch))['k']).toBe(batch.tensors['k']);
  });

  it('in another order, in part, or of several batches are copied together', () => {
    const [[a, b], [c]] = [remember(batchOf(1, 2, 3, 4)), remember(batchOf(5, 6))];
    expect(rows([b, a])).toEqual([3, 4, 1, 2]);
    expect(rows([a])).toEqual([1, 2]);
    expect(rows([c, b])).toEqual([5, 6, 3, 4]);
  });

  it('are copied together in one place, run after run, of which nothing stays', () => {
    const [space, [a, b], [c]] = [new GatherSpace(), remember(batchOf(1, 2, 3, 4)), remember(batchOf(5, 6))];
    const first = floats(gather(SPECS, [b, a, c], space)['k']);
    expect([...first]).toEqual([3, 4, 1, 2, 5, 6]);
    space.wipe();
    expect([...first]).toEqual([0, 0, 0, 0, 0, 0]);
    const second = floats(gather(SPECS, [c, a], space)['k']);
    expect([...second]).toEqual([5, 6, 1, 2]);
    expect(second.buffer).toBe(first.buffer);
  });

  it('that are new begin with the initial state of the pack', () => {
    const [a] = remember(batchOf(1, 2));
    expect(rows([a, new ParticipantMemory()])).toEqual([1, 2, 7, 8]);
  });

  it('wipe their row on close, also the row of a batch that comes out after it', () => {
    const batch = batchOf(1, 2, 3, 4);
    const [a] = remember(batch);
    a.close();
    expect([...floats(batch.tensors['k'])]).toEqual([0, 0, 3, 4]);
    const late = batchOf(5, 6, 7, 8);
    a.advance(late, 1);
    expect([...floats(late.tensors['k'])]).toEqual([5, 6, 0, 0]);
    expect(a.batch).toBeUndefined();
  });
});
