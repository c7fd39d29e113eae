import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIP_RATE_HZ } from '../../../bench/latency/clip.ts';
import { readClipFile } from '../../../bench/latency/clip-file.ts';
import { loadClip, restingClip } from '../../../bench/latency/load-clip.ts';
import { drawnStill } from '../../../bench/latency/made-clip.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clip-'));
  await writeFile(join(folder, 'grey.bmp'), bitmap(65, 49, 180));
  await writeFile(
    join(folder, 'tone.wav'),
    wave(CLIP_RATE_HZ, (index) => 8000 * Math.sin(index / 10)),
  );
  await writeFile(
    join(folder, 'silence.wav'),
    wave(CLIP_RATE_HZ, () => 0),
  );
  await writeFile(join(folder, 'words.mp4'), 'not a film');
});

afterAll(() => rm(folder, { recursive: true }));

/** An uncompressed picture of one shade. */
function bitmap(width: number, height: number, shade: number): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const head = Buffer.alloc(54);
  head.write('BM');
  head.writeUInt32LE(54 + rowBytes * height, 2);
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, Buffer.alloc(rowBytes * height, shade)]);
}

/** One second of 16-bit mono sound. */
function wave(rateHz: number, sample: (index: number) => number): Buffer {
  const data = Buffer.alloc(rateHz * 2);
  for (let index = 0; index < rateHz; index++) data.writeInt16LE(Math.round(sample(index)), index * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(rateHz * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

describe('what a caller plays', () => {
  it('reads a picture as one picture with even sides, and sound at the rate of the clip', async () => {
    const still = await readClipFile(join(folder, 'grey.bmp'));
    expect(still.pictures).toHaveLength(1);
    expect(still.pictures[0]?.picture).toMatchObject({ width: 64, height: 48 });
    expect(still.pictures[0]?.picture.data).toHaveLength(64 * 48 * 1.5);
    const sound = await readClipFile(join(folder, 'tone.wav'));
    expect(sound.samples.length / CLIP_RATE_HZ).toBeCloseTo(1, 1);
    expect(sound.samples.reduce((most, value) => Math.max(most, value), 0)).toBeGreaterThan(7000);
  });

  it('sways a still picture, lets the voice pause, and says what it is', async () => {
    const clip = await loadClip({ media: join(folder, 'grey.bmp'), voice: join(folder, 'tone.wav') });
    expect(clip.title).toBe('grey.bmp with tone.wav');
    expect(clip.pictures.length).toBeGreaterThan(100);
    expect(clip.samples.length / CLIP_RATE_HZ).toBeCloseTo(1.6, 1);
  });

  it('never calls silence a voice, and always has something to show and to say', async () => {
    const clip = await loadClip({ media: join(folder, 'grey.bmp'), voice: join(folder, 'silence.wav') });
    expect(clip.title).toBe('grey.bmp with a synthetic buzz (no words)');
    expect(clip.samples.some((sample) => Math.abs(sample) > 1000)).toBe(true);
    const spoken = await loadClip({ media: join(folder, 'tone.wav') });
    expect(spoken.title).toBe('a drawn disc (no face) with tone.wav');
    expect(spoken.pictures.length).toBeGreaterThan(100);
  });

  it('lets the same person rest: the first picture with the noise of a camera, the same in every run, and silence', async () => {
    const clip = await loadClip({ media: join(folder, 'grey.bmp'), voice: join(folder, 'tone.wav') });
    const resting = restingClip(clip);
    expect(resting.title).toMatch(/^grey\.bmp, still/);
    expect(resting.samples.some((sample) => sample !== 0)).toBe(false);
    const still = clip.pictures[0]?.picture ?? drawnStill();
    const [first, second] = resting.pictures.map(({ picture }) => picture);
    const luma = still.width * still.height;
    const off = Array.from({ length: luma }, (_, at) => (first?.data[at] ?? 0) - (still.data[at] ?? 0));
    expect(Math.abs(off.reduce((sum, level) => sum + level, 0) / luma)).toBeLessThan(0.2);
    expect(Math.sqrt(off.reduce((sum, level) => sum + level * level, 0) / luma)).toBeCloseTo(1.5, 0);
    expect(second?.data).not.toEqual(first?.data);
    expect(restingClip(clip).pictures[1]?.picture.data).toEqual(second?.data);
  });

  it('refuses what is no media, in words', async () => {
    await expect(readClipFile(join(folder, 'words.mp4'))).rejects.toMatchObject({ code: 'media-unreadable' });
    await expect(readClipFile(join(folder, 'none.mp4'))).rejects.toMatchObject({ code: 'media-unreadable' });
  });
});
