import { describe, expect, it } from 'vitest';
import { CueTracks } from '../../../pipeline/describe/cue-tracks.ts';

/** Tracks of one cue (threshold 0.5) after these probabilities, one a hop of 500 ms; strength is twice the hop's number / 10. */
function after(...probabilities: number[]) {
  const tracks = new CueTracks([0.5]);
  for (const [i, p] of probabilities.entries())
    tracks.push(Float32Array.of(p), Float32Array.of(i / 4), i * 500, (i + 1) * 500);
  return tracks.get(0);
}

describe('cue tracks', () => {
  it('tell since when a cue has held, and how strong it is now', () => {
    expect(after(0.1, 0.6, 0.8)).toEqual({ startMs: 500, endMs: 1500, strength: 0.5 });
  });

  it('keep a cue that dips below its threshold, for it must fall well below to end', () => {
    expect(after(0.6, 0.35, 0.4, 0.6)).toMatchObject({ startMs: 0, endMs: 2000 });
  });

  it('outlive one lost hop but not two', () => {
    expect(after(0.6, 0, 0.6)).toMatchObject({ startMs: 0, endMs: 1500 });
    expect(after(0.6, 0)).toMatchObject({ startMs: 0, endMs: 500 });
    expect(after(0.6, 0, 0)).toBeUndefined();
    expect(after(0.6, 0, 0, 0.6)).toMatchObject({ startMs: 1500 });
  });

  it('do not begin below the threshold', () => {
    expect(after(0.45, 0.49)).toBeUndefined();
  });
});
