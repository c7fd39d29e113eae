import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Moved, ShiftDetector } from '../../../pipeline/describe/shift-detector.ts';

/** Valence hop by hop of 500 ms; labels are the number of the hop. */
function run(valences: readonly number[], detector = new ShiftDetector<number>(), fromHop = 0): Moved<number>[] {
  return valences.flatMap((valence, i) => {
    const hop = fromHop + i;
    return detector.push({ valence, arousal: 0, dominance: 0 }, hop, hop * 500, (hop + 1) * 500) ?? [];
  });
}
const hold = (valence: number, hops: number): number[] => Array<number>(hops).fill(valence);

describe('ShiftDetector', () => {
  it('tells of a shift once, when it has lasted, and dates it to when it began', () => {
    const shifts = run([...hold(0.3, 10), ...hold(-0.3, 20)]);
    expect(shifts).toMatchObject([{ sinceMs: 5000, fromLabels: 9, toLabels: 12 }]);
    expect(shifts[0].from.valence).toBeCloseTo(0.3);
    expect(shifts[0].to.valence).toBeCloseTo(-0.3);
  });

  it('dates a gradual shift to when the affect began to leave, not to when it was far', () => {
    expect(run([...hold(0, 10), 0.1, 0.22, 0.3, 0.34, ...hold(0.5, 10)])).toMatchObject([{ sinceMs: 5500 }]);
  });

  it('does not take a moment for a shift', () => {
    expect(run([...hold(0, 10), 0.9, 0.9, ...hold(0, 10), 0.9, ...hold(0, 10)])).toEqual([]);
  });

  it('tells of the way back as a shift of its own', () => {
    const shifts = run([...hold(0, 10), ...hold(0.6, 10), ...hold(0, 10)]);
    expect(shifts.map(({ to }) => Math.round(to.valence * 10))).toEqual([6, 0]);
  });

  it('takes a long way for one shift, dated to its beginning, and waits for its end to say where it led', () => {
    const shifts = run([...hold(-0.6, 10), -0.4, -0.2, 0, 0.2, 0.4, ...hold(0.6, 20)]);
    expect(shifts).toHaveLength(1);
    expect(shifts[0].to.valence).toBeGreaterThan(0.4);
    expect(shifts[0].sinceMs).toBeLessThanOrEqual(5500);
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

  it('does not count a pause without readings as time that something lasted', () => {
    const detector = new ShiftDetector<number>();
    run([...hold(0, 10), 0.8], detector);
    expect(run([0.8], detector, 120)).toEqual([]);
  });
});
