import { describe, expect, it } from 'vitest';
import { CLIP_RATE_HZ } from '../../../bench/latency/clip.ts';
import { CUE_ONSETS_MS, cueClip } from '../../../bench/latency/cue-clip.ts';
import { CueRecorder, onsetsBetween } from '../../../bench/latency/cue-recorder.ts';

function record(onsetsMs: number[], shiftsMs: number[]) {
  const recorder = new CueRecorder(onsetsMs);
  for (const shiftMs of shiftsMs) recorder.shift(shiftMs);
  return recorder.figures();
}

describe('changes at known moments', () => {
  it('are matched with the first shift after each, and what is left over is a false alarm', () => {
    const { cueToShift, shifts } = record([1000, 10_000], [1900, 3000, 11_100]);
    expect(shifts).toEqual({ expected: 2, found: 2, falseAlarms: 1 });
    expect(cueToShift).toMatchObject({ n: 2, max: 1100 });
  });

  it('count as missed when nobody told of them within 5 s, or before the next one', () => {
    expect(record([1000, 10_000], [7000]).shifts).toEqual({ expected: 2, found: 0, falseAlarms: 1 });
    expect(record([1000, 3000], [3500]).shifts).toEqual({ expected: 2, found: 1, falseAlarms: 0 });
    expect(record([1000], []).cueToShift).toBeNull();
  });

  it('leave out shifts before the first, which belong to a change before the span', () => {
    expect(record([5000], [4000, 5800]).shifts).toEqual({ expected: 1, found: 1, falseAlarms: 0 });
  });

  it('come again each time the medium goes round', () => {
    const shown = { onsetsMs: [0, 400], lengthMs: 1000, zeroMs: 50 };
    expect(onsetsBetween(shown, 500, 2500)).toEqual([1050, 1450, 2050, 2450]);
    expect(onsetsBetween(shown, 451, 1050)).toEqual([]);
  });
});

describe('the made clip', () => {
  it('changes where it says, to the sample, and is steady in between', () => {
    const { samples, lengthMs } = cueClip();
    const loudness = (fromS: number, toS: number): number => {
      const part = samples.subarray(fromS * CLIP_RATE_HZ, toS * CLIP_RATE_HZ);
      return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length);
    };
    const [, changeMs = 0] = CUE_ONSETS_MS;
    const at = changeMs / 1000;
    expect(samples.length / CLIP_RATE_HZ).toBe(lengthMs / 1000);
    expect(loudness(at, at + 3) / loudness(at - 3, at)).toBeGreaterThan(2);
    expect(loudness(at - 6, at - 3) / loudness(at - 3, at)).toBeCloseTo(1, 0);
  });
});
