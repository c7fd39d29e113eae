import { HOP, HOPS_PER_SEGMENT } from './grid.ts';
import type { SegmentPool } from './segment-pool.ts';
import { TRACKED } from './voice-prior.ts';

/** From this level on a sample counts as clipped. */
const CLIP_LEVEL = 0.985;
/** One clipped sample in twenty makes a segment worthless. */
const CLIP_SHARE = 0.05;
/** Speech this far above the noise is as good as it gets. */
const FULL_SNR_DB = 20;
const LEAST_SNR_SHARE = 0.1;
/** How fast the speech level is followed, per segment of speech. */
const LEVEL_SHARE = 0.15;

/** How far a row may be trusted, 0..1: signal to noise, clipping, what was lost or concealed. */
export class VoiceQuality {
  #clipped = 0;
  #samples = 0;
  /** NaN until somebody has spoken: then the noise has nothing to be compared with. */
  #speechDb = NaN;

  /** Takes 10 ms of real audio. */
  observe(hop: Float64Array): void {
    for (let i = 0; i < HOP; i++) if (Math.abs(hop[i]) >= CLIP_LEVEL) this.#clipped++;
    this.#samples += HOP;
  }

  /** Call once per segment, at its end. */
  of(pool: SegmentPool, noiseDb: number): number {
    const loudnessDb = pool.tracked[TRACKED.loudnessDb];
    if (!Number.isNaN(loudnessDb)) {
      this.#speechDb = Number.isNaN(this.#speechDb)
        ? loudnessDb
        : this.#speechDb + LEVEL_SHARE * (loudnessDb - this.#speechDb);
    }
    const snr = Number.isNaN(this.#speechDb) ? 1 : (this.#speechDb - noiseDb) / FULL_SNR_DB;
    const clipShare = this.#clipped / Math.max(this.#samples, 1);
    const clean = pool.cleanHops / HOPS_PER_SEGMENT;
    return clean * Math.min(Math.max(snr, LEAST_SNR_SHARE), 1) * Math.max(0, 1 - clipShare / CLIP_SHARE);
  }

  /** Begins the next segment. */
  begin(): void {
    this.#clipped = 0;
    this.#samples = 0;
  }

  reset(): void {
    this.begin();
    this.#speechDb = NaN;
  }
}
