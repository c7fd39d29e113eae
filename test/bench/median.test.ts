import { expect, it } from 'vitest';
import { median, medianOf } from '../../bench/median.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

it('takes the middle, so that one disturbed pair decides nothing', () => {
  expect(medianOf([3, 1, 2]).median).toBe(2);
  expect(medianOf([4, 1, 900, 3]).median).toBe(3.5);
  expect(medianOf([]).median).toBeNaN();
});

// Table of the sign test: the ranks of the interval for the median at 95 %.
it.each([
  [6, 1],
  [8, 1],
  [9, 2],
  [12, 3],
  [16, 4],
  [20, 6],
  [25, 8],
])('lies with 95 % certainty, of %d values, from number %d on', (n, rank) => {
  const { low, high } = medianOf(upTo(n).toReversed());
  expect([low, high]).toEqual([rank, n + 1 - rank]);
});

it('of very many values, too: some more than a thousand lie as a thousand do', () => {
  expect(medianOf(upTo(1000))).toEqual({ median: 500.5, low: 469, high: 532 });
  const { low, high } = medianOf(upTo(2001));
  expect([low, high]).toEqual([956, 1046]);
});

it('is the same without its interval', () => {
  expect([median([9, 1, 5]), median([4, 1])]).toEqual([5, 2.5]);
  expect(median([])).toBeNaN();
});

it('of few values lies anywhere between them', () => {
  expect(medianOf([5, 1, 3])).toEqual({ median: 3, low: 1, high: 5 });
});
