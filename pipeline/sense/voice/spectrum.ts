import { RealFft } from './fft.ts';
import { BIN_COUNT, BIN_HZ, hann, PITCH_WINDOW, powerDb, SPECTRUM_FFT, SPECTRUM_WINDOW } from './grid.ts';
import { MEL_BANDS, MelBank } from './mel.ts';

/** Spectral descriptors of the newest 20 ms. All fields hold until the next `measure`. */
export class Spectrum {
  readonly power = new Float64Array(BIN_COUNT);
  readonly mel = new MelBank();
  /** Power of the newest hop's window, dB re full scale (a full-scale sine is -3). */
  levelDb = -120;
  /** Change of the mel magnitudes since the frame before, 0 (same shape and level) .. 1. */
  flux = 0;
  readonly #window = hann(SPECTRUM_WINDOW);
  readonly #input = new Float64Array(SPECTRUM_FFT);
  readonly #fft = new RealFft(SPECTRUM_FFT);
  readonly #magnitudes = new Float64Array(MEL_BANDS);
  #hasPrevious = false;

  /** `history` is the last `PITCH_WINDOW` samples, the newest at the end. */
  measure(history: Float64Array): void {
    const input = this.#input;
    const window = this.#window;
    const { power } = this;
    const from = PITCH_WINDOW - SPECTRUM_WINDOW;
    let sum = 0;
    for (let i = 0; i < SPECTRUM_WINDOW; i++) {
      const x = history[from + i];
      sum += x * x;
      input[i] = x * window[i];
    }
    this.levelDb = powerDb(sum / SPECTRUM_WINDOW);
    this.#fft.forward(input);
    const { re, im } = this.#fft;
    for (let bin = 0; bin < BIN_COUNT; bin++) power[bin] = re[bin] * re[bin] + im[bin] * im[bin];
    this.mel.measure(power);
    this.#measureFlux();
  }

  /** Forgets the frame before (after a gap its change would be an artefact). */
  reset(): void {
    this.#hasPrevious = false;
    this.levelDb = -120;
    this.flux = 0;
  }

  #measureFlux(): void {
    let difference = 0;
    let total = 1e-9;
    for (let b = 0; b < MEL_BANDS; b++) {
      const magnitude = Math.sqrt(this.mel.bands[b]);
      difference += Math.abs(magnitude - this.#magnitudes[b]);
      total += magnitude + this.#magnitudes[b];
      this.#magnitudes[b] = magnitude;
    }
    this.flux = this.#hasPrevious ? difference / total : 0;
    this.#hasPrevious = true;
  }
}

const bin = (hz: number): number => Math.round(hz / BIN_HZ);

/** Energy of 1-5 kHz over 50-1000 Hz, dB (the alpha ratio of eGeMAPS, upside as in `models/features.json`). */
export function alphaRatioDb(power: Float64Array): number {
  return powerDb(sumBetween(power, bin(1000), bin(5000))) - powerDb(sumBetween(power, bin(50), bin(1000)));
}

/** Strongest bin of 0-2 kHz over strongest of 2-5 kHz, dB (Hammarberg et al. 1980). */
export function hammarbergDb(power: Float64Array): number {
  return powerDb(maxBetween(power, 1, bin(2000))) - powerDb(maxBetween(power, bin(2000), bin(5000)));
}

/** Centre of gravity of the power spectrum, Hz. */
export function centroidHz(power: Float64Array): number {
  let weighted = 0;
  let total = 1e-12;
  for (let b = 1; b < BIN_COUNT; b++) {
    weighted += b * BIN_HZ * power[b];
    total += power[b];
  }
  return weighted / total;
}

function sumBetween(power: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let b = from; b < to; b++) sum += power[b];
  return sum;
}

function maxBetween(power: Float64Array, from: number, to: number): number {
  let max = 0;
  for (let b = from; b < to; b++) max = Math.max(max, power[b]);
  return max;
}
