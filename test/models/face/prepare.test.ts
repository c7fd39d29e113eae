import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareFaceModels } from '../../../models/index.ts';

const modelsDir = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');

describe('preparing the face models', () => {
  let cacheDir: string;
  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'undertone-face-'));
  });
  afterEach(() => rm(cacheDir, { recursive: true, force: true }));

  it('converts all nets once and leaves nothing else behind', async () => {
    const paths = await prepareFaceModels({ cacheDir });
    const names = Object.values(paths).map((path) => basename(path));
    expect(new Set(await readdir(join(cacheDir, 'face')))).toEqual(new Set(names));
    const before = await stat(paths.mesh);
    expect(await prepareFaceModels({ cacheDir })).toEqual(paths);
    expect((await stat(paths.mesh)).ino).toBe(before.ino);
  });

  it('rebuilds a file that was damaged, and only that one', async () => {
    const paths = await prepareFaceModels({ cacheDir });
    const whole = await readFile(paths.expression);
    const untouched = await stat(paths.mesh);
    await writeFile(paths.expression, whole.subarray(0, 1000));
    await prepareFaceModels({ cacheDir });
    expect(whole.equals(await readFile(paths.expression))).toBe(true);
    expect((await stat(paths.mesh)).ino).toBe(untouched.ino);
  });

  it('may run several times at once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => prepareFaceModels({ cacheDir })));
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(await readdir(join(cacheDir, 'face'))).toHaveLength(4);
  });

  it('names the file that is not the one it was checked with, and says what to do', async () => {
    const sourceDir = join(cacheDir, 'source');
    await cp(modelsDir, sourceDir, { recursive: true });
    await writeFile(join(sourceDir, 'facemesh.bin'), 'not a model');
    const failure = prepareFaceModels({ cacheDir, sourceDir });
    await expect(failure).rejects.toMatchObject({ code: 'face-source-changed' });
    await expect(failure).rejects.toThrow(/facemesh\.bin.*npm ci/s);
  });

  it('names the file that is missing', async () => {
    const failure = prepareFaceModels({ cacheDir, sourceDir: join(cacheDir, 'nowhere') });
    await expect(failure).rejects.toMatchObject({ code: 'face-source-missing' });
    await expect(failure).rejects.toThrow(/blazeface\.json/);
  });

  it('says so when the cache cannot be written', async () => {
    const file = join(cacheDir, 'a-file');
    await writeFile(file, '');
    await expect(prepareFaceModels({ cacheDir: file })).rejects.toMatchObject({ code: 'face-cache' });
  });
});
