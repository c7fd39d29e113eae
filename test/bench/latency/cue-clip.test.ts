import { describe, expect, it } from 'vitest';
import { CLIP_RATE_HZ, type Clip } from '../../../bench/latency/clip.ts';
import { cueClip, inTurns } from '../../../bench/latency/cue-clip.ts';
import { revoice } from '../../../bench/latency/revoice.ts';

const rms = (samples: ArrayLike<number>): number =>
  Math.sqrt(Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

/** Half a second of pulses, `hz` of them a second, through a resonance: as near to a vowel as a test needs. */
function vowel(hz: number): Float32Array {
  const samples = new Float32Array(CLIP_RATE_HZ / 2);
  for (let at = 0; at < samples.length; at += CLIP_RATE_HZ / hz)
    for (let i = 0; i < 100 && at + i < samples.length; i++)
      samples[Math.round(at) + i] += 0.5 * Math.exp(-i / 25) * Math.cos((2 * Math.PI * 700 * i) / CLIP_RATE_HZ);
  return samples;
}

/** Pulses a second, by the highest autocorrelation between 75 and 400. */
function pitchHz(samples: Float32Array): number {
  let [best, height] = [0, 0];
  for (let lag = 40; lag < 213; lag++) {
    let sum = 0;
    for (let i = 2000; i < 6000; i++) sum += samples[i] * samples[i + lag];
    if (sum > height) [best, height] = [lag, sum];
  }
  return CLIP_RATE_HZ / best;
}

describe('a voice in another manner', () => {
  const same = { semitones: 0, swing: 1, brightDb: 0, loudDb: 0 };

  it('has the pitch it should have, and its length', () => {
    const plain = vowel(150);
    const higher = revoice(plain, { ...same, semitones: 5 });
    expect(higher).toHaveLength(plain.length);
    expect(12 * Math.log2(pitchHz(higher) / pitchHz(plain))).toBeCloseTo(5, 0);
    expect(pitchHz(revoice(plain, same))).toBeCloseTo(pitchHz(plain), 0);
  });

  it('is louder, and brighter, by what it should be', () => {
    const plain = vowel(150).map((sample) => sample / 4);
    const before = rms(revoice(plain, same));
    expect(20 * Math.log10(rms(revoice(plain, { ...same, loudDb: 6 })) / before)).toBeCloseTo(6, 1);
    const hiss = Float32Array.from({ length: 8000 }, (_, i) => 0.05 * Math.sin(2 * Math.PI * 0.2 * i));
    const bright = revoice(hiss, { ...same, brightDb: 8 });
    expect(
      20 * Math.log10(rms(bright.subarray(2000, 6000)) / rms(revoice(hiss, same).subarray(2000, 6000))),
    ).toBeCloseTo(8, 0);
  });

  it('stays silent where nothing was said', () => {
    expect(rms(revoice(new Float32Array(8000), { ...same, semitones: 5, loudDb: 10 }))).toBe(0);
  });
});

describe('the voice that changes', () => {
  it('is louder from the onset that it names, and of the length that it names', async () => {
    const { samples, lengthMs, onsetsMs } = await cueClip();
    const [calmMs = 0, agitatedMs = 0] = onsetsMs;
    const at = (ms: number): number => Math.round((ms / 1000) * CLIP_RATE_HZ);
    expect(samples).toHaveLength(at(lengthMs));
    const part = (fromMs: number): number => rms(samples.subarray(at(fromMs), at(fromMs + 10_000)));
    expect(20 * Math.log10(part(agitatedMs) / part(calmMs))).toBeGreaterThan(3);
    expect(samples.every((sample) => Math.abs(sample) < 32_760)).toBe(true);
    // Never the same place in a hop of 500 ms, and a whole number of pictures.
    expect(agitatedMs % 500).not.toBe(0);
    expect(lengthMs % 40).toBe(0);
  });
});

describe('scenes in turns', () => {
  const pictures = Array.from({ length: 100 }, (_, i) => ({
    atMs: i * 40,
    picture: { width: 2, height: 2, data: Uint8Array.of(i) },
  }));
  const clip: Clip = { title: 'film', pictures, samples: new Int16Array(16_000), lengthMs: 4000 };

  it('show the one until the onset and the other from then on, to and fro, without sound', () => {
    const {
      pictures: shown,
      samples,
      onsetsMs,
      lengthMs,
      title,
    } = inTurns(clip, [
      [0, 1000],
      [2000, 3000],
    ]);
    const change = onsetsMs[1] ?? 0;
    const numbers = (fromMs: number, toMs: number): number[] =>
      shown.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ picture }) => picture.data[0] ?? -1);
    expect(Math.max(...numbers(0, change))).toBe(24);
    expect(Math.min(...numbers(change, lengthMs))).toBe(50);
    expect(Math.max(...numbers(change, lengthMs))).toBe(74);
    const steps = numbers(0, change).map((number, i, all) => Math.abs(number - (all[i - 1] ?? number)));
    expect(Math.max(...steps)).toBe(1);
    expect(samples).toHaveLength(0);
    expect(title).toContain('0-1 s and 2-3 s in turns');
  });
});
