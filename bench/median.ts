/** Middles of values. */

/** A median, and between which values the true one lies with 95 % certainty. */
export interface Median {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const DOUBT = 0.05;
/** Of more values the exact sums would begin below the smallest number there is. */
const EXACT_UP_TO = 1000;

/** The middle value, or halfway between the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  return ((sorted[Math.floor(last / 2)] ?? Number.NaN) + (sorted[Math.ceil(last / 2)] ?? Number.NaN)) / 2;
}

/**
 * The median with its interval, the sign test's: exact, whatever the distribution, for a true median has as many values
 * above as below. Of fewer than six values it is all of them, which is less certain. NaN of none.
 */
export function medianOf(values: readonly number[]): Median {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const from = Math.max(0, outside(n) - 1);
  return { median: median(values), low: sorted[from] ?? Number.NaN, high: sorted[n - 1 - from] ?? Number.NaN };
}

/** How many of n values at each end may be left out. */
function outside(n: number): number {
  if (n > EXACT_UP_TO) return Math.floor((n - 1.96 * Math.sqrt(n)) / 2);
  let left = 0;
  // How likely it is that `left` or fewer of n values lie below the true median.
  let [term, below] = [0.5 ** n, 0.5 ** n];
  while (below <= DOUBT / 2) {
    left++;
    term *= (n - left + 1) / left;
    below += term;
  }
  return left;
}
