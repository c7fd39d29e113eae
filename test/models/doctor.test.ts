import { describe, expect, it } from 'vitest';
import { inspectRuntime } from '../../models/index.ts';
import { PACK_DIR } from './test-pack.ts';

describe('inspecting the runtime', () => {
  it('tells machine, runtime, providers with reasons, and a timed hop of each pack that opens', async () => {
    const report = await inspectRuntime({ packDirs: [PACK_DIR, '/no/such/pack'], providers: ['abacus', 'cpu'] });
    expect(report.machine.cores).toBeGreaterThan(0);
    expect(report.onnxruntime).toMatch(/^\d+\.\d+/);
    expect(report.providers).toMatchObject([
      { provider: 'abacus', refusal: { advice: expect.stringContaining('cpu') } },
      { provider: 'cpu', refusal: undefined },
    ]);
    const [good, missing] = [PACK_DIR, '/no/such/pack'].map((dir) => report.packs.find((pack) => pack.dir === dir));
    expect(good).toMatchObject({ provider: 'cpu', timing: { hopMs: { p50: expect.any(Number) } } });
    expect(good?.timing?.hopMs.p90).toBeGreaterThanOrEqual(good?.timing?.hopMs.p50 ?? Infinity);
    expect(missing?.problem).toMatchObject({ code: 'pack-missing' });
  });
});
