import { describe, expect, it } from 'vitest';
import type { AudioFrame, VoiceSegment } from '../../../../pipeline/types.ts';
import { VOICE_WIDTH } from '../../../../pipeline/sense/voice/voice-features.ts';
import { VoiceSense } from '../../../../pipeline/sense/voice/voice-sense.ts';
import { babble, concat, feature, frames, mean, pulseTrain, sense, tone, whiteNoise } from './signals.ts';

const activeShare = (segments: readonly VoiceSegment[]): number =>
  segments.reduce((sum, segment) => sum + feature(segment, 'active'), 0) / segments.length;
const rows = (segments: readonly VoiceSegment[]): number[][] => segments.map((segment) => [...segment.features]);
const isZero = (segment: VoiceSegment): boolean => segment.features.every((value) => value === 0);

describe('segments', () => {
  it('lie on multiples of 100 ms of the capture clock, five to a hop, and are as wide as the contract', () => {
    const segments = sense(frames(babble(120, 1.2), { startUs: 5_037_500 }));
    expect(segments.map((segment) => segment.startUs)).toEqual(
      Array.from({ length: segments.length }, (_, i) => 5_000_000 + i * 100_000),
    );
    expect(segments.every((segment) => segment.endUs - segment.startUs === 100_000)).toBe(true);
    expect(segments.every((segment) => segment.features.length === VOICE_WIDTH)).toBe(true);
  });

  it('are complete with their last sample', () => {
    const voice = new VoiceSense();
    const [first] = frames(babble(120, 0.1), { frameMs: 100 });
    expect(voice.push({ ...first, samples: first.samples.subarray(0, 1599) })).toEqual([]);
    const last = { ...first, captureUs: first.captureUs + 99_938, samples: first.samples.subarray(1599) };
    expect(voice.push(last)).toHaveLength(1);
  });

  it('are the same for frames of 10, 20 and 60 ms, odd lengths and single samples', () => {
    const sound = babble(140, 0.6);
    const whole = rows(sense(frames(sound)));
    for (const frameMs of [10, 60, 7.3, 0.0625]) expect(rows(sense(frames(sound, { frameMs })))).toEqual(whole);
  });

  it('carry when their newest sample was decoded and sensed', () => {
    const [segment] = sense(frames(babble(120, 0.1)));
    expect(segment).toMatchObject({ decodedMs: 1, sensedMs: 2 });
  });

  it('hold no number that is not finite or beyond its bounds', () => {
    const wild = concat(babble(120, 1, 30), new Float32Array(3000), whiteNoise(1, 3), tone(100, 1, 1));
    for (const row of rows(sense(frames(wild)))) {
      expect(row.every((value) => Number.isFinite(value) && Math.abs(value) <= 4)).toBe(true);
    }
  });
});

describe('voice activity', () => {
  it.each([90, 120, 200, 300])('hears a voice at %i Hz', (hz) => {
    expect(activeShare(sense(frames(babble(hz, 2))))).toBeGreaterThan(0.8);
  });

  it('hears it in noise 10 dB below', () => {
    const noise = whiteNoise(5, 0.02);
    const voice = babble(120, 3);
    const segments = sense(frames(noise.map((x, i) => x + (i >= 32_000 ? voice[i - 32_000] : 0))));
    expect(activeShare(segments.slice(0, 20))).toBe(0);
    expect(activeShare(segments.slice(21))).toBeGreaterThan(0.7);
  });

  it.each([
    ['silence', new Float64Array(48_000)],
    ['white noise', whiteNoise(4, 0.1)],
    ['faint noise', whiteNoise(4, 0.002)],
    ['a tone', tone(440, 4)],
    ['a whistle', tone(1800, 4)],
  ])('is not deceived by %s', (_, sound) => {
    expect(activeShare(sense(frames(sound)))).toBeLessThan(0.02);
  });

  it('gives up on a steady buzz within half a second', () => {
    const segments = sense(frames(pulseTrain(100, 4)));
    expect(activeShare(segments.slice(5))).toBe(0);
  });

  it('counts the pause since the voice ended', () => {
    const segments = sense(frames(concat(babble(120, 1), new Float32Array(48_000))));
    expect(feature(segments[5], 'pause')).toBe(0);
    expect(feature(segments[29], 'pause')).toBeCloseTo(2 / 5, 1);
  });

  it('calls a track of zeros silent, and a quiet room not', () => {
    expect(sense(frames(new Float64Array(16_000))).every(({ state }) => state === 'silent')).toBe(true);
    expect(
      sense(frames(whiteNoise(1, 0.001)))
        .slice(1)
        .every(({ state }) => state === 'ok'),
    ).toBe(true);
  });
});

