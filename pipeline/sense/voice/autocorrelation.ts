import { RealFft } from './fft.ts';
import { hann, PITCH_WINDOW } from './grid.ts';

/**
 * The window is 960 samples and the FFT 1024, so lag t also holds lag 1024 - t. Over the pitch lags (up to 291) the
 * Hann window's own autocorrelation there is under half a percent of its peak, and the transform costs half of the safe 2048.
 */
const FFT_SIZE = 1024;
/** A window quieter than this (mean power) is silence: -100 dBFS. */
const SILENCE_POWER = 1e-10;
/** Lags each side that take part in an interpolation. */
const SINC_REACH = 12;

/** Autocorrelation of the newest 60 ms, divided by that of its window (Boersma 1993): 1 at the period of a periodic signal. */
export class Autocorrelation {
  /** Normalised autocorrelation at lags 0..longest of the last `measure`. */
  readonly at: Float64Array;
  /** Largest amplitude within the window. */
  peak = 0;
  readonly #window = hann(PITCH_WINDOW);
  readonly #fft = new RealFft(FFT_SIZE);
  readonly #buffer = new Float64Array(FFT_SIZE);
  readonly #scale: Float64Array;

  constructor(longestLag: number) {
    this.at = new Float64Array(longestLag + 1);
    this.#scale = new Float64Array(longestLag + 1).fill(1);
    this.#buffer.set(this.#window);
    this.#correlate();
    this.#scale = this.at.map((value) => 1 / value);
  }

  /** False when there is nothing to correlate (silence). */
  measure(history: Float64Array): boolean {
    const buffer = this.#buffer;
    const window = this.#window;
    let mean = 0;
    for (let i = 0; i < PITCH_WINDOW; i++) mean += history[i];
    mean /= PITCH_WINDOW;
    let energy = 0;
    let peak = 0;
    for (let i = 0; i < PITCH_WINDOW; i++) {
      const x = history[i] - mean;
      const tapered = x * window[i];
      buffer[i] = tapered;
      energy += tapered * tapered;
      peak = Math.max(peak, Math.abs(x));
    }
    this.peak = peak;
    if (energy < SILENCE_POWER * PITCH_WINDOW) return false;
    buffer.fill(0, PITCH_WINDOW);
    this.#correlate();
    return true;
  }

  /** Band-limited value between lags, by a Hann-windowed sinc: peaks of bright voices lie between samples. */
  between(lag: number): number {
    const centre = Math.round(lag);
    if (Math.abs(lag - centre) < 1e-6) return this.at[centre];
    // sin(pi (x + 1)) = -sin(pi x): one sine serves all lags.
    let sine = Math.sin(Math.PI * (lag - centre + SINC_REACH)) / Math.PI;
    let sum = 0;
    for (let k = centre - SINC_REACH; k <= centre + SINC_REACH; k++, sine = -sine) {
      const index = Math.abs(k);
      if (index < this.at.length) sum += (this.at[index] * sine * sincWindow(lag - k)) / (lag - k);
    }
    return sum;
  }

  /** Wiener-Khinchin: the transform of the (real, even) power spectrum is the autocorrelation. */
  #correlate(): void {
    const { re, im } = this.#fft;
    const buffer = this.#buffer;
    this.#fft.forward(buffer);
    buffer[0] = re[0] * re[0];
    for (let k = 1; k <= FFT_SIZE / 2; k++) {
      const power = re[k] * re[k] + im[k] * im[k];
      buffer[k] = power;
      buffer[FFT_SIZE - k] = power;
    }
    this.#fft.forward(buffer);
    const unit = 1 / re[0];
    const { at } = this;
    const scale = this.#scale;
    for (let lag = 0; lag < at.length; lag++) at[lag] = re[lag] * unit * scale[lag];
  }
}

/** Welch's parabola: as good as a cosine here and without one. */
function sincWindow(x: number): number {
  return 1 - (x / (SINC_REACH + 1)) ** 2;
}
