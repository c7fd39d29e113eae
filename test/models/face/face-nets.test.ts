import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceNets, type FaceModelPaths, prepareFaceModels } from '../../../models/index.ts';

describe('the face nets', () => {
  let cacheDir: string;
  let paths: FaceModelPaths;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'undertone-face-'));
    paths = await prepareFaceModels({ cacheDir });
  });
  afterAll(() => rm(cacheDir, { recursive: true, force: true }));

  it('give each of several callers the answer to its own input', async () => {
    const nets = await FaceNets.open(paths);
    const fills = [-1, 0, 1].map(
      (value) => (input: Float32Array) => input.forEach((_, i) => (input[i] = Math.sin(i * value))),
    );
    const alone: number[][] = [];
    for (const fill of fills) alone.push([...(await nets.expression.run(fill))['posterior']]);
    const together = await Promise.all(fills.map((fill) => nets.expression.run(fill)));
    expect(together.map((outputs) => [...outputs['posterior']])).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
    await nets.close();
  });

  it('go on after a caller failed to fill its input', async () => {
    const nets = await FaceNets.open(paths);
    const failing = nets.expression.run(() => {
      throw new Error('no picture');
    });
    await expect(failing).rejects.toThrow('no picture');
    const { posterior } = await nets.expression.run((input) => input.fill(0));
    expect(posterior.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
    await nets.close();
  });

  it('keep no picture after its run', async () => {
    const nets = await FaceNets.open(paths);
    await nets.expression.run((input) => input.fill(0.5));
    let left = -1;
    await nets.expression.run((input) => (left = Math.max(...input.map(Math.abs))));
    expect(left).toBe(0);
    await nets.close();
  });

  it('end the run in flight before they close, and may be closed twice', async () => {
    const nets = await FaceNets.open(paths);
    const run = nets.mesh.run((input) => input.fill(0.5));
    await Promise.all([nets.close(), nets.close()]);
    expect((await run)['points']).toHaveLength(468 * 3);
  });

  it('say which file onnxruntime refused', async () => {
    const broken = join(cacheDir, 'broken.onnx');
    await writeFile(broken, 'not a model');
    const failure = FaceNets.open({ ...paths, iris: broken });
    await expect(failure).rejects.toMatchObject({ code: 'face-session' });
    await expect(failure).rejects.toThrow(/iris net .*broken\.onnx/);
  });
});