describe('features', () => {
  it('give the pitch of the voice in semitones', () => {
    const truth = (12 * Math.log2(180 / 27.5) - 32) / 12;
    expect(mean(sense(frames(babble(180, 3))), 'f0Abs', true)).toBeCloseTo(truth, 1);
  });

  it('give the slope of a gliding pitch', () => {
    const glide = pulseTrain(120, 1, { bend: (s) => 10 * s, noiseDb: 25 });
    const voice = glide.map((x, i) => x * (1 + 0.5 * Math.sin(i / 600)));
    expect(mean(sense(frames(voice)).slice(2), 'f0Slope', true)).toBeCloseTo(10 / 20, 1);
  });

  it('give the level in dBFS', () => {
    const loud = mean(sense(frames(babble(120, 3))), 'loudnessAbs');
    const soft = mean(sense(frames(babble(120, 3, 0.5))), 'loudnessAbs');
    expect(loud - soft).toBeCloseTo(6 / 20, 1);
  });

  it('count five syllables a second', () => {
    const segments = sense(frames(babble(120, 6)));
    // rateRel is per second over two, from a prior of 4.6 that the voice itself then replaces: compare early ones.
    expect(feature(segments[14], 'rateRel')).toBeGreaterThan(0);
    expect(feature(segments[14], 'rateRel')).toBeLessThan(0.6);
  });

  it('are zero where nobody speaks, but the row is valid', () => {
    const [, segment] = sense(frames(whiteNoise(0.3, 0.001)));
    for (const name of ['loudnessAbs', 'loudnessRel', 'f0Abs', 'f0Rel', 'hnrAbs', 'alphaRel', 'mfcc1Rel', 'jitter']) {
      expect(feature(segment, name)).toBe(0);
    }
    expect(feature(segment, 'valid')).toBe(1);
  });
});

describe('the own baseline', () => {
  it.each([100, 220])('finds a voice at %i Hz usual after two seconds, having begun between the sexes', (hz) => {
    const segments = sense(frames(babble(hz, 6)));
    expect(Math.abs(feature(segments[2], 'f0Rel'))).toBeGreaterThan(0.4);
    expect(Math.abs(mean(segments.slice(20), 'f0Rel', true))).toBeLessThan(0.25);
  });

  it('grows with the seconds of own voice, not with silence', () => {
    const segments = sense(frames(concat(babble(120, 5), new Float32Array(80_000))));
    expect(feature(segments[0], 'ownness')).toBeLessThan(0.05);
    expect(feature(segments[49], 'ownness')).toBeCloseTo(0.5, 1);
    expect(feature(segments[99], 'ownness')).toBe(feature(segments[55], 'ownness'));
  });

  it('shows a raised and louder voice, and does not swallow it', () => {
    const calm = babble(120, 12);
    const excited = babble(190, 6, 2.5);
    const segments = sense(frames(concat(calm, excited)));
    const after = segments.slice(125);
    expect(mean(after, 'f0Rel', true)).toBeGreaterThan(0.8);
    expect(mean(after, 'loudnessRel')).toBeGreaterThan(0.4);
    expect(mean(after.slice(-20), 'f0Rel', true)).toBeGreaterThan(0.8 * mean(after.slice(0, 20), 'f0Rel', true));
  });

  it('stands still while others say that the person is not neutral', () => {
    const voice = new VoiceSense();
    voice.setNeutral(false);
    const frozen = sense(frames(babble(100, 5)), voice);
    expect(feature(frozen[49], 'ownness')).toBe(0);
    expect(mean(frozen.slice(30), 'f0Rel', true)).toBeLessThan(-1);
  });

  it('is forgotten with the person', () => {
    const voice = new VoiceSense({ nowMs: () => 2 });
    sense(frames(babble(100, 5)), voice);
    voice.reset();
    const next = concat(new Float32Array(8000), babble(200, 1));
    const again = sense(frames(next, { startUs: 11_000_000 }), voice);
    expect(rows(again)).toEqual(rows(sense(frames(next, { startUs: 11_000_000 }))));
  });
});

