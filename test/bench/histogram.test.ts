import { array, assert, double, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, histogramSchema } from '../../bench/histogram.ts';

function of(...valuesMs: number[]): Histogram {
  const histogram = Histogram.create();
  for (const value of valuesMs) histogram.record(value);
  return histogram;
}

describe('a histogram of durations', () => {
  it('tells quantiles by nearest rank: of 20 values, the 19th is the p95', () => {
    const histogram = of(...Array.from({ length: 20 }, (_, index) => (index + 1) / 10));
    expect(histogram.quantile(0.95)).toBeCloseTo(1.9, 1);
    expect(histogram.quantile(0.5)).toBeCloseTo(1, 1);
    expect(histogram.quantile(1)).toBe(2);
  });

  it('is never below the true quantile and at most 0.1 % above it', () => {
    assert(
      property(
        array(integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 200, size: 'max' }),
        double({ min: 0, max: 1, noNaN: true }),
        (valuesUs, share) => {
          const sorted = valuesUs.toSorted((a, b) => a - b);
          const exactMs = (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0) / 1000;
          const told = of(...valuesUs.map((value) => value / 1000)).quantile(share);
          expect(told).toBeGreaterThanOrEqual(exactMs);
          expect(told).toBeLessThanOrEqual(exactMs * 1.001 + 0.001);
        },
      ),
    );
  });

  it('shows a rare stall in the high quantiles and in the maximum, not in the median', () => {
    const histogram = of(...Array.from({ length: 98 }, () => 2), 400, 400);
    expect(histogram.summary()).toMatchObject({ n: 100, p99: 400, max: 400 });
    expect(histogram.quantile(0.5)).toBeCloseTo(2, 1);
  });

  it('says null, not zero, when nothing was recorded', () => {
    expect(of().summary()).toBeNull();
  });

  it('counts what a clock error made negative as nothing, and what is beyond its range as its end', () => {
    expect(of(-3).summary()).toMatchObject({ max: 0 });
    expect(of(1e9).quantile(0.5)).toBeGreaterThan(2_000_000);
  });

  it('stands in a report in the standard form, and comes back from it with every quantile', () => {
    const before = of(0.1, 0.1, 40);
    const data = histogramSchema.parse(JSON.parse(JSON.stringify(before)));
    const after = Histogram.decode(data);
    expect(after.n).toBe(3);
    for (const share of [0.5, 0.9, 1]) expect(after.quantile(share) / before.quantile(share)).toBeCloseTo(1, 2);
  });

  it('adds up with another', () => {
    const both = of(1, 2);
    both.add(of(3, 400));
    expect(both.summary()).toMatchObject({ n: 4, max: 400 });
  });
});
