import { expect, it } from 'vitest';
import { StreamCounter } from '../../../bench/forward/stream-counter.ts';

function counted(...sequences: number[]): StreamCounter {
  const counter = new StreamCounter();
  for (const sequence of sequences) counter.push(sequence);
  return counter;
}

it.each([
  ['nothing', [], 0],
  ['all in order', [1, 2, 3], 0],
  ['a gap', [1, 2, 5], 2],
  ['one that came late', [1, 3, 2, 4], 0],
  ['the first one late', [2, 1, 3], 0],
  ['past the end of the numbers', [65_534, 65_535, 1], 1],
])('counts what never came: %s', (_, sequences, lost) => {
  expect(counted(...sequences).lost).toBe(lost);
});

it('counts a gap between two readings in the second', () => {
  const counter = counted(1, 2, 3);
  counter.restart();
  counter.push(6);
  expect([counter.received, counter.lost]).toEqual([1, 2]);
  counter.restart();
  expect([counter.received, counter.lost]).toEqual([0, 0]);
});
