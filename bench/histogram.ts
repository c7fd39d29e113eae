import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as HdrHistogram,
} from 'hdr-histogram-js';
import { z } from 'zod';

/** 35 minutes in µs: what is longer counts as this long. */
const LARGEST_US = 2 ** 31 - 1;
const SIGNIFICANT_DIGITS = 3;

/**
 * A histogram as it stands in a report: HdrHistogram's own compressed form (V2, base64), values in µs. Any tool of that
 * family reads it.
 */
export const histogramSchema = z.string().startsWith('HIST');
export type HistogramData = z.infer<typeof histogramSchema>;

/** What is told of a distribution, all in ms, to 0.1 %; the quantiles are upper bounds. */
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

/** Durations from 1 µs to 35 min in an HdrHistogram of three significant digits; ms outside, µs inside. */
export class Histogram {
  readonly #hdr: HdrHistogram;

  private constructor(hdr: HdrHistogram) {
    this.#hdr = hdr;
  }

  static create(): Histogram {
    return new Histogram(
      build({ highestTrackableValue: LARGEST_US, numberOfSignificantValueDigits: SIGNIFICANT_DIGITS }),
    );
  }

  /** Reads what {@link Histogram.toJSON} wrote. Throws an Error when it is none. */
  static decode(data: HistogramData): Histogram {
    return new Histogram(decodeFromCompressedBase64(data));
  }

  get n(): number {
    return this.#hdr.totalCount;
  }

  /** Negative values (two clocks that differ by less than their error) count as 0. */
  record(valueMs: number): void {
    this.#hdr.recordValue(Math.min(LARGEST_US, Math.max(0, Math.round(valueMs * 1000))));
  }

  /** The value that `share` (0..1) of all values do not exceed, in ms; NaN when empty. */
  quantile(share: number): number {
    if (this.n === 0) return Number.NaN;
    // Percentile 0 alone would be told as a lower bound.
    const valueUs = this.#hdr.getValueAtPercentile(Math.max(Number.MIN_VALUE, share * 100));
    return Math.min(this.#hdr.maxValue, valueUs) / 1000;
  }

  /** Adds all values of another. */
  add(other: Histogram): void {
    this.#hdr.add(other.#hdr);
  }

  /** Null when nothing was recorded. */
  summary(): Summary | null {
    if (this.n === 0) return null;
    const at = (share: number): number => this.quantile(share);
    return {
      n: this.n,
      mean: Math.round(this.#hdr.mean) / 1000,
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      max: this.#hdr.maxValue / 1000,
    };
  }

  toJSON(): HistogramData {
    return encodeIntoCompressedBase64(this.#hdr);
  }
}
