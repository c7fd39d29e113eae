import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Trace, writeTrace } from '../../../bench/trace/trace-command.ts';
import { FEATURES } from '../../../models/index.ts';
import { writeClip } from '../../pipeline/media-file/clip-writer.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trace-'));
});
afterAll(() => rm(dir, { recursive: true }));
const { signal } = new AbortController();

it('holds a row of every hop as the model is given it: sound is measured, a picture without a face is not', async () => {
  const clip = join(dir, 'clip.mp4');
  const timesMs = Array.from({ length: 24 }, (_, i) => (i * 1000) / 12);
  writeClip(clip, {
    video: { codec: 'h264', width: 160, height: 120, timesMs },
    audio: { codec: 'aac', rateHz: 48_000, channels: 1, seconds: 2 },
  });
  const path = await writeTrace(clip, join(dir, 'out'), signal);
  const trace = JSON.parse(await readFile(path, 'utf8')) as Trace;
  expect(await readdir(join(dir, 'out'))).toEqual(['clip.json']);
  expect([trace.featuresVersion, trace.hopMs]).toEqual([FEATURES.version, FEATURES.hopMs]);
  const faceWidth = FEATURES.face.framesPerHop * FEATURES.face.features.length;
  const voiceWidth = FEATURES.voice.segmentsPerHop * FEATURES.voice.features.length;
  expect(trace.face.length).toBeGreaterThanOrEqual(4);
  expect(new Set(trace.face.map((row) => row.length))).toEqual(new Set([faceWidth]));
  expect(new Set(trace.voice.map((row) => row.length))).toEqual(new Set([voiceWidth]));
  expect(trace.face.flat().every((value) => value === 0)).toBe(true);
  const valid = FEATURES.voice.features.indexOf('valid');
  expect(trace.voice[1]?.[valid]).toBe(1);
});

it('says of a file that is no media file what is wrong with it, and leaves nothing behind', async () => {
  const text = join(dir, 'text.mp4');
  await writeFile(text, 'not a film');
  await expect(writeTrace(text, join(dir, 'none'), signal)).rejects.toThrow(/text\.mp4/);
  await expect(readdir(join(dir, 'none'))).rejects.toThrow('ENOENT');
});
