import { describe, expect, it } from 'vitest';
import { FEATURES } from '../../../models/index.ts';
import { type Turn, TurnDetector } from '../../../pipeline/window/turn-detector.ts';
import type { SignalState } from '../../../pipeline/types.ts';

const ACTIVE = FEATURES.voice.features.indexOf('active');

/** One character for each 100 ms: `#` speech, `.` silence, `?` lost, `-` a segment whose first half is speech. */
function turns(written: string, detector = new TurnDetector(), fromMs = 0): Turn[] {
  return written.split('').flatMap((mark, i) => {
    const features = new Float32Array(FEATURES.voice.features.length);
    features[ACTIVE] = { '#': 1, '-': 0.5 }[mark] ?? 0;
    const startUs = (fromMs + i * 100) * 1000;
    const state: SignalState = mark === '?' ? 'lost' : 'ok';
    return detector.push({ startUs, endUs: startUs + 100_000, features, state, sensedMs: 0, decodedMs: 0 }) ?? [];
  });
}

describe('TurnDetector', () => {
  it('ends a turn after 200 ms of silence, and dates its end to the last sound', () => {
    // Voice activity holds on for 120 ms after the last sound.
    expect(turns('..########-.......')).toEqual([{ startUs: 200_000, endUs: 930_000, decidedUs: 1_300_000 }]);
  });

  it('is not fooled by gaps between words, nor by lost packets', () => {
    expect(turns('#####.####.####?#?##.??##')).toEqual([]);
    expect(turns('#####.?.').map(({ decidedUs }) => decidedUs)).toEqual([800_000]);
  });

  it('takes a short sound for no turn', () => {
    expect(turns('..##........####....')).toEqual([]);
  });

  it('tells of each turn once', () => {
    expect(turns('######....######..........')).toHaveLength(2);
  });

  it('forgets what it heard before a long gap', () => {
    const detector = new TurnDetector();
    turns('##########', detector);
    expect(turns('..........', detector, 10_000)).toEqual([]);
  });
});
