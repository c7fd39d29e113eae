import { describe, expect, it } from 'vitest';
import { moodAt, speaksAt } from '../../../agent/page/media/moods.ts';

describe('the moods of the synthetic caller', () => {
  it('pass into one another without a jump', () => {
    for (let seconds = 0; seconds < 60; seconds += 0.05) {
      expect(Math.abs(moodAt(seconds + 0.05).smile - moodAt(seconds).smile)).toBeLessThan(0.15);
    }
  });

  it('come round again, and leave pauses between phrases', () => {
    expect(new Set(Array.from({ length: 48 }, (_, second) => moodAt(second).name)).size).toBe(5);
    expect([0, 2.9, 3.1, 4.1, 4.3].map(speaksAt)).toEqual([true, true, false, false, true]);
  });
});
