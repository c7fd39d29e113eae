import { expect, test } from 'vitest';
import { HandOver } from '../../../sfu/attach/hand-over.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const packet = (i: number): Uint8Array => Uint8Array.of(i);

test('packets of one turn of the event loop come together, in order, each with when it came', async () => {
  const taken: Array<[number, number]> = [];
  const queue = new HandOver(8, (rtp, arrivalUs) => taken.push([rtp[0], arrivalUs]));
  for (const i of [1, 2, 3]) queue.push(packet(i), 10 * i);
  expect(taken).toEqual([]);
  await turn();
  expect(taken).toEqual([
    [1, 10],
    [2, 20],
    [3, 30],
  ]);
});

test('beyond the bound the oldest fall and are counted', async () => {
  const taken: number[] = [];
  const queue = new HandOver(2, ([i]) => taken.push(i));
  for (const i of [1, 2, 3, 4, 5]) queue.push(packet(i), 0);
  await turn();
  expect([taken, queue.dropped]).toEqual([[4, 5], 3]);
  queue.push(packet(6), 0);
  await turn();
  expect([taken, queue.dropped]).toEqual([[4, 5, 6], 3]);
});

test('what is cleared is gone, also in the middle of a hand-over', async () => {
  const taken: number[] = [];
  const queue = new HandOver(8, ([i]) => {
    taken.push(i);
    if (i === 2) queue.clear();
  });
  for (const i of [1, 2, 3]) queue.push(packet(i), 0);
  await turn();
  await turn();
  expect(taken).toEqual([1, 2]);
});

test('what is flushed comes at once, and once', async () => {
  const taken: number[] = [];
  const queue = new HandOver(8, ([i]) => taken.push(i));
  queue.push(packet(1), 0);
  queue.flush();
  expect(taken).toEqual([1]);
  await turn();
  expect(taken).toEqual([1]);
});
