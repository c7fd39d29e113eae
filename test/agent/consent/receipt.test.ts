import { describe, expect, it } from 'vitest';
import { receiptWriter, writeReceipt } from '../../../agent/consent/receipt.ts';
import { config } from '../fakes.ts';

const words = (settings: Record<string, unknown>, room = 'lobby'): string =>
  writeReceipt(config(settings), room).paragraphs.join(' ');
const recording = { rooms: ['lab'], folder: 'artifacts/never-opened', ttlHours: 72 };

describe('writeReceipt', () => {
  it('changes its version with its words', () => {
    const base = writeReceipt(config(), 'lobby');
    expect(writeReceipt(config(), 'elsewhere')).toEqual(base);
    const other = config({ policy: { purposes: ['to train public speaking'] } });
    expect(writeReceipt(other, 'lobby').version).not.toBe(base.version);
  });

  it('says who sees the descriptions', () => {
    expect(words({})).toContain('Everybody in this room sees the descriptions of you.');
    const research = { deployment: { context: 'research' } };
    expect(words(research)).toContain('Only you see the descriptions of you.');
    expect(words({ policy: { visibility: ['coach', 'assistant'] } })).toContain('takes part as coach or assistant');
  });

  it('names every purpose, who answers for it, and how to reach them', () => {
    const policy = { purposes: ['to train speaking', 'to test the program'], operator: 'Acme', contact: 'a@acme.test' };
    expect(words({ policy })).toMatch(/Purposes: to train speaking; to test the program\..*Acme.*a@acme\.test/);
  });

  it('tells in a recorded room, and only there, what is stored and for how long', () => {
    expect(words({ recording }, 'lab')).toMatch(/stored for at most 3 days.*what was stored of you is deleted/);
    expect(words({ recording }, 'lab')).not.toContain('Nothing is stored');
    expect(words({ recording })).toContain('Nothing is stored');
    const receiptOf = receiptWriter(config({ recording }));
    expect(receiptOf('lab')).toBe(receiptOf('lab'));
    expect(receiptOf('lab').version).not.toBe(receiptOf('lobby').version);
  });
});
