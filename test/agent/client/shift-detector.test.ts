import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShiftDetector, type Shift } from '../../../agent/client/index.ts';
import { described, state } from './fakes.ts';

/** Valence hop by hop, from the first hop's end at 500 ms. */
function run(valences: readonly number[], detector = new ShiftDetector(), fromMs = 0): Shift[] {
  return valences.flatMap((valence, hop) => detector.push(state(fromMs + (hop + 1) * 500, valence)) ?? []);
}
const hold = (valence: number, hops: number): number[] => Array<number>(hops).fill(valence);

describe('ShiftDetector', () => {
  it('tells of a shift once, when it has lasted, and dates it to when it began', () => {
    const shifts = run([...hold(0.3, 10), ...hold(-0.3, 20)]);
    expect(shifts).toHaveLength(1);
    expect(shifts[0]).toMatchObject({ participant: 'p-1', sinceMs: 5000, atMs: 6500 });
    expect(shifts[0].from.valence).toBeCloseTo(0.3);
    expect(shifts[0].to.valence).toBeCloseTo(-0.3);
  });

  it('does not take a moment for a shift', () => {
    expect(run([...hold(0, 10), 0.9, 0.9, ...hold(0, 10), 0.9, ...hold(0, 10)])).toEqual([]);
  });

  it('tells of the way back as a shift of its own', () => {
    const shifts = run([...hold(0, 10), ...hold(0.6, 10), ...hold(0, 10)]);
    expect(shifts.map(({ to }) => Math.round(to.valence * 10))).toEqual([6, 0]);
  });

  it('takes a long way for one shift, dated to its beginning, and waits for its end to say where it led', () => {
    const way = [-0.4, -0.2, 0, 0.2, 0.4];
    const shifts = run([...hold(-0.6, 10), ...way, ...hold(0.6, 20)]);
    expect(shifts).toHaveLength(1);
    expect(shifts[0].to.valence).toBeGreaterThan(0.4);
    expect(shifts[0].sinceMs).toBeLessThanOrEqual(6000);
  });

  it('does not flicker at the threshold', () => {
    const around = Array.from({ length: 200 }, (_, hop) => (hop % 2 ? 0.33 : 0.37));
    expect(run([...hold(0, 20), ...around]).length).toBeLessThanOrEqual(1);
  });

  it('notices a slow drift, though no step of it is large', () => {
    const drift = Array.from({ length: 120 }, (_, hop) => hop / 120);
    expect(run([...hold(0, 20), ...drift]).length).toBeGreaterThanOrEqual(1);
  });

  it('never tells of anything within the noise, whatever that is', () => {
    const noise = fc.array(fc.double({ min: -0.08, max: 0.08, noNaN: true }), { maxLength: 100 });
    fc.assert(
      fc.property(noise, (valences) => {
        expect(run(valences)).toEqual([]);
      }),
    );
  });

  it('does not look at readings that are unsure, late, or say that nothing can be said', () => {
    const detector = new ShiftDetector();
    run(hold(0, 10), detector);
    for (let hop = 11; hop < 30; hop++) {
      expect(detector.push(state(hop * 500, 0.9, 0, { confidence: 0.1 }))).toBeUndefined();
      expect(detector.push(state(500, 0.9))).toBeUndefined();
      expect(detector.push(described(hop * 500, { abstained: true, valence: { mean: 1, sd: 0 } }))).toBeUndefined();
    }
  });

  it('does not count a pause without readings as time that something lasted', () => {
    const detector = new ShiftDetector();
    run([...hold(0, 10), 0.8], detector);
    expect(detector.push(state(60_000, 0.8))).toBeUndefined();
  });

  it('works from descriptions alone, and gives their evidence and words', () => {
    const detector = new ShiftDetector();
    const cue = {
      cue: 'brow',
      direction: 'lowered',
      magnitude: 0.8,
      modality: 'face',
      startMs: 6000,
      endMs: 8000,
    } as const;
    detector.push(described(1000));
    const said = { text: 'The brow lowers.', evidence: [cue], valence: { mean: -0.6, sd: 0.2 } };
    const shift = detector.push(described(8000, { startMs: 6000, ...said }));
    expect(shift).toMatchObject({ sinceMs: 6000, atMs: 8000, evidence: [cue], sentence: 'The brow lowers.' });
  });

  it('takes no evidence from before the shift', () => {
    const detector = new ShiftDetector();
    detector.push(described(1000, { text: 'Long past.' }));
    expect(run([...hold(0, 4), ...hold(0.7, 8)], detector, 1000)).toMatchObject([
      { evidence: [], sentence: undefined },
    ]);
  });
});
