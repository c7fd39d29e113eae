import type { Baseline } from '../baseline.ts';
import { TRACKED } from './voice-prior.ts';

/** What rises with arousal (AFFECT.md's table of emotional shifts); the Hammarberg index falls. */
const CUES: readonly (readonly [index: number, sign: number])[] = [
  [TRACKED.loudnessDb, 1],
  [TRACKED.f0, 1],
  [TRACKED.alphaDb, 1],
  [TRACKED.hammarbergDb, -1],
];
/** Seconds of speech over which the shift is averaged: a stressed syllable is not an emotion. */
const MEMORY_S = 2;
/** Mean shift, in the person's own sd, from which the voice counts as not neutral. */
const LIMIT_SD = 0.8;
/** Before the baseline is this much the person's own, a shift says more about the prior than about the person. */
const FEWEST_OWNNESS = 0.5;

/** Decides whether the baseline may learn: not while the voice itself, or somebody who sees more, says the person is moved. */
export class NeutralGuard {
  /** The verdict of the other senses. */
  told = true;
  #shift = 0;

  isNeutral(tracked: Float64Array, baseline: Baseline, seconds: number): boolean {
    let sum = 0;
    let seen = 0;
    for (const [index, sign] of CUES) {
      if (Number.isNaN(tracked[index])) continue;
      sum += (sign * (tracked[index] - baseline.mean(index))) / baseline.sd(index);
      seen++;
    }
    if (seen > 0) this.#shift += Math.min(seconds / MEMORY_S, 1) * (sum / seen - this.#shift);
    return this.told && (baseline.ownness < FEWEST_OWNNESS || Math.abs(this.#shift) < LIMIT_SD);
  }

  reset(): void {
    this.told = true;
    this.#shift = 0;
  }
}
