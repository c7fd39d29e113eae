import { z } from 'zod';

/** Sub-buckets an octave: a value is told apart from another that is 0.8 % away. */
const SUB_BUCKETS = 128;
const EXACT_BELOW_US = 2 * SUB_BUCKETS;
const LARGEST_US = 2 ** 31 - 1;
const SIZE = EXACT_BELOW_US + (31 - Math.log2(EXACT_BELOW_US)) * SUB_BUCKETS;

/** A histogram as it stands in a report: [upper bound of the bucket in ms, how many values], ascending, empty ones left out. */
export const histogramSchema = z.array(z.tuple([z.number().nonnegative(), z.number().int().positive()]));
export type HistogramData = z.infer<typeof histogramSchema>;

/** What is told of a distribution, all in ms. The quantiles are upper bounds, at most 0.8 % too high. */
export const summarySchema = z.object({
  n: z.number().int().nonnegative(),
  mean: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type Summary = z.infer<typeof summarySchema>;

/**
 * A histogram of durations in the manner of HdrHistogram (log-linear buckets), 1 µs to 35 min, 13 kB whatever the number of values.
 * Own code, because the published port brings WebAssembly and a compressor for what is one formula here.
 */
export class Histogram {
  readonly #counts = new Uint32Array(SIZE);
  #n = 0;
  #sumMs = 0;
  #maxMs = 0;

  get n(): number {
    return this.#n;
  }

  /** Negative values (two clocks that differ by less than their error) count as 0. */
  record(valueMs: number): void {
    const value = Math.max(0, valueMs);
    const index = bucketOf(Math.min(LARGEST_US, Math.round(value * 1000)));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#n++;
    this.#sumMs += value;
    this.#maxMs = Math.max(this.#maxMs, value);
  }

  /** The value that `share` (0..1) of all values do not exceed (nearest rank), in ms; NaN when empty. */
  quantile(share: number): number {
    if (this.#n === 0) return Number.NaN;
    let left = Math.max(1, Math.ceil(share * this.#n));
    for (const [index, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return Math.min(upperMs(index), this.#maxMs);
    }
    return this.#maxMs;
  }

  /** Null when nothing was recorded. */
  summary(): Summary | null {
    if (this.#n === 0) return null;
    const [p50, p90, p95, p99] = [0.5, 0.9, 0.95, 0.99].map((share) => round(this.quantile(share)));
    return {
      n: this.#n,
      mean: round(this.#sumMs / this.#n),
      p50: p50 ?? 0,
      p90: p90 ?? 0,
      p95: p95 ?? 0,
      p99: p99 ?? 0,
      max: round(this.#maxMs),
    };
  }

  toJSON(): HistogramData {
    return [...this.#counts.entries()]
      .filter(([, count]) => count > 0)
      .map(([index, count]) => [upperMs(index), count]);
  }
}

/** Below 256 µs every microsecond has a bucket; above, every octave has 128. */
function bucketOf(valueUs: number): number {
  if (valueUs < EXACT_BELOW_US) return valueUs;
  const shift = 24 - Math.clz32(valueUs);
  return EXACT_BELOW_US + (shift - 1) * SUB_BUCKETS + ((valueUs >> shift) - SUB_BUCKETS);
}

function upperMs(index: number): number {
  if (index < EXACT_BELOW_US) return index / 1000;
  const shift = Math.floor((index - EXACT_BELOW_US) / SUB_BUCKETS) + 1;
  const step = ((index - EXACT_BELOW_US) % SUB_BUCKETS) + SUB_BUCKETS;
  return ((step + 1) * 2 ** shift - 1) / 1000;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
