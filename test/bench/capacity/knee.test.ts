import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KneeSearch } from '../../../bench/capacity/knee.ts';

function search(truth: number, most = 128): { knee: KneeSearch; tries: number[] } {
  const knee = new KneeSearch({ first: 1, most });
  const tries: number[] = [];
  for (let next = knee.next; next !== undefined; next = knee.next) {
    tries.push(next);
    knee.found(next, next <= truth);
  }
  return { knee, tries };
}

describe('looking for the knee', () => {
  it('finds it to a participant where there are few, to a tenth where there are many, in at most a dozen tries', () => {
    assert(
      property(integer({ min: 1, max: 127 }), (truth) => {
        const { knee, tries } = search(truth);
        expect(knee.holds).toBeLessThanOrEqual(truth);
        expect(truth - knee.holds).toBeLessThanOrEqual(Math.floor(truth / 10));
        expect(knee.fails).toBeGreaterThan(truth);
        expect(tries.length).toBeLessThanOrEqual(12);
      }),
    );
  });

  it('says 0 when one participant is too much already', () => {
    const { knee, tries } = search(0);
    expect([knee.holds, knee.fails, tries]).toEqual([0, 1, [1]]);
  });

  it('never asks for more than the most, and says that it found no end', () => {
    const { knee, tries } = search(1000, 20);
    expect(tries.at(-1)).toBe(20);
    expect([knee.holds, knee.fails]).toEqual([20, null]);
  });
});
