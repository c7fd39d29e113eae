import { describe, expect, it } from 'vitest';
import { moodAt, speaksAt } from '../../../agent/page/media/moods.ts';
import {
  ageText,
  certainty,
  durationText,
  evidenceText,
  moodText,
  signalText,
} from '../../../agent/page/view/words.ts';

describe('the words of the page', () => {
  it('tell how old a description is', () => {
    expect([-50, 900, 12_400, 59_000, 150_000].map(ageText)).toEqual([
      'just now',
      'just now',
      '12 s ago',
      '59 s ago',
      '2 min ago',
    ]);
  });

  it('tell certainty in words and in a number of marks, and never call an abstention sure', () => {
    expect(certainty({ confidence: 0.99, abstained: true }).level).toBe(0);
    expect([0.1, 0.3, 0.6, 0.9].map((confidence) => certainty({ confidence, abstained: false }))).toEqual([
      { level: 1, words: 'a guess' },
      { level: 2, words: 'unsure' },
      { level: 3, words: 'fairly sure' },
      { level: 4, words: 'quite sure' },
    ]);
  });

  it('tell the gauge to people who do not see it', () => {
    expect(moodText({ mean: 0.6, sd: 0.2 }, { mean: -0.3, sd: 0.1 })).toBe('pleasant, somewhat calm');
    expect(moodText({ mean: 0, sd: 0.8 }, { mean: 0.5, sd: 0.1 })).toBe(
      'neither unpleasant nor pleasant, lively, with much doubt',
    );
  });

  it('tell evidence, signals and durations', () => {
    expect(evidenceText({ cue: 'brow', direction: 'raised', magnitude: 0.5 })).toBe('brow raised, clearly');
    expect(signalText({ modality: 'face', state: 'muted' })).toBe('Face: camera off');
    expect(signalText({ modality: 'voice', state: 'ok' })).toBeUndefined();
    expect([84.4, 1300].map(durationText)).toEqual(['84 ms', '1.3 s']);
  });
});

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
