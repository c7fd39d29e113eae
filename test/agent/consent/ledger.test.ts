import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConsentLedger, ReceiptOutdatedError } from '../../../agent/consent/ledger.ts';
import { writeReceipt } from '../../../agent/consent/receipt.ts';
import { ConsentGrant } from '../../../sfu/index.ts';
import { config } from '../fakes.ts';

function ledgerWithAudit() {
  const lines: Array<Record<string, unknown>> = [];
  const write = (line: string): void => {
    lines.push(z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
  };
  const audit = pino({ base: null }, { write });
  return { ledger: new ConsentLedger('r1-now', audit), lines };
}

describe('ConsentLedger', () => {
  it('holds nothing until somebody consents', () => {
    const { ledger, lines } = ledgerWithAudit();
    expect(ledger.current('lobby', 'p-1')).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('issues one live grant for one person in one room', () => {
    const { ledger } = ledgerWithAudit();
    const grant = ledger.grant('lobby', 'p-1', 'r1-now');
    expect(ledger.grant('lobby', 'p-1', 'r1-now')).toBe(grant);
    expect(ConsentGrant.covers(grant, 'lobby', 'p-1')).toBe(true);
    expect(ConsentGrant.covers(grant, 'lobby', 'p-2')).toBe(false);
    expect(ConsentGrant.covers(grant, 'other', 'p-1')).toBe(false);
  });

  it('kills the grant in the same moment in which consent is withdrawn', () => {
    const { ledger } = ledgerWithAudit();
    const grant = ledger.grant('lobby', 'p-1', 'r1-now');
    expect(ledger.withdraw('lobby', 'p-1', 'person')).toBe(true);
    expect(grant.revoked.aborted).toBe(true);
    expect(ConsentGrant.covers(grant, 'lobby', 'p-1')).toBe(false);
    expect(ledger.withdraw('lobby', 'p-1', 'person')).toBe(false);
    expect(ledger.size).toBe(0);
  });

  it.each([undefined, 'r1-old', ''])('does not take consent to other words (%j)', (version) => {
    const { ledger, lines } = ledgerWithAudit();
    expect(() => ledger.grant('lobby', 'p-1', version)).toThrow(ReceiptOutdatedError);
    expect(lines).toEqual([]);
  });

  it('writes down who, when and which version, but not the name of the room', () => {
    const { ledger, lines } = ledgerWithAudit();
    ledger.grant('anna-and-bob', 'p-1', 'r1-now');
    ledger.withdraw('anna-and-bob', 'p-1', 'person');
    expect(
      lines.map(({ event, participant, receiptVersion, reason }) => ({ event, participant, receiptVersion, reason })),
    ).toEqual([
      { event: 'consent.granted', participant: 'p-1', receiptVersion: 'r1-now', reason: undefined },
      { event: 'consent.withdrawn', participant: 'p-1', receiptVersion: 'r1-now', reason: 'person' },
    ]);
    expect(lines.every(({ time }) => typeof time === 'number')).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('anna');
  });
});

describe('writeReceipt', () => {
  it('changes its version with its words', () => {
    const base = writeReceipt(config());
    expect(writeReceipt(config())).toEqual(base);
    expect(writeReceipt(config({ policy: { purpose: 'to train public speaking' } })).version).not.toBe(base.version);
  });

  it('says who sees the descriptions', () => {
    expect(writeReceipt(config()).paragraphs.join(' ')).toContain(
      'Everybody in this room sees the descriptions of you.',
    );
    const research = config({ deployment: { context: 'research' } });
    expect(writeReceipt(research).paragraphs.join(' ')).toContain('Only you see the descriptions of you.');
  });
});
