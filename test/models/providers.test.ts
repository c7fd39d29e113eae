import { describe, expect, it } from 'vitest';
import { AffectModel } from '../../models/index.ts';
import { chooseProvider, probeProviders } from '../../models/providers.ts';
import { PACK_DIR } from './test-pack.ts';

describe('providers', () => {
  it('are tried in order until one survives, keeping why the others fell away', async () => {
    const choice = await chooseProvider(['a', 'b', 'c'], async (provider) => {
      if (provider === 'a') throw new Error('no driver');
      return provider.toUpperCase();
    });
    expect(choice).toMatchObject({ provider: 'b', value: 'B', refused: [{ provider: 'a', reason: 'no driver' }] });
  });

  it('that all fail end in one error that names each reason', async () => {
    const attempt = chooseProvider(['a', 'b'], (provider) => Promise.reject(new Error(`${provider} is broken`)));
    await expect(attempt).rejects.toMatchObject({
      code: 'no-provider',
      message: expect.stringMatching(/a is broken[^]*b is broken/),
    });
  });

  it('are proved by a real run: the CPU computes, an unknown one is refused', async () => {
    const [cpu, unknown] = await probeProviders(['cpu', 'abacus']);
    expect(cpu).toEqual({ provider: 'cpu', refusal: undefined });
    expect(unknown.refusal?.reason).toContain('not in this build');
  });

  it('fall back for the pack when the first one is not to be had', async () => {
    await using model = await AffectModel.open({ packDir: PACK_DIR, providers: ['abacus', 'cpu'] });
    expect(model.provider).toBe('cpu');
    expect(model.refused).toMatchObject([{ provider: 'abacus' }]);
  });
});
