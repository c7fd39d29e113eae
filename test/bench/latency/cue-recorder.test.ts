import { describe, expect, it } from 'vitest';
import { CueRecorder, onsetsBetween } from '../../../bench/latency/cue-recorder.ts';

function record(onsetsMs: number[], shiftsMs: number[]) {
  const recorder = new CueRecorder(onsetsMs);
  for (const shiftMs of shiftsMs) recorder.shift(shiftMs);
  return recorder.figures();
}

describe('changes at known moments', () => {
  it('are matched with the first shift after each, and what is left over is a false alarm', () => {
    const { cueToShift, shifts } = record([1000, 10_000], [1900, 3000, 11_100]);
    expect(shifts).toEqual({ expected: 2, found: 2, falseAlarms: 1, halfWithinMs: 900 });
    expect(cueToShift).toMatchObject({ n: 2, max: 1100 });
  });

  it('count as missed when nobody told of them within 5 s, or before the next one', () => {
    expect(record([1000, 10_000], [7000]).shifts).toMatchObject({ expected: 2, found: 0, falseAlarms: 1 });
    expect(record([1000, 3000], [3500]).shifts).toMatchObject({ expected: 2, found: 1, falseAlarms: 0 });
    expect(record([1000], []).cueToShift).toBeNull();
  });

  it('leave out shifts before the first, which belong to a change before the span', () => {
    expect(record([5000], [4000, 5800]).shifts).toMatchObject({ expected: 1, found: 1, falseAlarms: 0 });
  });

  it('are told to half within the delay of the middle one, and those never told are the slowest', () => {
    expect(record([0, 10_000, 20_000], [2000, 10_500]).shifts.halfWithinMs).toBe(2000);
    expect(record([0, 10_000, 20_000], [10_500]).shifts.halfWithinMs).toBeNull();
  });

  it('come again each time the medium goes round', () => {
    const shown = { onsetsMs: [0, 400], lengthMs: 1000, zeroMs: 50 };
    expect(onsetsBetween(shown, 500, 2500)).toEqual([1050, 1450, 2050, 2450]);
    expect(onsetsBetween(shown, 451, 1050)).toEqual([]);
  });
});
