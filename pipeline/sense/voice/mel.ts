import { BIN_COUNT, BIN_HZ } from './grid.ts';

/** Mel bands, as the contract in `models/features.json` says. */
export const MEL_BANDS = 26;
/** MFCC 1..8; MFCC 0 is loudness, which has its own features. */
export const MFCC_COUNT = 8;
const LOWEST_HZ = 20;
const HIGHEST_HZ = 8000;
/** Keeps the logarithm of digital silence finite: about -120 dB of a full-scale band. */
const POWER_FLOOR = 1e-12;

const hzToMel = (hz: number): number => 1127 * Math.log(1 + hz / 700);

/** HTK-like: 26 triangles on the HTK mel scale over the power spectrum, natural logarithm, orthonormal DCT-II, no lifter. */
export class MelBank {
  /** Power per band of the last `measure`. */
  readonly bands = new Float64Array(MEL_BANDS);
  readonly mfcc = new Float64Array(MFCC_COUNT);
  /** Every bin lies on the falling slope of band `lower - 1` and the rising slope of band `lower`. */
  readonly #lower = new Int8Array(BIN_COUNT);
  readonly #rising = new Float64Array(BIN_COUNT);
  readonly #log = new Float64Array(MEL_BANDS);
  readonly #dct = new Float64Array(MFCC_COUNT * MEL_BANDS);

  constructor() {
    const low = hzToMel(LOWEST_HZ);
    const width = (hzToMel(HIGHEST_HZ) - low) / (MEL_BANDS + 1);
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const position = (hzToMel(bin * BIN_HZ) - low) / width;
      this.#lower[bin] = position < 0 || position > MEL_BANDS + 1 ? -1 : Math.floor(position);
      this.#rising[bin] = position - Math.floor(position);
    }
    for (let c = 0; c < MFCC_COUNT; c++) {
      for (let b = 0; b < MEL_BANDS; b++) {
        this.#dct[c * MEL_BANDS + b] = Math.sqrt(2 / MEL_BANDS) * Math.cos((Math.PI * (c + 1) * (b + 0.5)) / MEL_BANDS);
      }
    }
  }

  /** Fills `bands` and `mfcc` from a power spectrum of `BIN_COUNT` bins. */
  measure(power: Float64Array): void {
    const { bands, mfcc } = this;
    bands.fill(0);
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const lower = this.#lower[bin];
      if (lower < 0) continue;
      if (lower < MEL_BANDS) bands[lower] += this.#rising[bin] * power[bin];
      if (lower > 0 && lower <= MEL_BANDS) bands[lower - 1] += (1 - this.#rising[bin]) * power[bin];
    }
    for (let b = 0; b < MEL_BANDS; b++) this.#log[b] = Math.log(Math.max(bands[b], POWER_FLOOR));
    for (let c = 0; c < MFCC_COUNT; c++) {
      let sum = 0;
      for (let b = 0; b < MEL_BANDS; b++) sum += this.#dct[c * MEL_BANDS + b] * this.#log[b];
      mfcc[c] = sum;
    }
  }
}
