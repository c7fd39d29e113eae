import type { Summary } from '../../histogram.ts';

/** A summary as a row of milliseconds. */
export function row(title: string, summary: Summary | null): string[] {
  if (summary === null) return [title, '0', '–', '–', '–', '–', '–'];
  return [
    title,
    String(summary.n),
    ...[summary.p50, summary.p90, summary.p95, summary.p99, summary.max].map((value) => value.toFixed(1)),
  ];
}

export function ms(value: number | null | undefined): string {
  return typeof value === 'number' ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : '–';
}

export function told(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toFixed(value < 10 ? 2 : 1) : '–';
}
