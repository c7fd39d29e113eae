import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MediaFileError, openMediaFile } from '../../../pipeline/media-file/index.ts';
import type { MediaFile, MediaFileOptions, MediaFrame } from '../../../pipeline/media-file/index.ts';
import type { VideoFrame } from '../../../pipeline/index.ts';
import { writeClip } from './clip-writer.ts';
import type { Clip, ClipVideo } from './clip-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'undertone-media-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const regular = (count: number, perSecond: number): number[] =>
  Array.from({ length: count }, (_, i) => (i * 1000) / perSecond);
const picture: ClipVideo = { codec: 'h264', width: 320, height: 180, timesMs: regular(60, 30) };
const sound = { codec: 'aac', rateHz: 44_100, channels: 2, seconds: 2 } as const;

async function readAll(file: MediaFile): Promise<MediaFrame[]> {
  const items: MediaFrame[] = [];
  for await (const item of file.frames()) items.push(item);
  return items;
}

async function read(path: string, options?: MediaFileOptions) {
  const file = await openMediaFile(path, options);
  const items = await readAll(file);
  const sounds = items.flatMap((item) => (item.kind === 'audio' ? [item.frame] : []));
  const pictures = items.flatMap((item) => (item.kind === 'video' ? [item.frame] : []));
  await file.close();
  return { file, items, sounds, pictures };
}

const write = (name: string, clip: Clip): string => writeClip(at(name), clip);

function loudness(samples: readonly Float32Array[]): number {
  let sum = 0;
  let count = 0;
  for (const piece of samples) for (const sample of piece) sum += sample * sample;
  for (const piece of samples) count += piece.length;
  return Math.sqrt(sum / count);
}

function upwardCrossings(samples: readonly Float32Array[]): number {
  const all = samples.flatMap((piece) => [...piece]);
  return all.filter((sample, i) => i > 0 && sample >= 0 && all[i - 1] < 0).length;
}

const luma = (frame: VideoFrame, [x, y]: readonly [number, number]): number => frame.y[y * frame.yStride + x];
const isNear = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 16;

