import { describe, expect, it } from 'vitest';
import { RealFft } from '../../../../pipeline/sense/voice/fft.ts';
import { PITCH_WINDOW, SPECTRUM_WINDOW } from '../../../../pipeline/sense/voice/grid.ts';
import { Perturbation } from '../../../../pipeline/sense/voice/perturbation.ts';
import { PitchTracker } from '../../../../pipeline/sense/voice/pitch.ts';
import { alphaRatioDb, centroidHz, hammarbergDb, Spectrum } from '../../../../pipeline/sense/voice/spectrum.ts';
import { gaussian, pulseTrain, RATE_HZ, tone, whiteNoise } from './signals.ts';

/** Tracks a signal every 10 ms; F0 (0 unvoiced) and harmonics-to-noise of its frames. */
function track(signal: Float64Array): { hz: number[]; hnrDb: number } {
  const pitch = new PitchTracker();
  const hz: number[] = [];
  const heights: number[] = [];
  for (let end = PITCH_WINDOW, n = 1; end <= signal.length; end += 160, n++) {
    pitch.step(signal.subarray(end - PITCH_WINDOW, end));
    if (n % 10 !== 0) continue;
    const count = pitch.trace();
    hz.push(...pitch.tracedHz.subarray(0, count));
    heights.push(...pitch.tracedHeight.subarray(0, count));
  }
  const height = heights.reduce((a, b) => a + b, 0) / heights.length;
  return { hz, hnrDb: 10 * Math.log10(height / Math.max(1 - height, 1e-6)) };
}

const worst = (hz: readonly number[], truth: number): number =>
  Math.max(...hz.map((value) => Math.abs(value / truth - 1)));

describe('the FFT', () => {
  it.each([4, 8, 512, 1024])('of %i points agrees with the definition', (size) => {
    const next = gaussian(size);
    const input = Float64Array.from({ length: size }, next);
    const fft = new RealFft(size);
    fft.forward(input);
    for (let k = 0; k <= size / 2; k += Math.max(1, size / 16)) {
      let re = 0;
      let im = 0;
      for (let n = 0; n < size; n++) {
        re += input[n] * Math.cos((2 * Math.PI * k * n) / size);
        im -= input[n] * Math.sin((2 * Math.PI * k * n) / size);
      }
      expect(fft.re[k]).toBeCloseTo(re, 8);
      expect(fft.im[k]).toBeCloseTo(im, 8);
    }
  });

  it('refuses sizes that are no power of two', () => {
    expect(() => new RealFft(1000)).toThrow(/power of two/);
  });
});

describe('F0', () => {
  it.each([56, 80, 100, 117, 150, 190, 220, 262, 330, 400, 500, 590])(
    'of a glottal pulse train at %i Hz is within 1 %%',
    (hz) => {
      expect(worst(track(pulseTrain(hz, 1)).hz, hz)).toBeLessThan(0.01);
    },
  );

  it.each([80, 120, 200, 300])('at %i Hz survives noise of 10 dB less, without an octave error', (hz) => {
    expect(worst(track(pulseTrain(hz, 1, { noiseDb: 10 })).hz, hz)).toBeLessThan(0.02);
  });

  it('follows a sweep of an octave a second', () => {
    const { hz } = track(pulseTrain(110, 1, { bend: (s) => 12 * s }));
    hz.forEach((value, i) => {
      // The window's middle lies 30 ms before its end.
      const truth = 110 * 2 ** ((PITCH_WINDOW / 2 + i * 160) / RATE_HZ);
      expect(Math.abs(value / truth - 1)).toBeLessThan(0.02);
    });
  });

  it('is not taken an octave low when every second pulse is a tenth weaker', () => {
    const even = pulseTrain(100, 1);
    const odd = pulseTrain(100, 1).map((_, i, all) => 0.9 * (all[i - 80] ?? 0));
    const { hz } = track(even.map((x, i) => x + odd[i]));
    const high = hz.filter((value) => Math.abs(value / 200 - 1) < 0.02).length;
    expect(high / hz.length).toBeGreaterThan(0.95);
  });

  it('is not taken an octave high when the second harmonic rules', () => {
    const strong = tone(240, 1, 0.3);
    const { hz } = track(pulseTrain(120, 1).map((x, i) => x + strong[i]));
    expect(worst(hz, 120)).toBeLessThan(0.02);
  });

  it('of noise is mostly unvoiced', () => {
    const { hz } = track(whiteNoise(3, 0.1));
    expect(hz.filter((value) => value > 0).length / hz.length).toBeLessThan(0.02);
  });

  it('of silence is unvoiced', () => {
    expect(track(new Float64Array(RATE_HZ)).hz.every((value) => value === 0)).toBe(true);
  });
});

describe('harmonics to noise', () => {
  it.each([
    [100, 5],
    [100, 10],
    [100, 20],
    [220, 10],
    [220, 20],
    [350, 15],
  ])('of a pulse train at %i Hz with noise %i dB below it is that ratio', (hz, noiseDb) => {
    expect(Math.abs(track(pulseTrain(hz, 2, { noiseDb })).hnrDb - noiseDb)).toBeLessThan(1.5);
  });
});

