import { describe, expect, it } from 'vitest';
import { type ConsentFacts, holdWhileConsented, recordConsent } from '../../../agent/attach/consent.ts';
import { ConsentGrant } from '../../../sfu/index.ts';

const facts = { room: 'standup', participant: 'anna', receiptVersion: 'v3' };

describe('recordConsent', () => {
  it('writes down who consented, to which version, when and how', () => {
    const consent = recordConsent({ ...facts, at: new Date('2026-01-02T03:04:05Z'), how: 'dialog' });
    expect(consent.record).toEqual({
      ...facts,
      how: 'dialog',
      consentedAt: '2026-01-02T03:04:05.000Z',
      withdrawnAt: null,
    });
    expect(ConsentGrant.covers(consent.grant, 'standup', 'anna')).toBe(true);
  });

  it.each([
    { ...facts, participant: ' ' },
    { ...facts, receiptVersion: '' },
    { ...facts, room: '' },
    { ...facts, at: new Date(Number.NaN) },
    { ...facts, at: new Date(Date.now() + 3_600_000) },
    { ...facts, at: '2026-01-02' },
    undefined,
  ])('refuses what proves nothing (%j)', (unproven) => {
    expect(() => recordConsent(unproven as ConsentFacts)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });

  it('kills the grant in the moment of withdrawal, and waits until everybody who holds something has let go', async () => {
    const consent = recordConsent(facts);
    let cleared: () => void = () => {};
    const order: string[] = [];
    holdWhileConsented(consent.grant, async () => {
      order.push(`revoked ${consent.grant.revoked.aborted}`);
      await new Promise<void>((resolve) => {
        cleared = resolve;
      });
      order.push('cleared');
    });
    const withdrawn = consent.withdraw().then(() => order.push('withdrawn'));
    expect(consent.record.withdrawnAt).not.toBeNull();
    cleared();
    await withdrawn;
    await consent.withdraw();
    expect(order).toEqual(['revoked true', 'cleared', 'withdrawn']);
  });

  it('lets nobody hold on to a grant that is withdrawn, or that another ledger made', async () => {
    const consent = recordConsent(facts);
    await consent.withdraw();
    const foreign = ConsentGrant.createIssuer().issue('standup', 'anna', 'v3');
    for (const grant of [consent.grant, foreign])
      expect(() => holdWhileConsented(grant, async () => {})).toThrow(expect.objectContaining({ code: 'no-consent' }));
  });
});
