import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUILD_PACKAGES, buildWorker } from '../../../sfu/mediasoup/worker-build.ts';

const canConfigure = ['cmake', 'ninja', 'c++'].every((tool) => spawnSync(tool, ['--version']).status === 0);
if (!canConfigure) console.warn(`SKIPPED: no CMake, Ninja or C++ compiler; apt-get install ${BUILD_PACKAGES}.`);

describe('building the mediasoup worker', () => {
  let dir = '';
  const before = process.env['TMPDIR'];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'worker-build-'));
    process.env['TMPDIR'] = dir;
  });

  afterEach(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(dir, { recursive: true });
  });

  it.skipIf(!canConfigure)('says in one line why CMake refused, and keeps no program', async () => {
    const target = join(dir, 'cache', 'mediasoup-worker');
    let tried = 0;
    const accept = (): Promise<void> => {
      tried++;
      return Promise.resolve();
    };
    await expect(buildWorker('/nowhere', target, accept)).rejects.toMatchObject({
      code: 'worker-build',
      message: expect.stringMatching(
        /^[^\n]*failed \(WORKER_SOURCE \(\/nowhere\/worker\) is not the worker folder of the mediasoup package\); .*build\.log says more[^\n]*$/,
      ) as string,
    });
    expect(tried).toBe(0);
    expect(existsSync(target)).toBe(false);
  });
});
