import type { Baseline } from '../baseline.ts';
import { HOPS_PER_SEGMENT } from './grid.ts';
import { MFCC_COUNT } from './mel.ts';
import type { SegmentPool } from './segment-pool.ts';
import { VOICE_COLUMN as at } from './voice-features.ts';
import { TRACKED } from './voice-prior.ts';

/** No feature may leave this range: one wild frame must not swamp a network. */
const LIMIT = 4;

/** What a row needs beyond the segment's own frames. */
export interface RowContext {
  readonly baseline: Baseline;
  readonly pauseS: number;
  readonly quality: number;
}

/** Fills one row of `voice.features` (zeroed by the caller) in the units of `models/features.json`. */
export function writeVoiceRow(row: Float32Array, pool: SegmentPool, context: RowContext): void {
  const { baseline } = context;
  const values = pool.tracked;
  const put = (column: number, value: number): void => {
    if (!Number.isNaN(value)) row[column] = Math.min(Math.max(value, -LIMIT), LIMIT);
  };
  const rel = (index: number): number => values[index] - baseline.mean(index);
  put(at.loudnessAbs, (values[TRACKED.loudnessDb] + 40) / 20);
  put(at.loudnessRel, rel(TRACKED.loudnessDb) / 10);
  if (!Number.isNaN(values[TRACKED.loudnessDb]))
    put(at.loudnessPeakRel, (pool.peakDb - baseline.mean(TRACKED.loudnessDb)) / 10);
  put(at.f0Abs, (values[TRACKED.f0] - 32) / 12);
  put(at.f0Rel, rel(TRACKED.f0) / 6);
  put(at.f0Slope, pool.slope / 20);
  put(at.f0RangeRel, rel(TRACKED.f0Range) / 4);
  put(at.voiced, pool.voicedHops / Math.max(pool.cleanHops, 1));
  put(at.active, pool.activeHops / Math.max(pool.cleanHops, 1));
  put(at.hnrAbs, (values[TRACKED.hnrDb] - 10) / 10);
  put(at.hnrRel, rel(TRACKED.hnrDb) / 4);
  put(at.alphaAbs, (values[TRACKED.alphaDb] + 15) / 15);
  put(at.alphaRel, rel(TRACKED.alphaDb) / 8);
  put(at.hammarbergAbs, (values[TRACKED.hammarbergDb] - 20) / 15);
  put(at.hammarbergRel, rel(TRACKED.hammarbergDb) / 8);
  put(at.fluxRel, rel(TRACKED.fluxLog2) / 2);
  put(at.rateRel, rel(TRACKED.ratePerS) / 2);
  put(at.jitter, pool.jitterPercent / 3);
  put(at.shimmer, pool.shimmerDb / 2);
  put(at.centroidRel, rel(TRACKED.centroidLog2));
  for (let c = TRACKED.mfcc; c < TRACKED.mfcc + MFCC_COUNT; c++)
    put(at.mfcc1Rel + c - TRACKED.mfcc, rel(c) / baseline.sd(c) / 2);
  put(at.pause, Math.min(context.pauseS / 5, 1));
  put(at.quality, context.quality);
  put(at.ownness, baseline.ownness);
  row[at.valid] = 1;
}

/** A segment is evidence when at least half of its frames are neither lost nor invented. */
export function isValid(pool: SegmentPool): boolean {
  return 2 * pool.cleanHops >= HOPS_PER_SEGMENT;
}
