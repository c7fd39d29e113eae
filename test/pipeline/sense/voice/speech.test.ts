import { describe, expect, it } from 'vitest';
import { PITCH_WINDOW } from '../../../../pipeline/sense/voice/grid.ts';
import { PitchTracker } from '../../../../pipeline/sense/voice/pitch.ts';
import { concat, feature, frames, mean, recording, sense, speechTools, spoken, whiteNoise } from './signals.ts';

const tools = speechTools();
const CLIPS = ['Front_Center', 'Rear_Left', 'Front_Left', 'Side_Right', 'Front_Right', 'Rear_Center'];
const TEXT =
  'Well I talked to them yesterday and they said that the parcel would arrive before noon. I will call again after lunch and see what they can tell me.';

const hzOf = (f0Abs: number): number => 27.5 * 2 ** ((12 * f0Abs + 32) / 12);

describe.skipIf(!tools.recorded)('a recorded voice', () => {
  it('has the pitch that Praat finds', () => {
    // Praat 6.3.07 on Front_Center.wav resampled by sox: To Pitch (ac) 0.01 55 15 no 0.03 0.45 0.02 0.35 0.14 600; time s, Hz.
    const praat = [
      [0.109, 183.09],
      [0.159, 162.55],
      [0.209, 172.96],
      [0.259, 223.32],
      [0.309, 241.38],
      [0.969, 223.86],
      [1.019, 251.91],
      [1.069, 280.43],
      [1.189, 184.39],
      [1.239, 165.38],
      [1.289, 157.42],
    ];
    const sound = Float64Array.from(recording('Front_Center'));
    const track: number[] = [];
    const pitch = new PitchTracker();
    for (let end = PITCH_WINDOW; end <= sound.length; end += 80) {
      pitch.step(sound.subarray(end - PITCH_WINDOW, end));
      track.push(pitch.hz);
    }
    for (const [atS, hz] of praat) {
      const found = track[Math.round((atS * 16_000 - PITCH_WINDOW / 2) / 80)];
      expect(Math.abs(found / hz - 1)).toBeLessThan(0.03);
    }
  });

  it('is heard in its words and not in the silence between them', () => {
    const gap = new Float32Array(16_000);
    const segments = sense(frames(concat(recording('Front_Center'), gap, recording('Rear_Left'))));
    const active = segments.map((segment) => feature(segment, 'active'));
    const words = recording('Front_Center').length / 1600;
    expect(Math.max(...active.slice(0, 8))).toBe(1);
    expect(active.slice(words + 2, words + 9).every((share) => share === 0)).toBe(true);
    expect(Math.max(...active.slice(words + 10))).toBe(1);
  });

  it('raised and louder, gives higher pitch and loudness against its own baseline', () => {
    const calm = CLIPS.map((name) => recording(name));
    const excited = CLIPS.map((name) => recording(name, 'pitch', '500', 'gain', '8'));
    const segments = sense(frames(concat(...calm, ...excited)));
    const turn = Math.ceil(calm.reduce((sum, clip) => sum + clip.length, 0) / 1600);
    const [before, after] = [segments.slice(turn / 3, turn), segments.slice(turn)];
    expect(mean(after, 'f0Rel', true)).toBeGreaterThan(mean(before, 'f0Rel', true) + 0.4);
    expect(mean(after, 'loudnessRel')).toBeGreaterThan(mean(before, 'loudnessRel') + 0.4);
  });
});

describe.skipIf(!tools.synthetic)('a synthetic voice', () => {
  it.each([
    ['a man', ['-v', 'en-us', '-s', '155', '-p', '40'], 70, 125],
    ['a woman', ['-v', 'en-us+f2', '-s', '155', '-p', '55'], 170, 250],
  ])('of %s has a plausible pitch', (_, options, low, high) => {
    const hz = hzOf(mean(sense(frames(spoken(TEXT, options))), 'f0Abs', true));
    expect(hz).toBeGreaterThan(low);
    expect(hz).toBeLessThan(high);
  });

  it('speaking faster has a higher rate', () => {
    const slow = sense(frames(spoken(TEXT, ['-v', 'en-us', '-s', '120'])));
    const fast = sense(frames(spoken(TEXT, ['-v', 'en-us', '-s', '220'])));
    expect(mean(fast.slice(30), 'rateRel')).toBeGreaterThan(mean(slow.slice(30), 'rateRel') + 0.3);
  });

  it('that whispers is heard, without a pitch', () => {
    const segments = sense(frames(spoken(TEXT, ['-v', 'en-us+whisper', '-s', '150'])));
    expect(segments.reduce((sum, segment) => sum + feature(segment, 'active'), 0) / segments.length).toBeGreaterThan(
      0.6,
    );
    expect(mean(segments, 'voiced')).toBeLessThan(0.1);
  });

  it('keeps its pitch and activity in noise', () => {
    const sound = spoken(TEXT, ['-v', 'en-us+f2', '-s', '155']);
    const noise = whiteNoise(Math.ceil(sound.length / 16_000), 0.01);
    const noisy = sense(frames(sound.map((x, i) => x + noise[i])));
    const clean = sense(frames(sound));
    expect(Math.abs(mean(noisy, 'f0Abs', true) - mean(clean, 'f0Abs', true))).toBeLessThan(0.08);
    expect(mean(noisy, 'quality')).toBeLessThan(mean(clean, 'quality'));
  });
});
