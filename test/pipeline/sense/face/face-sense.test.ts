import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceNets, prepareFaceModels } from '../../../../models/index.ts';
import type { FaceSample, VideoFrame } from '../../../../pipeline/index.ts';
import { FaceSense } from '../../../../pipeline/sense/face/face-sense.ts';
import { FACE_FEATURES, featureIndex } from '../../../../pipeline/sense/face/feature-row.ts';
import { blank, decode, portrait, sharedClip } from './pictures.ts';

const smileClip = sharedClip('neutral-to-smile.mp4');
const tearsClip = sharedClip('tears-to-laughter.mp4');
const value = (sample: FaceSample, feature: string): number => sample.features[featureIndex(feature)];
const mean = (samples: readonly FaceSample[], feature: string): number =>
  samples.reduce((sum, sample) => sum + value(sample, feature), 0) / samples.length;
const within = (samples: readonly FaceSample[], fromS: number, toS: number): FaceSample[] =>
  samples.filter(({ captureUs }) => captureUs >= fromS * 1e6 && captureUs < toS * 1e6);
const at = (frame: VideoFrame, captureUs: number): VideoFrame => ({ ...frame, captureUs });

describe('the face sense', () => {
  let cacheDir: string;
  let nets: FaceNets;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'undertone-face-'));
    nets = await FaceNets.open(await prepareFaceModels({ cacheDir }));
  });
  afterAll(async () => {
    await nets.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  async function sense(frames: readonly VideoFrame[]): Promise<FaceSample[]> {
    const face = new FaceSense(nets);
    const samples: FaceSample[] = [];
    for (const frame of frames) samples.push(await face.push(frame));
    face.close();
    return samples;
  }

  it('reads a smile off a photograph, and none off a face at rest', async () => {
    const [laughing] = await sense([await portrait('laughing')]);
    const [woman] = await sense([await portrait('woman')]);
    expect([laughing.state, woman.state]).toEqual(['ok', 'ok']);
    expect(value(laughing, 'pHappy')).toBeGreaterThan(0.8);
    expect(value(laughing, 'au12')).toBeGreaterThan(0.6);
    expect(value(woman, 'pHappy')).toBeLessThan(0.6);
    expect(value(woman, 'au12')).toBeLessThan(0.2);
  });

  it('gives a finite row in the order of the contract, with its parts in range', async () => {
    const [sample] = await sense([await portrait('man')]);
    expect(sample.features).toHaveLength(FACE_FEATURES.length);
    expect(sample.features.every(Number.isFinite)).toBe(true);
    expect(
      ['pAngry', 'pDisgust', 'pFear', 'pHappy', 'pSad', 'pSurprise', 'pNeutral'].reduce(
        (sum, name) => sum + value(sample, name),
        0,
      ),
    ).toBeCloseTo(1, 3);
    expect(value(sample, 'valid')).toBe(1);
    expect(value(sample, 'quality')).toBeGreaterThan(0.6);
    expect(value(sample, 'faceScale')).toBeGreaterThan(0.5);
  });

  it('turns yaw and roll about when the picture is mirrored, and keeps the rest', async () => {
    const [plain] = await sense([await portrait('laughing')]);
    const [mirrored] = await sense([await portrait('laughing', 'hflip,scale=320:384')]);
    expect(value(plain, 'roll')).toBeGreaterThan(0.1);
    expect(value(mirrored, 'roll')).toBeCloseTo(-value(plain, 'roll'), 1);
    expect(Math.abs(value(mirrored, 'yaw') + value(plain, 'yaw'))).toBeLessThan(0.15);
    expect(Math.abs(value(mirrored, 'pitch') - value(plain, 'pitch'))).toBeLessThan(0.1);
    expect(Math.abs(value(mirrored, 'au12') - value(plain, 'au12'))).toBeLessThan(0.2);
  });

  it.each(['scale=160:192,pad=640:360:400:100', 'scale=640:768', 'scale=320:384,rotate=0.5:c=gray', 'scale=97:117'])(
    'finds the face whatever its place, size and tilt: %s',
    async (variant) => {
      const [sample] = await sense([await portrait('smiling', variant)]);
      expect(value(sample, 'valid')).toBe(1);
      expect(value(sample, 'pHappy')).toBeGreaterThan(0.6);
    },
  );

  it('measures the tilt of the head', async () => {
    const [upright] = await sense([await portrait('smiling')]);
    const [tilted] = await sense([await portrait('smiling', 'scale=320:384,rotate=0.5:c=gray')]);
    expect(value(tilted, 'roll') - value(upright, 'roll')).toBeCloseTo(0.5, 1);
  });

  it('says lost, with an empty row, for black, grey and noise, and for pictures too small to hold a face', async () => {
    const noise = blank(320, 240);
    noise.y.forEach((_, i) => (noise.y[i] = (i * 7919 + ((i * i) % 251)) % 256));
    for (const frame of [blank(640, 360), blank(640, 360, 128), noise, blank(16, 16), blank(1, 1), blank(17, 31, 90)]) {
      const [sample] = await sense([frame]);
      expect(sample.state).toBe('lost');
      expect(sample.features.every((x) => x === 0)).toBe(true);
    }
  });

  it('loses a face that leaves and finds it again when it is back', async () => {
    const face = await portrait('smiling');
    const empty = blank(320, 384, 60);
    const samples = await sense([face, at(empty, 2e5), at(face, 4e5)]);
    expect(samples.map(({ state }) => state)).toEqual(['ok', 'lost', 'ok']);
    expect(value(samples[2], 'yawVelocity')).toBe(0);
  });

  it.each(['scale=320:384,gblur=8', 'scale=40:48,pad=320:180:140:60'])(
    'calls a face poor that it hardly sees: %s',
    async (variant) => {
      const [sample] = await sense([await portrait('man', variant)]);
      expect(sample.state).toBe('poor');
      expect(value(sample, 'valid')).toBe(1);
      expect(value(sample, 'quality')).toBeLessThan(0.35);
    },
  );

  it('sees nothing of the person before once it is reset', async () => {
    const frame = await portrait('man');
    const face = new FaceSense(nets);
    const first = await face.push(frame);
    for (let i = 1; i < 12; i++) await face.push(at(frame, i * 2e5));
    face.reset();
    const again = await face.push(frame);
    expect([...again.features]).toEqual([...first.features]);
    face.close();
    face.close();
  });

  it('keeps nothing of a picture during which it was reset', async () => {
    const frame = await portrait('laughing');
    const face = new FaceSense(nets);
    const pending = face.push(frame);
    face.reset();
    expect((await pending).state).toBe('lost');
    expect([...(await face.push(frame)).features]).toEqual([...(await sense([frame]))[0].features]);
    face.close();
  });

  it('keeps several people of one worker apart', async () => {
    const frames = [await portrait('man'), await portrait('laughing')];
    const faces = frames.map(() => new FaceSense(nets));
    const together = await Promise.all(frames.map((frame, i) => faces[i].push(frame)));
    for (const [i, frame] of frames.entries())
      expect([...together[i].features]).toEqual([...(await sense([frame]))[0].features]);
  });

  it.skipIf(!smileClip)('sees the smile come, on a real clip', async () => {
    const samples = await sense(await decode(smileClip ?? '', 'fps=6,scale=640:360', 6));
    const [before, after] = [within(samples, 0, 0.45), within(samples, 0.9, 2.4)];
    expect(samples.every(({ state }) => state === 'ok')).toBe(true);
    expect(mean(before, 'pNeutral')).toBeGreaterThan(0.8);
    expect(Math.abs(mean(before, 'au12'))).toBeLessThan(0.25);
    expect(mean(after, 'pHappy')).toBeGreaterThan(0.8);
    expect(mean(after, 'rel12')).toBeGreaterThan(0.8);
    expect(mean(after, 'rel6')).toBeGreaterThan(0.3);
  });

  it.skipIf(!tearsClip)('tells tears, the hand before the face and laughter apart, on a real clip', async () => {
    const samples = await sense(await decode(tearsClip ?? '', 'fps=6,scale=640:360', 6));
    const [tears, hand, laughter] = [within(samples, 0.8, 2.6), within(samples, 4, 9), within(samples, 10.5, 18)];
    expect(mean(tears, 'pSad')).toBeGreaterThan(0.5);
    expect(mean(tears, 'au4')).toBeGreaterThan(0.4);
    expect(mean(tears, 'au43')).toBeGreaterThan(0.6);
    expect(hand.filter(({ state }) => state === 'occluded').length / hand.length).toBeGreaterThan(0.9);
    expect(mean(hand, 'quality')).toBeLessThan(0.5);
    expect(laughter.filter(({ state }) => state === 'ok').length / laughter.length).toBeGreaterThan(0.9);
    expect(mean(laughter, 'pHappy')).toBeGreaterThan(0.9);
    expect(mean(laughter, 'au12')).toBeGreaterThan(0.8);
    expect(mean(laughter, 'au25')).toBeGreaterThan(0.6);
    expect(mean(laughter, 'au4')).toBeLessThan(0.1);
    expect(samples.every(({ state }) => state !== 'lost')).toBe(true);
  });
});
