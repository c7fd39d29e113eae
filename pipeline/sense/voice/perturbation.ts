import { PITCH_WINDOW, SAMPLE_RATE_HZ } from './grid.ts';

/** More than this is a doubled or missed period, not jitter. */
const MOST_JITTER_PERCENT = 10;
/** Praat's largest amplitude factor, 1.6. */
const MOST_SHIMMER_DB = 4.08;
/** Neighbouring periods are looked for within this share of the expected one. */
const SEARCH_SHARE = 0.15;

/**
 * Local jitter and shimmer from the newest three periods: the distance to the period before is where the waveform
 * matches itself best (Praat's "cross-correlation" pulses), so no pulse marks have to be carried along.
 */
export class Perturbation {
  /** |T1 - T2| over their mean, per cent. */
  jitterPercent = 0;
  /** |20 log10 A1/A2| of the peak-to-peak amplitudes, dB. */
  shimmerDb = 0;

  /** False when 60 ms do not hold three matching periods of `hz` (then nothing changed). */
  measure(history: Float64Array, hz: number): boolean {
    const period = SAMPLE_RATE_HZ / hz;
    const half = Math.floor(period / 2);
    const reach = Math.ceil(period * SEARCH_SHARE);
    const anchor = loudest(history, PITCH_WINDOW - half - Math.ceil(period), PITCH_WINDOW - half);
    if (anchor - 2 * (period + reach) - half - 1 < 0) return false;
    const newer = bestLag(history, anchor, period, half, reach);
    const older = bestLag(history, Math.round(anchor - newer), period, half, reach);
    const jitterPercent = (200 * Math.abs(newer - older)) / (newer + older);
    const middle = Math.round(anchor - newer);
    const first = peakToPeak(history, anchor - half, anchor + half);
    const second = peakToPeak(history, middle - half, middle + half);
    const shimmerDb = Math.abs(20 * Math.log10(Math.max(first, 1e-9) / Math.max(second, 1e-9)));
    if (jitterPercent > MOST_JITTER_PERCENT || shimmerDb > MOST_SHIMMER_DB) return false;
    this.jitterPercent = jitterPercent;
    this.shimmerDb = shimmerDb;
    return true;
  }
}

function loudest(x: Float64Array, from: number, to: number): number {
  let at = from;
  for (let i = from + 1; i < to; i++) if (Math.abs(x[i]) > Math.abs(x[at])) at = i;
  return at;
}

/** Lag near `period` at which one period around `anchor` best matches the one before, to a fraction of a sample. */
function bestLag(x: Float64Array, anchor: number, period: number, half: number, reach: number): number {
  const shortest = Math.max(2, Math.round(period) - reach);
  const longest = Math.round(period) + reach;
  let best = shortest;
  let bestMatch = -Infinity;
  for (let lag = shortest; lag <= longest; lag++) {
    const value = match(x, anchor, lag, half);
    if (value <= bestMatch) continue;
    best = lag;
    bestMatch = value;
  }
  const left = match(x, anchor, best - 1, half);
  const right = match(x, anchor, best + 1, half);
  const bend = left - 2 * bestMatch + right;
  return bend < 0 ? best + Math.max(-0.5, Math.min(0.5, (left - right) / (2 * bend))) : best;
}

/** Normalised cross-correlation of one period around `anchor` with the one `lag` samples earlier. */
function match(x: Float64Array, anchor: number, lag: number, half: number): number {
  let cross = 0;
  let energy = 1e-12;
  for (let i = anchor - half; i < anchor + half; i++) {
    const before = x[i - lag];
    cross += x[i] * before;
    energy += before * before;
  }
  return cross / Math.sqrt(energy);
}

function peakToPeak(x: Float64Array, from: number, to: number): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = from; i < to; i++) {
    if (x[i] < low) low = x[i];
    if (x[i] > high) high = x[i];
  }
  return high - low;
}
