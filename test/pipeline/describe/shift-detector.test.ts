import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Moved, ShiftDetector } from '../../../pipeline/describe/shift-detector.ts';

/** Valence hop by hop of 500 ms; labels are the number of the hop. */
function run(
  valences: readonly number[],
  detector = new ShiftDetector<number>(),
  fromHop = 0,
  { change = 0, sd = 0.1 } = {},
): Told[] {
  return valences.flatMap((valence, i) => {
    const hop = fromHop + i;
    const affect = { valence, arousal: 0, dominance: 0 };
    const sds = { valence: sd, arousal: 0.1 };
    const moved = detector.push({ affect, sd: sds, change, labels: hop, startMs: hop * 500, endMs: (hop + 1) * 500 });
    return moved ? [{ ...moved, hop }] : [];
  });
}
type Told = Moved<number> & { readonly hop: number };
const hold = (valence: number, hops: number): number[] => Array<number>(hops).fill(valence);

describe('ShiftDetector', () => {
  it('tells of a great change after one hop, once, and dates it to when it began', () => {
    const shifts = run([...hold(0.3, 10), ...hold(-0.4, 20)]);
    expect(shifts).toMatchObject([{ hop: 10, sinceMs: 5000, fromLabels: 9, toLabels: 10 }]);
    expect(shifts[0].from.valence).toBeCloseTo(0.3);
    expect(shifts[0].to.valence).toBeCloseTo(-0.4);
  });

  it('waits the longer for certainty the smaller a change is', () => {
    const hops = [0.8, 0.5, 0.4, 0.36].map((valence) => run([...hold(0, 10), ...hold(valence, 20)])[0].hop);
    expect(hops).toEqual([10, 11, 12, 14]);
  });

  it('needs fewer hops when the model itself takes them for a change', () => {
    const detector = new ShiftDetector<number>();
    run(hold(0, 10), detector);
    expect(run(hold(0.45, 10), detector, 10, { change: 0.7 })).toMatchObject([{ hop: 10 }]);
  });

  it('does not take a change that the model feels for one, when nothing moved', () => {
    expect(run(hold(0, 30), new ShiftDetector<number>(), 0, { change: 1 })).toEqual([]);
  });

  it('dates a gradual shift to when the affect was away, not to when that was certain', () => {
    expect(run([...hold(0, 10), 0.1, 0.2, 0.36, 0.4, ...hold(0.5, 10)])).toMatchObject([{ hop: 14, sinceMs: 6000 }]);
  });

  it('takes what cannot be read for a while to stay what it was', () => {
    const detector = new ShiftDetector<number>();
    run(hold(-0.6, 10), detector);
    expect(run(hold(0, 10), detector, 10, { sd: 0.4 })).toEqual([]);
    expect(run(hold(-0.6, 10), detector, 20)).toEqual([]);
    expect(run(hold(0.6, 10), detector, 30)).toHaveLength(1);
  });

  it('begins where the model first is sure', () => {
    const detector = new ShiftDetector<number>();
    expect(run(hold(0, 4), detector, 0, { sd: 0.5 })).toEqual([]);
    expect(run(hold(0.7, 10), detector, 4)).toEqual([]);
  });

  it('does not take a small moment for a shift', () => {
    expect(run([...hold(0, 10), 0.5, ...hold(0, 10), 0.45, ...hold(0, 10), -0.5, ...hold(0, 10)])).toEqual([]);
  });

  it('does not add up what lies on opposite sides', () => {
    const swinging = Array.from({ length: 40 }, (_, hop) => (hop % 2 ? 0.45 : -0.45));
    expect(run([...hold(0, 20), ...swinging])).toEqual([]);
  });

  it('tells of the way back as a shift of its own', () => {
    const shifts = run([...hold(0, 10), ...hold(0.6, 10), ...hold(0, 10)]);
    expect(shifts.map(({ to }) => Math.round(to.valence * 10))).toEqual([6, 0]);
  });

  it('takes what goes on the same way just after a shift for the same shift', () => {
    const shifts = run([...hold(-0.6, 10), -0.4, 0.1, 0.4, ...hold(0.6, 20)]);
    expect(shifts).toMatchObject([{ hop: 11, sinceMs: 5500 }]);
    expect(run([...hold(-0.6, 10), 0.2, -0.6, ...hold(-0.6, 10)])).toHaveLength(2);
  });

  it('does not flicker at the threshold', () => {
    const around = Array.from({ length: 200 }, (_, hop) => (hop % 2 ? 0.28 : 0.32));
    expect(run([...hold(0, 20), ...around]).length).toBeLessThanOrEqual(1);
  });

  it('notices a slow drift, though no step of it is large', () => {
    const drift = Array.from({ length: 120 }, (_, hop) => hop / 120);
    expect(run([...hold(0, 20), ...drift]).length).toBeGreaterThanOrEqual(1);
  });

  it('never tells of anything within the noise, whatever that is', () => {
    const noise = fc.array(fc.double({ min: -0.14, max: 0.14, noNaN: true }), { maxLength: 100, size: 'max' });
    fc.assert(
      fc.property(noise, (valences) => {
        expect(run(valences)).toEqual([]);
      }),
    );
  });

  it('does not count a pause without readings as time that something lasted', () => {
    const detector = new ShiftDetector<number>();
    run([...hold(0, 10), 0.5], detector);
    expect(run([0.5], detector, 120)).toEqual([]);
  });

  it('tells at the hops at which the rule in Python tells', () => {
    // Made by: python models/training/shifts.py models/packs/affect-nano --cases FILE
    const text = readFileSync(new URL('shift-cases.json', import.meta.url), 'utf8');
    const number = z.number();
    const cases = z
      .array(z.object({ readings: z.array(z.tuple([number, number, number, number, number])), told: z.array(number) }))
      .parse(JSON.parse(text));
    for (const { readings, told } of cases) {
      const detector = new ShiftDetector<number>();
      const hops = readings.flatMap(([valence, valenceSd, arousal, arousalSd, change], hop) => {
        const affect = { valence, arousal, dominance: 0 };
        const sd = { valence: valenceSd, arousal: arousalSd };
        const moved = detector.push({ affect, sd, change, labels: hop, startMs: hop * 500, endMs: (hop + 1) * 500 });
        return moved ? [hop] : [];
      });
      expect(hops).toEqual(told);
    }
    expect(cases.flatMap(({ told }) => told).length).toBeGreaterThan(5);
  });
});
