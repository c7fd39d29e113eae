/** The voice sense's sizes in samples at 16 kHz. Windows as in eGeMAPS (Eyben et al. 2016): 60 ms for pitch, 20 ms for spectra, every 10 ms. */
export const SAMPLE_RATE_HZ = 16_000;
/** One descriptor frame. */
export const HOP = 160;
export const HOPS_PER_SEGMENT = 10;
export const SEGMENT = HOP * HOPS_PER_SEGMENT;
export const SPECTRUM_WINDOW = 320;
export const PITCH_WINDOW = 960;
export const SPECTRUM_FFT = 512;
export const BIN_COUNT = SPECTRUM_FFT / 2 + 1;
export const BIN_HZ = SAMPLE_RATE_HZ / SPECTRUM_FFT;

/** The periodic Hann window. */
export function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
}

/** Decibels of a power; -120 for silence. */
export function powerDb(power: number): number {
  return 10 * Math.log10(Math.max(power, 1e-12));
}
