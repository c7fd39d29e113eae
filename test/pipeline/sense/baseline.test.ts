import { describe, expect, it } from 'vitest';
import { Baseline } from '../../../pipeline/sense/baseline.ts';

const PRIOR = { mean: [10, 0], sd: [2, 1], priorS: [1, 4] };

function learn(baseline: Baseline, values: readonly number[], seconds: number, neutral = true): Baseline {
  for (let i = 0; i < seconds * 10; i++) baseline.learn(values, 0.1, neutral);
  return baseline;
}

describe('a baseline', () => {
  it("begins with the population's prior and no ownness", () => {
    const baseline = new Baseline(PRIOR);
    expect([baseline.mean(0), baseline.sd(0), baseline.ownness]).toEqual([10, 2, 0]);
  });

  it('yields to own evidence at the speed its prior says', () => {
    const baseline = learn(new Baseline(PRIOR), [16, 6], 4);
    expect(baseline.mean(0)).toBeCloseTo(10 + 6 * (4 / 5), 1);
    expect(baseline.mean(1)).toBeCloseTo(6 * (4 / 8), 1);
    expect(baseline.ownness).toBeCloseTo(4 / 9, 2);
  });

  it('learns the own spread, slowly, and never believes in none', () => {
    const steady = learn(new Baseline(PRIOR), [10, 0], 300);
    expect(steady.sd(0)).toBeCloseTo(0.5, 5);
    const lively = new Baseline(PRIOR);
    for (let i = 0; i < 3000; i++) lively.learn([10 + (i % 2 === 0 ? 3 : -3), 0], 0.1);
    expect(lively.sd(0)).toBeCloseTo(3, 0);
  });

  it('stands still while the person is not neutral', () => {
    const baseline = learn(new Baseline(PRIOR), [12, 0], 20);
    const before = [baseline.mean(0), baseline.ownness];
    learn(baseline, [30, 9], 50, false);
    expect([baseline.mean(0), baseline.ownness]).toEqual(before);
  });

  it('takes what never ends for the new normal, slowly', () => {
    const baseline = learn(new Baseline(PRIOR, { maxFreezeS: 10 }), [12, 0], 20);
    const before = baseline.mean(0);
    learn(baseline, [14, 0], 10, false);
    expect(baseline.mean(0)).toBe(before);
    learn(baseline, [14, 0], 60, false);
    expect(baseline.mean(0)).toBeGreaterThan(before + 0.4);
    expect(baseline.mean(0)).toBeLessThan(14);
  });

  it('is hardly moved by one outburst that nobody has called one', () => {
    const baseline = learn(new Baseline(PRIOR), [12, 0], 30);
    const before = baseline.mean(0);
    learn(baseline, [40, 0], 1);
    expect(baseline.mean(0) - before).toBeLessThan(0.3);
  });

  it('keeps its speed however long the call is', () => {
    const hour = learn(new Baseline(PRIOR, { memoryS: 60 }), [12, 0], 600);
    const before = hour.mean(0);
    learn(hour, [13, 0], 60);
    expect(hour.mean(0) - before).toBeGreaterThan(0.5);
  });

  it('leaves alone what was not seen', () => {
    const baseline = learn(new Baseline(PRIOR), [NaN, 3], 5);
    expect(baseline.mean(0)).toBe(10);
    expect(baseline.mean(1)).toBeGreaterThan(1);
  });

  it('forgets the person', () => {
    const baseline = learn(new Baseline(PRIOR), [16, 6], 30);
    baseline.reset();
    expect([baseline.mean(0), baseline.sd(0), baseline.mean(1), baseline.ownness]).toEqual([10, 2, 0, 0]);
  });
});
