import type { types } from 'mediasoup';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { attach, type AttachOptions, type GrantOf, recordConsent } from '../../../agent/attach/index.ts';

/** What a program in plain JavaScript may do. */
const attachAnything = attach as (...args: unknown[]) => Promise<unknown>;
/** Its members are asked for, never called: everything here fails before. */
const router = { id: 'r', closed: false, observer: {}, createDirectTransport: () => Promise.resolve() };
const deployment = { context: 'customer' };
const consent = recordConsent({ room: 'standup', participant: 'anna', receiptVersion: 'v3' });
const { grant } = consent;

describe('attach', () => {
  it.each([
    ['no router', [], 'bad-argument', 'no mediasoup Router'],
    ['a worker', [{ observer: {} }, { deployment, grant }], 'bad-argument', 'no mediasoup Router'],
    [
      'a closed router',
      [
        { ...router, closed: true },
        { deployment, grant },
      ],
      'closed',
      'attach to an open one',
    ],
    ['no options', [router], 'context-missing', 'deployment.context'],
    ['an unknown context', [router, { deployment: { context: 'costumer' }, grant }], 'config-invalid', '"customer"'],
    ['work', [router, { deployment: { context: 'workplace' }, grant }], 'context-prohibited', 'Article 5'],
    ['no grant', [router, { deployment }], 'bad-argument', '"grant" must be'],
    ['a consent for its grant', [router, { deployment, grant: consent }], 'bad-argument', 'its member "grant"'],
    ['ids of producers', [router, { deployment, grant, producers: ['1'] }], 'bad-argument', 'no mediasoup Producer'],
    ['no function', [router, { deployment, grant, onEvent: 'log' }], 'bad-argument', '"onEvent" is no function'],
    ['no threads', [router, { deployment, grant, analysis: { workers: 0 } }], 'bad-argument', 'workers'],
    ['a misspelt option', [router, { deployment, grant, analysis: { pack: '.' } }], 'bad-argument', '"pack"'],
  ])('refuses %s before it starts anything, and says what to pass instead', async (_, args, code, words) => {
    await expect(attachAnything(...args)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('takes routers and producers of other mediasoup versions than the one it was made with', () => {
    type OlderRouter = Omit<types.Router, 'updateMediaCodecs' | 'rtpCapabilities'>;
    type NewerProducer = types.Producer<{ user: string }> & { readonly added: string };
    expectTypeOf<OlderRouter>().toExtend<Parameters<typeof attach>[0]>();
    expectTypeOf<NewerProducer>().toExtend<Extract<AttachOptions['producers'], { id: string }>>();
    expectTypeOf<(producer: NewerProducer) => undefined>().toExtend<GrantOf>();
    expectTypeOf<(producer: string) => undefined>().not.toExtend<GrantOf>();
  });
});
