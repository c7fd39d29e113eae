import { HOP, SAMPLE_RATE_HZ } from './grid.ts';

const SAMPLES_PER_US = SAMPLE_RATE_HZ / 1e6;
/** A frame this far off its expected time is taken as contiguous; the rest is slewed. 20 ms, one Opus packet. */
const TOLERANCE = 320;
/** A longer hole is a pause (mute, a clock that jumped), not loss: the window knows it as a gap without being told. */
const LONGEST_GAP = SAMPLE_RATE_HZ;
const LONGEST_OVERLAP = SAMPLE_RATE_HZ;
/** Drift is averaged over this share per frame, and answered from one millisecond on. */
const DRIFT_SHARE = 0.05;
const DRIFT_LIMIT = 16;

/** Index on the capture clock, in samples at 16 kHz, of an instant. */
function sampleAt(captureUs: number): number {
  return Math.round(captureUs * SAMPLES_PER_US);
}

export function usAt(sample: number): number {
  return Math.round(sample / SAMPLES_PER_US);
}

/**
 * Lays frames onto the capture clock's sample grid. Small differences (a clock slewed by sender reports) are evened out by
 * dropping or doubling one sample in a hop; larger ones are a gap, an overlap or a jump.
 */
export class SampleClock {
  /** Index of the next sample expected; NaN before the first frame. */
  position = NaN;
  /** What `align` found: samples missing before the frame, samples of it to skip, whether the clock jumped. */
  missing = 0;
  skip = 0;
  jumped = false;
  /** +1: double a sample of this frame; -1: drop one. */
  slew = 0;
  #drift = 0;
  #lastSlewAt = 0;

  align(captureUs: number, length: number): void {
    const at = sampleAt(captureUs);
    const ahead = at - this.position;
    this.missing = 0;
    this.skip = 0;
    this.slew = 0;
    this.jumped = Number.isNaN(ahead) || ahead > LONGEST_GAP || ahead < -LONGEST_OVERLAP;
    if (this.jumped) {
      this.position = at;
      this.#drift = 0;
      this.#lastSlewAt = at;
    } else if (ahead > TOLERANCE) this.missing = ahead;
    else if (ahead < -TOLERANCE) this.skip = Math.min(length, -ahead);
    else this.#follow(ahead);
  }

  reset(): void {
    this.position = NaN;
  }

  #follow(ahead: number): void {
    this.#drift += DRIFT_SHARE * (ahead - this.#drift);
    if (Math.abs(this.#drift) < DRIFT_LIMIT || this.position - this.#lastSlewAt < HOP) return;
    this.slew = Math.sign(this.#drift);
    this.#lastSlewAt = this.position;
  }
}
