import type { Baseline } from '../baseline.ts';
import { HOPS_PER_SEGMENT } from './grid.ts';
import { MFCC_COUNT } from './mel.ts';
import type { SegmentPool } from './segment-pool.ts';
import { voiceColumn } from './voice-features.ts';
import { TRACKED } from './voice-prior.ts';

const AT = {
  loudnessAbs: voiceColumn('loudnessAbs'),
  loudnessRel: voiceColumn('loudnessRel'),
  loudnessPeakRel: voiceColumn('loudnessPeakRel'),
  f0Abs: voiceColumn('f0Abs'),
  f0Rel: voiceColumn('f0Rel'),
  f0Slope: voiceColumn('f0Slope'),
  f0RangeRel: voiceColumn('f0RangeRel'),
  voiced: voiceColumn('voiced'),
  active: voiceColumn('active'),
  hnrAbs: voiceColumn('hnrAbs'),
  hnrRel: voiceColumn('hnrRel'),
  alphaAbs: voiceColumn('alphaAbs'),
  alphaRel: voiceColumn('alphaRel'),
  hammarbergAbs: voiceColumn('hammarbergAbs'),
  hammarbergRel: voiceColumn('hammarbergRel'),
  fluxRel: voiceColumn('fluxRel'),
  rateRel: voiceColumn('rateRel'),
  jitter: voiceColumn('jitter'),
  shimmer: voiceColumn('shimmer'),
  centroidRel: voiceColumn('centroidRel'),
  mfcc1Rel: voiceColumn('mfcc1Rel'),
  pause: voiceColumn('pause'),
  quality: voiceColumn('quality'),
  ownness: voiceColumn('ownness'),
  valid: voiceColumn('valid'),
} as const;
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
  put(AT.loudnessAbs, (values[TRACKED.loudnessDb] + 40) / 20);
  put(AT.loudnessRel, rel(TRACKED.loudnessDb) / 10);
  if (!Number.isNaN(values[TRACKED.loudnessDb]))
    put(AT.loudnessPeakRel, (pool.peakDb - baseline.mean(TRACKED.loudnessDb)) / 10);
  put(AT.f0Abs, (values[TRACKED.f0] - 32) / 12);
  put(AT.f0Rel, rel(TRACKED.f0) / 6);
  put(AT.f0Slope, pool.slope / 20);
  put(AT.f0RangeRel, rel(TRACKED.f0Range) / 4);
  put(AT.voiced, pool.voicedHops / Math.max(pool.cleanHops, 1));
  put(AT.active, pool.activeHops / Math.max(pool.cleanHops, 1));
  put(AT.hnrAbs, (values[TRACKED.hnrDb] - 10) / 10);
  put(AT.hnrRel, rel(TRACKED.hnrDb) / 4);
  put(AT.alphaAbs, (values[TRACKED.alphaDb] + 15) / 15);
  put(AT.alphaRel, rel(TRACKED.alphaDb) / 8);
  put(AT.hammarbergAbs, (values[TRACKED.hammarbergDb] - 20) / 15);
  put(AT.hammarbergRel, rel(TRACKED.hammarbergDb) / 8);
  put(AT.fluxRel, rel(TRACKED.fluxLog2) / 2);
  put(AT.rateRel, rel(TRACKED.ratePerS) / 2);
  put(AT.jitter, pool.jitterPercent / 3);
  put(AT.shimmer, pool.shimmerDb / 2);
  put(AT.centroidRel, rel(TRACKED.centroidLog2));
  for (let c = TRACKED.mfcc; c < TRACKED.mfcc + MFCC_COUNT; c++)
    put(AT.mfcc1Rel + c - TRACKED.mfcc, rel(c) / baseline.sd(c) / 2);
  put(AT.pause, Math.min(context.pauseS / 5, 1));
  put(AT.quality, context.quality);
  put(AT.ownness, baseline.ownness);
  row[AT.valid] = 1;
}

/** A segment is evidence when at least half of its frames are neither lost nor invented. */
export function isValid(pool: SegmentPool): boolean {
  return 2 * pool.cleanHops >= HOPS_PER_SEGMENT;
}