describe('jitter and shimmer', () => {
  function measure(signal: Float64Array, hz: number): { jitter: number; shimmer: number } {
    const perturbation = new Perturbation();
    let [jitter, shimmer, count] = [0, 0, 0];
    for (let end = PITCH_WINDOW; end <= signal.length; end += 160) {
      if (!perturbation.measure(signal.subarray(end - PITCH_WINDOW, end), hz)) continue;
      jitter += perturbation.jitterPercent;
      shimmer += perturbation.shimmerDb;
      count++;
    }
    return { jitter: jitter / count, shimmer: shimmer / count };
  }

  it('of a perfect train are next to nothing', () => {
    const { jitter, shimmer } = measure(pulseTrain(120, 1), 120);
    expect(jitter).toBeLessThan(0.15);
    expect(shimmer).toBeLessThan(0.05);
  });

  // The mean absolute difference of two values of standard deviation s is 2 s / sqrt(pi).
  it.each([0.005, 0.01, 0.02])('jitter of a train with periods spread by %d is found', (spread) => {
    const expected = (200 * spread) / Math.sqrt(Math.PI);
    expect(measure(pulseTrain(120, 3, { jitter: spread }), 120).jitter).toBeCloseTo(expected, 0);
    expect(Math.abs(measure(pulseTrain(120, 3, { jitter: spread }), 120).jitter / expected - 1)).toBeLessThan(0.2);
  });

  it.each([0.03, 0.06])('shimmer of a train with amplitudes spread by %d is found', (spread) => {
    const expected = (2 / Math.sqrt(Math.PI)) * 20 * Math.log10(1 + spread);
    expect(Math.abs(measure(pulseTrain(120, 3, { shimmer: spread }), 120).shimmer / expected - 1)).toBeLessThan(0.25);
  });

  it('are not measured where 60 ms do not hold three periods', () => {
    expect(new Perturbation().measure(pulseTrain(56, 1).subarray(0, PITCH_WINDOW), 40)).toBe(false);
  });
});

describe('the spectrum', () => {
  /** The newest 20 ms of a signal. */
  function spectrumOf(signal: ArrayLike<number>): Spectrum {
    const history = new Float64Array(PITCH_WINDOW);
    history.set(Array.from(signal).slice(-SPECTRUM_WINDOW), PITCH_WINDOW - SPECTRUM_WINDOW);
    const spectrum = new Spectrum();
    spectrum.measure(history);
    return spectrum;
  }

  /**
   * Computed once with numpy 2 and scipy:
   *   n = arange(320)/16000; x = sum(0.3/k*sin(2*pi*220*k*n + 0.7*k) for k in 1..30); w = periodic Hann; P = abs(rfft(x*w, 512))**2
   *   HTK mel 1127*ln(1+f/700), 26 triangles between 20 and 8000 Hz; dct(log(fb @ P), type=2, norm='ortho')[1:9]
   */
  const reference = Float64Array.from({ length: SPECTRUM_WINDOW }, (_, i) => {
    let x = 0;
    for (let k = 1; k <= 30; k++) x += (0.3 / k) * Math.sin((2 * Math.PI * 220 * k * i) / RATE_HZ + 0.7 * k);
    return x;
  });

  it('gives the MFCC that numpy and scipy give', () => {
    const expected = [6.933, -0.7565, 1.0454, -1.6004, 0.3213, -1.7703, -0.0103, -1.8961];
    spectrumOf(reference).mel.mfcc.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 3));
  });

  it('gives the level, alpha ratio, Hammarberg index and centroid that numpy gives', () => {
    const { levelDb, power } = spectrumOf(reference);
    expect(levelDb).toBeCloseTo(-11.5409, 3);
    expect(alphaRatioDb(power)).toBeCloseTo(-9.0583, 3);
    expect(hammarbergDb(power)).toBeCloseTo(19.9828, 3);
    expect(centroidHz(power)).toBeCloseTo(545.056, 2);
  });

  it.each([0, 12, 24])('sees two tones of 500 and 2500 Hz, the upper %i dB weaker, as that tilt', (tilt) => {
    const low = tone(500, 1, 0.3);
    const high = tone(2500, 1, 0.3 * 10 ** (-tilt / 20));
    const { power } = spectrumOf(low.map((x, i) => x + high[i]));
    expect(alphaRatioDb(power)).toBeCloseTo(-tilt, 0);
    expect(hammarbergDb(power)).toBeCloseTo(tilt, 0);
  });

  it('has no flux where nothing changes, and much at an onset', () => {
    const spectrum = new Spectrum();
    const steady = tone(500, 1).subarray(0, PITCH_WINDOW);
    spectrum.measure(steady);
    spectrum.measure(steady);
    expect(spectrum.flux).toBeLessThan(1e-9);
    spectrum.measure(tone(2000, 1, 0.4).subarray(0, PITCH_WINDOW));
    expect(spectrum.flux).toBeGreaterThan(0.5);
  });
});