describe('what is no evidence', () => {
  const sound = babble(120, 2);
  const part = (from: number, to: number, state: AudioFrame['state'] = 'ok'): AudioFrame[] =>
    frames(sound, { state }).slice(from * 5, to * 5);

  it('concealed audio gives rows of zeros, called lost', () => {
    const segments = sense([...part(0, 10), ...part(10, 14, 'concealed'), ...part(14, 20)]);
    expect(segments.slice(10, 14).every(isZero)).toBe(true);
    expect(segments.slice(10, 14).map(({ state }) => state)).toEqual(['lost', 'lost', 'lost', 'lost']);
    expect(feature(segments[16], 'valid')).toBe(1);
  });

  it('one concealed packet lowers the trust in its segment', () => {
    const input = part(0, 20);
    input[62] = { ...input[62], state: 'concealed' };
    const segments = sense(input);
    expect(feature(segments[12], 'valid')).toBe(1);
    expect(feature(segments[12], 'quality')).toBeLessThan(0.9 * feature(segments[9], 'quality'));
  });

  it('whatever concealed audio sounds like changes nothing', () => {
    const scream = frames(babble(400, 2, 5), { state: 'concealed' }).slice(50, 70);
    const hush = scream.map((frame) => ({ ...frame, samples: new Float32Array(frame.samples.length) }));
    expect(rows(sense([...part(0, 10), ...scream, ...part(14, 20)]))).toEqual(
      rows(sense([...part(0, 10), ...hush, ...part(14, 20)])),
    );
  });

  it('comfort silence is valid silence', () => {
    const segments = sense([...part(0, 10), ...part(10, 15, 'dtx')]).slice(10);
    expect(segments.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'silent'));
    expect(segments.every((segment) => feature(segment, 'valid') === 1 && feature(segment, 'active') === 0)).toBe(true);
    expect(feature(segments[4], 'pause')).toBeGreaterThan(0.05);
  });

  it('a hole in the stream becomes explicit missing segments', () => {
    const voice = new VoiceSense();
    const segments = sense([...part(0, 5), ...part(9, 14)], voice);
    expect(segments).toHaveLength(14);
    expect(segments.map((segment) => feature(segment, 'valid')).join('')).toBe('11111000011111');
    expect(voice.counts.missingSamples).toBe(6400);
  });

  it('a pause of more than a second is left to the window, and the silence goes on being counted', () => {
    const voice = new VoiceSense();
    const later = frames(new Float32Array(4800), { startUs: 8_000_000 });
    const segments = sense([...part(0, 10), ...later], voice);
    expect(segments.map(({ startUs }) => startUs / 1e6).slice(9)).toEqual([5.9, 8, 8.1, 8.2]);
    expect(feature(segments[10], 'pause')).toBeGreaterThan(0.35);
  });

  it('clipping and noise lower the quality', () => {
    const clipped = babble(120, 2, 40).map((x) => Math.max(-1, Math.min(1, x)));
    const noise = whiteNoise(4, 0.05);
    const noisy = noise.map((x, i) => x + (i > 32_000 ? sound[i - 32_000] : 0));
    const clean = mean(sense(frames(sound)).slice(5), 'quality');
    expect(mean(sense(frames(clipped)).slice(5), 'quality')).toBeLessThan(0.5 * clean);
    expect(mean(sense(frames(noisy)).slice(25), 'quality')).toBeLessThan(0.7 * clean);
  });
});

describe('the clock', () => {
  it('that jumps an hour ahead begins a new grid instead of an hour of gaps', () => {
    const voice = new VoiceSense();
    const segments = sense(
      [...frames(babble(120, 0.5)), ...frames(babble(120, 0.5), { startUs: 3_605_000_000 })],
      voice,
    );
    expect(segments.map(({ startUs }) => startUs / 1e6)).toEqual([
      5, 5.1, 5.2, 5.3, 5.4, 3605, 3605.1, 3605.2, 3605.3, 3605.4,
    ]);
    expect(voice.counts.clockJumps).toBe(1);
  });

  it('may begin before zero, as the audio of files does', () => {
    const sound = babble(120, 0.5);
    const segments = sense(frames(sound, { startUs: -100_000 }));
    expect(segments.map(({ startUs }) => startUs / 1e5)).toEqual([-1, 0, 1, 2, 3]);
    expect(sense(frames(sound, { startUs: -21_000 })).map(({ startUs }) => startUs / 1e5)).toEqual([-1, 0, 1, 2, 3]);
    expect(rows(segments)).toEqual(rows(sense(frames(sound))));
  });

  it('that jumps back begins anew', () => {
    const segments = sense([...frames(babble(120, 0.3)), ...frames(babble(120, 0.3), { startUs: 1_000_000 })]);
    expect(segments.map(({ startUs }) => startUs / 1e6)).toEqual([5, 5.1, 5.2, 1, 1.1, 1.2]);
  });

  it('that is slewed by 200 ppm neither gains nor loses a segment, nor marks a gap', () => {
    const voice = new VoiceSense();
    const input = frames(babble(120, 20)).map((frame) => ({
      ...frame,
      captureUs: 5_000_000 + Math.round((frame.captureUs - 5_000_000) * 1.0002),
    }));
    const segments = sense(input, voice);
    expect(segments.every((segment, i) => segment.startUs === 5_000_000 + i * 100_000)).toBe(true);
    expect(segments).toHaveLength(200);
    expect(voice.counts).toMatchObject({ missingSamples: 0, lateSamples: 0, clockJumps: 0 });
  });

  it('of a doubled packet skips what it has had', () => {
    const voice = new VoiceSense();
    const input = frames(babble(120, 1), { frameMs: 60 });
    const doubled = [...input.slice(0, 8), input[7], ...input.slice(8)];
    expect(rows(sense(doubled, voice))).toEqual(rows(sense(input)));
    expect(voice.counts.lateSamples).toBe(960);
  });
});