describe('openMediaFile', () => {
  it.each([
    ['an mp4', 'a.mp4', { video: picture, audio: sound }],
    ['a webm', 'a.webm', { video: { ...picture, codec: 'vp8' }, audio: { ...sound, codec: 'vorbis' } }],
    ['an mp4 whose sound comes after all its pictures', 'b.mp4', { video: picture, audio: sound, interleaved: false }],
  ] satisfies [string, string, Clip][])(
    'reads %s in order of capture, six pictures a second and 20 ms of sound',
    async (_, name, clip) => {
      const { file, items, sounds, pictures } = await read(write(name, clip));
      expect(file).toMatchObject({ hasAudio: true, hasVideo: true, progress: 1, warnings: [] });
      expect(Math.abs((file.durationMs ?? 0) - 2000)).toBeLessThan(50);
      const times = items.map((item) => item.frame.captureUs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(pictures).toHaveLength(12);
      pictures.forEach(({ captureUs }, i) => expect(Math.abs(captureUs - (i * 1e6) / 6)).toBeLessThan(2000));
      expect(sounds.slice(0, 99).every(({ samples }) => samples.length === 320)).toBe(true);
      expect(Math.abs(sounds.length - 100)).toBeLessThanOrEqual(3);
      expect(loudness(sounds.map(({ samples }) => samples))).toBeCloseTo(0.5 / Math.SQRT2, 1);
    },
  );

  it.each([
    [8000, 1, 'pcm', 'wav'],
    [11_025, 1, 'pcm', 'wav'],
    [11_025, 2, 'pcm', 'wav'],
    [44_100, 2, 'pcm', 'wav'],
    [48_000, 6, 'pcm', 'wav'],
    [44_100, 1, 'mp3', 'mp3'],
    [22_050, 2, 'vorbis', 'ogg'],
  ] as const)(
    'hears %i Hz on %i channels of %s in %s at its pitch, length and loudness',
    async (rateHz, channels, codec, ending) => {
      const path = write(`${rateHz}-${channels}.${ending}`, { audio: { codec, rateHz, channels, seconds: 2 } });
      const { file, sounds, pictures } = await read(path);
      expect(file).toMatchObject({ hasAudio: true, hasVideo: false });
      expect(pictures).toEqual([]);
      const samples = sounds.map((frame) => frame.samples);
      const seconds = samples.reduce((sum, { length }) => sum + length, 0) / 16_000;
      expect(Math.abs(seconds - 2)).toBeLessThan(0.07);
      expect(Math.abs(upwardCrossings(samples) / seconds - 440)).toBeLessThan(8);
      expect(Math.abs(loudness(samples) - 0.5 / Math.SQRT2)).toBeLessThan(0.03);
    },
  );

  it('places a sound where it is in the file, to a few milliseconds', async () => {
    const amplitudeAt = (second: number) => (second < 1.2 ? 0 : 0.5);
    const { sounds } = await read(write('onset.wav', { audio: { ...sound, codec: 'pcm', amplitudeAt } }));
    const onset = sounds.find(({ samples }) => samples.some((sample) => Math.abs(sample) > 0.1));
    const within = onset?.samples.findIndex((sample) => Math.abs(sample) > 0.1) ?? 0;
    expect(Math.abs((onset?.captureUs ?? 0) + within * 62.5 - 1_200_000)).toBeLessThan(4000);
  });

  it('follows the times of pictures that come at no regular rate', async () => {
    const timesMs = [0, 10, 20, 400, 410, 900, 1900, 1950, 2400];
    const { pictures } = await read(write('vfr.mp4', { video: { ...picture, timesMs } }));
    expect(pictures.map(({ captureUs }) => captureUs / 1000)).toEqual([0, 400, 900, 1900, 2400]);
    const every = await read(at('vfr.mp4'), { sampleIntervalUs: 0 });
    expect(every.pictures.map(({ captureUs }) => captureUs / 1000)).toEqual(timesMs);
  });

  it.each([
    [undefined, 320, 180, [20, 100], [300, 100]],
    [90, 180, 320, [100, 20], [100, 300]],
    [180, 320, 180, [300, 100], [20, 100]],
    [270, 180, 320, [100, 300], [100, 20]],
  ] as const)(
    'shows a picture upright that a phone took turned by %s degrees',
    async (turnDegrees, width, height, dark, bright) => {
      const video = turnDegrees === undefined ? picture : { ...picture, turnDegrees };
      const { pictures } = await read(write(`turned-${turnDegrees ?? 0}.mp4`, { video }));
      const [first] = pictures;
      expect(first).toMatchObject({ width, height, yStride: width, uvStride: width / 2 });
      expect(isNear(luma(first, dark), 40)).toBe(true);
      expect(isNear(luma(first, bright), 200)).toBe(true);
    },
  );

  it('scales big pictures down to 640 on the longest side', async () => {
    const video = { ...picture, width: 1280, height: 1024, timesMs: [0, 500] };
    const { pictures } = await read(write('big.mp4', { video }));
    expect(pictures[0]).toMatchObject({ width: 640, height: 512 });
    expect(pictures[0].y).toHaveLength(640 * 512);
    expect(isNear(luma(pictures[0], [600, 300]), 200)).toBe(true);
  });

  it.each(['png', 'jpeg'] as const)('holds a %s picture for three seconds', async (codec) => {
    const path = write(`still.${codec === 'png' ? 'png' : 'jpg'}`, { video: { ...picture, codec, timesMs: [0] } });
    const { file, pictures, sounds } = await read(path);
    expect(file).toMatchObject({ durationMs: 3000, hasAudio: false, hasVideo: true });
    expect(sounds).toEqual([]);
    expect(pictures).toHaveLength(18);
    expect(pictures[17].captureUs).toBe(2_833_333);
    expect(isNear(luma(pictures[17], [300, 100]), 188)).toBe(true);
  });

  it('reads what is there of an mp4 that was copied in part, and says so', async () => {
    const path = write('part.mp4', {
      video: { ...picture, timesMs: regular(150, 30) },
      audio: { ...sound, seconds: 5 },
      options: { movflags: 'faststart' },
    });
    truncateSync(path, Math.floor(readFileSync(path).length * 0.6));
    const { file, pictures, sounds } = await read(path);
    expect(pictures.length).toBeGreaterThan(6);
    expect(sounds.length).toBeGreaterThan(40);
    expect(file.warnings).toMatchObject([{ code: 'truncated', message: expect.stringMatching(/only .* of 5\.\d s/) }]);
  });

  it('goes on over damage in the middle and counts it', async () => {
    const path = write('damaged.mp4', {
      video: { ...picture, timesMs: regular(90, 30) },
      audio: { ...sound, seconds: 3 },
    });
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4000, 9000);
    writeFileSync(path, bytes);
    const { file, sounds } = await read(path);
    expect(sounds.at(-1)?.captureUs).toBeGreaterThan(2_900_000);
    expect(file.warnings.map(({ code }) => code)).toEqual(['damaged']);
  });

  it.each([
    ['a missing file', 'missing.mp4', undefined, 'not-found', /Check the path/],
    ['an empty file', 'empty.mp4', '', 'empty', /0 bytes/],
    ['text named .mp4', 'text.mp4', 'Dear diary,\n', 'not-media', /is a text file\. Use mp4/],
    ['a playlist that names other files', 'list.mp4', '#EXTM3U\n#EXTINF:4\n/etc/hostname\n', 'not-media', /Use mp4/],
    ['noise', 'noise.webm', Buffer.from(regular(4000, 7).map((x) => (x * 31) & 0xff)), 'not-media', /not a media file/],
  ])('refuses %s with words for people', async (_, name, content, code, words) => {
    if (content !== undefined) writeFileSync(at(name), content);
    const error: unknown = await openMediaFile(at(name)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(MediaFileError);
    expect(error).toMatchObject({ code, path: at(name), message: expect.stringMatching(words) });
  });

  it('refuses a folder, and an mp4 that was cut off before its index, each with its own words', async () => {
    await expect(openMediaFile(folder)).rejects.toMatchObject({
      code: 'not-a-file',
      message: expect.stringMatching(/is a folder/),
    });
    const path = write('no-index.mp4', { video: picture });
    truncateSync(path, Math.floor(readFileSync(path).length * 0.5));
    await expect(openMediaFile(path)).rejects.toMatchObject({
      code: 'cut-off',
      message: expect.stringMatching(/Repair it/),
    });
  });

  it('says so when a picture is too damaged to show anything', async () => {
    const path = write('broken.jpg', { video: { ...picture, codec: 'jpeg', timesMs: [0] } });
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(400, 0x55)]));
    const reading = openMediaFile(path).then(readAll);
    await expect(reading).rejects.toMatchObject({
      name: 'MediaFileError',
      message: expect.stringMatching(/Convert it/),
    });
  });

  it('stops when told, leaves nothing open when the receiver stops, and can be read again', async () => {
    const file = await openMediaFile(write('again.mp4', { video: picture, audio: sound }));
    const controller = new AbortController();
    const seen: MediaFrame[] = [];
    const reading = (async () => {
      for await (const item of file.frames(controller.signal)) {
        seen.push(item);
        if (seen.length === 5) controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    for await (const item of file.frames()) if (item.kind === 'video') break;
    expect((await readAll(file)).length).toBeGreaterThan(100);
    await file.close();
    await file.close();
  });

  it('ends a reading under way when it is closed', async () => {
    const file = await openMediaFile(write('closed.mp4', { video: picture, audio: sound }));
    let count = 0;
    for await (const item of file.frames()) {
      count += item.kind === 'audio' ? 1 : 0;
      if (count === 3) await file.close();
    }
    expect(count).toBeLessThan(10);
  });
});

const realClip = new URL('../../../../shared/media/tears-to-laughter.mp4', import.meta.url);
const hasRealClip = existsSync(realClip);
if (!hasRealClip) console.warn('Skipped: the real clip ../shared/media/tears-to-laughter.mp4 is not here.');

describe('a real clip', () => {
  it.skipIf(!hasRealClip)('gives its 19.7 seconds, 118 pictures of 640x360', async () => {
    const { file, sounds, pictures } = await read(realClip.pathname);
    expect(file.warnings).toEqual([]);
    expect(sounds).toHaveLength(985);
    expect(pictures).toHaveLength(118);
    expect(pictures[0]).toMatchObject({ width: 640, height: 360 });
  });
});
