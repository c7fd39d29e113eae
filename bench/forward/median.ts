/** A median, and between which values the true one lies with 95 % certainty. */
export interface Median {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const DOUBT = 0.05;

/**
 * The interval is the sign test's: exact, whatever the distribution, for a true median has as many values above as below.
 * Of fewer than six values it is all of them, which is less certain. NaN of none.
 */
export function medianOf(values: readonly number[]): Median {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return { median: Number.NaN, low: Number.NaN, high: Number.NaN };
  const median = (sorted[Math.floor((n - 1) / 2)] + sorted[Math.floor(n / 2)]) / 2;
  let outside = 0;
  // How likely it is that `outside` or fewer of n values lie below the true median.
  let [term, below] = [0.5 ** n, 0.5 ** n];
  while (below <= DOUBT / 2) {
    outside++;
    term *= (n - outside + 1) / outside;
    below += term;
  }
  const from = Math.max(0, outside - 1);
  return { median, low: sorted[from], high: sorted[n - 1 - from] };
}
