import { Histogram, histogramSchema } from '../../histogram.ts';
import type { LatencyInput } from '../read-report.ts';
import { lineChart, type Series } from '../svg.ts';

/** Quantiles of a percentile curve: evenly apart in nines, where tails live. */
const NINES = Array.from({ length: 49 }, (_, index) => index / 16);
const NINE_TICKS = [
  [0, '0 %'],
  [1, '90 %'],
  [2, '99 %'],
  [3, '99.9 %'],
] as const;

/** The percentile curves of a report's named histograms, for the overlay of several reports too. */
export function percentileSeries(report: LatencyInput, names: Readonly<Record<string, string>>, suffix = ''): Series[] {
  return Object.entries(names).flatMap(([key, name]): Series[] => {
    const data = histogramSchema.safeParse(report.results.histograms[key]);
    if (!data.success) return [];
    const histogram = Histogram.decode(data.data);
    // Beyond the last value there is nothing to draw.
    const most = Math.log10(Math.max(1, histogram.n));
    const points = NINES.filter((nines) => nines <= most).map(
      (nines) => [nines, Math.max(0.01, histogram.quantile(1 - 10 ** -nines))] as const,
    );
    return histogram.n === 0 ? [] : [{ name: `${name}${suffix}`, points }];
  });
}

export function percentileChart(series: readonly Series[]): string {
  return lineChart({
    title: 'Percentile curves',
    x: { label: 'share of all answers', ticks: NINE_TICKS, from: 0 },
    y: { label: 'milliseconds', log: true },
    series,
  });
}
