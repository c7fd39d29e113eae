import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditLog } from '../../../agent/consent/audit-log.ts';
import { ConsentLedger, ReceiptOutdatedError } from '../../../agent/consent/ledger.ts';
import { ConsentGrant } from '../../../sfu/index.ts';
import { silentLog } from '../fakes.ts';

const mia = { id: 'p-1', externalId: 'user-7' };

function ledgerWithAudit() {
  const lines: Array<Record<string, unknown>> = [];
  const write = (line: string): void => {
    lines.push(z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
  };
  const audit = new AuditLog({ log: pino({ base: null }, { write }) });
  const ledger = new ConsentLedger({ receiptVersion: () => 'r1-now', purposes: ['to train public speaking'], audit });
  return { ledger, lines };
}

describe('ConsentLedger', () => {
  it('holds nothing until somebody consents', () => {
    const { ledger, lines } = ledgerWithAudit();
    expect(ledger.current('lobby', 'p-1')).toBeUndefined();
    expect(ledger.receipts()).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('issues one live grant for one person in one room', () => {
    const { ledger } = ledgerWithAudit();
    const grant = ledger.grant('lobby', mia, 'r1-now');
    expect(ledger.grant('lobby', mia, 'r1-now')).toBe(grant);
    expect(ConsentGrant.covers(grant, 'lobby', 'p-1')).toBe(true);
    expect(ConsentGrant.covers(grant, 'lobby', 'p-2')).toBe(false);
    expect(ConsentGrant.covers(grant, 'other', 'p-1')).toBe(false);
  });

  it('kills the grant in the same moment in which consent is withdrawn', () => {
    const { ledger } = ledgerWithAudit();
    const grant = ledger.grant('lobby', mia, 'r1-now');
    expect(ledger.withdraw('lobby', 'p-1', 'person')).toBe(true);
    expect(grant.revoked.aborted).toBe(true);
    expect(ConsentGrant.covers(grant, 'lobby', 'p-1')).toBe(false);
    expect(ledger.withdraw('lobby', 'p-1', 'person')).toBe(false);
    expect(ledger.size).toBe(0);
  });

  it.each([undefined, 'r1-old', ''])('does not take consent to other words (%j)', (version) => {
    const { ledger, lines } = ledgerWithAudit();
    expect(() => ledger.grant('lobby', mia, version)).toThrow(ReceiptOutdatedError);
    expect(lines).toEqual([]);
  });

  it('writes down who, when, what for and which version, but not the name of the room, nor what the platform calls the person', () => {
    const { ledger, lines } = ledgerWithAudit();
    ledger.grant('anna-and-bob', mia, 'r1-now');
    ledger.withdraw('anna-and-bob', 'p-1', 'person');
    ledger.cleared('anna-and-bob', mia, 12);
    expect(lines).toMatchObject([
      { event: 'consent.granted', receiptVersion: 'r1-now', purposes: ['to train public speaking'] },
      { event: 'consent.withdrawn', receiptVersion: 'r1-now', reason: 'person' },
      { event: 'consent.cleared', tookMs: 12 },
    ]);
    for (const line of lines) expect(line).toMatchObject({ participant: 'p-1', time: expect.any(Number) });
    expect(lines[0]?.['receipt']).toBe(lines[1]?.['receipt']);
    expect(JSON.stringify(lines)).not.toMatch(/anna|user-7/);
  });

  it('keeps a receipt of every consent, with its end and the reason for it, to be found by either id', () => {
    const { ledger } = ledgerWithAudit();
    ledger.grant('lobby', mia, 'r1-now');
    ledger.withdraw('lobby', 'p-1', 'stopped');
    ledger.grant('lobby', mia, 'r1-now');
    ledger.grant('lobby', { id: 'p-2' }, 'r1-now');
    const [first, second, ...more] = ledger.receipts('user-7');
    expect(more).toEqual([]);
    expect(first).toMatchObject({ participant: 'p-1', room: 'lobby', withdrawnBecause: 'stopped' });
    expect(Date.parse(first?.withdrawnAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.grantedAt ?? ''));
    expect(second).toMatchObject({ externalId: 'user-7', purposes: ['to train public speaking'] });
    expect(second?.withdrawnAt).toBeUndefined();
    expect(new Set([first?.id, second?.id]).size).toBe(2);
    expect(ledger.receipts('p-2')).toHaveLength(1);
    expect(ledger.receipts()).toHaveLength(3);
  });

  it('keeps a bounded number of ended receipts, and counts those that fell', () => {
    const audit = new AuditLog({ log: silentLog });
    const ledger = new ConsentLedger({ receiptVersion: () => 'r1-now', purposes: ['to train public speaking'], audit });
    for (let i = 0; i < 10_003; i++) {
      ledger.grant('lobby', { id: `p-${i}` }, 'r1-now');
      ledger.withdraw('lobby', `p-${i}`, 'left');
    }
    expect(ledger.receipts()).toHaveLength(10_000);
    expect(ledger.fallen).toBe(3);
    expect(ledger.receipts('p-2')).toEqual([]);
  });
});
