import type { VoiceActivity } from './activity.ts';
import { BIN_COUNT, HOPS_PER_SEGMENT, powerDb } from './grid.ts';
import { MFCC_COUNT } from './mel.ts';
import type { Perturbation } from './perturbation.ts';
import { alphaRatioDb, centroidHz, hammarbergDb, type Spectrum } from './spectrum.ts';
import { TRACKED, TRACKED_COUNT } from './voice-prior.ts';

/** F0 of 27.5 Hz is 0 semitones (eGeMAPS). */
const SEMITONE_REFERENCE_HZ = 27.5;
/** A slope through fewer voiced frames than this is noise. */
const FEWEST_FOR_SLOPE = 4;
/** One or two voiced frames are an edge of voicing or an accident: they count as voiced, but have no pitch to speak of. */
const FEWEST_VOICED = 3;
const HNR_LIMITS_DB = [-10, 35] as const;

export function semitones(hz: number): number {
  return 12 * Math.log2(hz / SEMITONE_REFERENCE_HZ);
}

/** Gathers the descriptor frames of one 100 ms segment; `finish` turns them into `tracked` values and a few more. */
export class SegmentPool {
  /** Values of this segment in the baseline's order and units; NaN where no frame could tell. Rate and range are the sense's to fill. */
  readonly tracked = new Float64Array(TRACKED_COUNT);
  cleanHops = 0;
  dtxHops = 0;
  activeHops = 0;
  voicedHops = 0;
  /** Loudest frame of speech, and loudest frame of anything, dBFS. */
  peakDb = -120;
  loudestDb = -120;
  /** Semitones per second; NaN with too few voiced frames. */
  slope = NaN;
  jitterPercent = NaN;
  shimmerDb = NaN;
  #soundingHops = 0;
  #power = 0;
  #flux = 0;
  #perturbations = 0;
  #jitter = 0;
  #shimmer = 0;
  readonly #spectrum = new Float64Array(BIN_COUNT);
  readonly #mfcc = new Float64Array(MFCC_COUNT);
  /** Whether the frame at this place of the segment was voice (its pitch is only known when the segment ends). */
  readonly #voice = new Uint8Array(HOPS_PER_SEGMENT);

  /** A frame with evidence; `place` is its number within the segment's pitch frames. */
  add(place: number, activity: VoiceActivity, spectrum: Spectrum): void {
    this.cleanHops++;
    this.activeHops += Number(activity.active);
    this.#voice[place] = Number(activity.active);
    this.loudestDb = Math.max(this.loudestDb, spectrum.levelDb);
    if (!activity.sounding) return;
    this.#soundingHops++;
    this.#power += 10 ** (spectrum.levelDb / 10);
    this.peakDb = Math.max(this.peakDb, spectrum.levelDb);
    this.#flux += spectrum.flux;
    for (let b = 0; b < BIN_COUNT; b++) this.#spectrum[b] += spectrum.power[b];
    for (let c = 0; c < MFCC_COUNT; c++) this.#mfcc[c] += spectrum.mel.mfcc[c];
  }

  addPerturbation(perturbation: Perturbation): void {
    this.#perturbations++;
    this.#jitter += perturbation.jitterPercent;
    this.#shimmer += perturbation.shimmerDb;
  }

  /** Takes the traced pitch of the segment's `count` frames, in place: what was no voice becomes 0. */
  finish(hz: Float64Array, height: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) if (this.#voice[i] === 0) hz[i] = 0;
    this.#poolPitch(hz, height, count);
    this.#poolSpectrum();
    this.jitterPercent = this.#perturbations > 0 ? this.#jitter / this.#perturbations : NaN;
    this.shimmerDb = this.#perturbations > 0 ? this.#shimmer / this.#perturbations : NaN;
  }

  clear(): void {
    this.cleanHops = 0;
    this.dtxHops = 0;
    this.activeHops = 0;
    this.voicedHops = 0;
    this.peakDb = -120;
    this.loudestDb = -120;
    this.#soundingHops = 0;
    this.#power = 0;
    this.#flux = 0;
    this.#perturbations = 0;
    this.#jitter = 0;
    this.#shimmer = 0;
    this.#spectrum.fill(0);
    this.#mfcc.fill(0);
    this.#voice.fill(0);
  }

  #poolPitch(hz: Float64Array, height: Float64Array, count: number): void {
    let pitch = 0;
    let peak = 0;
    let time = 0;
    for (let i = 0; i < count; i++) {
      if (hz[i] === 0) continue;
      this.voicedHops++;
      pitch += semitones(hz[i]);
      peak += height[i];
      time += i;
    }
    const n = this.voicedHops;
    const clear = n >= FEWEST_VOICED;
    this.tracked[TRACKED.f0] = clear ? pitch / n : NaN;
    this.tracked[TRACKED.hnrDb] = clear ? harmonicsToNoiseDb(peak / n) : NaN;
    this.slope = n < FEWEST_FOR_SLOPE ? NaN : slopePerS(hz, count, time / n, pitch / n);
  }

  #poolSpectrum(): void {
    const n = this.#soundingHops;
    const { tracked } = this;
    tracked[TRACKED.loudnessDb] = n > 0 ? powerDb(this.#power / n) : NaN;
    tracked[TRACKED.alphaDb] = n > 0 ? alphaRatioDb(this.#spectrum) : NaN;
    tracked[TRACKED.hammarbergDb] = n > 0 ? hammarbergDb(this.#spectrum) : NaN;
    tracked[TRACKED.centroidLog2] = n > 0 ? Math.log2(Math.max(centroidHz(this.#spectrum), 1)) : NaN;
    tracked[TRACKED.fluxLog2] = n > 0 ? Math.log2(Math.max(this.#flux / n, 1e-3)) : NaN;
    for (let c = 0; c < MFCC_COUNT; c++) tracked[TRACKED.mfcc + c] = n > 0 ? this.#mfcc[c] / n : NaN;
  }
}

/** From the height of the autocorrelation's peak: the periodic share over the rest (Boersma 1993). */
function harmonicsToNoiseDb(height: number): number {
  const db = 10 * Math.log10(Math.max(height, 1e-3) / Math.max(1 - height, 1e-5));
  return Math.min(Math.max(db, HNR_LIMITS_DB[0]), HNR_LIMITS_DB[1]);
}

/** Least squares through the voiced frames. */
function slopePerS(hz: Float64Array, count: number, meanTime: number, meanPitch: number): number {
  let across = 0;
  let along = 1e-9;
  for (let i = 0; i < count; i++) {
    if (hz[i] === 0) continue;
    across += (i - meanTime) * (semitones(hz[i]) - meanPitch);
    along += (i - meanTime) ** 2;
  }
  return (100 * across) / along;
}
