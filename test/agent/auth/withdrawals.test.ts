import { describe, expect, it } from 'vitest';
import { claimsSchema } from '../../../agent/auth/claims.ts';
import { Withdrawals } from '../../../agent/auth/withdrawals.ts';
import { claims } from './tokens.ts';

const HOUR_S = 3600;

function refused(withdrawals: Withdrawals, changes: Record<string, unknown>): boolean {
  try {
    withdrawals.check(claimsSchema.parse(claims({ consent: 'r1', ...changes })));
    return false;
  } catch {
    return true;
  }
}

describe('a withdrawn consent', () => {
  it('voids tokens that carry one and are as old, in that room or everywhere, and no others', () => {
    const withdrawals = new Withdrawals(HOUR_S, () => 100_500);
    withdrawals.withdrawn('mia', 'lobby');
    withdrawals.withdrawn('ben');
    expect(refused(withdrawals, { iat: 99 })).toBe(true);
    expect(refused(withdrawals, { iat: 100 })).toBe(true);
    expect(refused(withdrawals, { iat: 101 })).toBe(false);
    expect(refused(withdrawals, { iat: 99, consent: undefined })).toBe(false);
    expect(refused(withdrawals, { iat: 99, room: 'other' })).toBe(false);
    expect(refused(withdrawals, { iat: 99, sub: 'ben', room: 'other' })).toBe(true);
    withdrawals.renewed('mia', 'lobby');
    expect(refused(withdrawals, { iat: 99 })).toBe(false);
  });

  it('is remembered for as long as a token made before it can live', () => {
    let nowMs = 100_000;
    const withdrawals = new Withdrawals(HOUR_S, () => nowMs);
    withdrawals.withdrawn('mia', 'lobby');
    nowMs += HOUR_S * 1000;
    withdrawals.withdrawn('ben', 'lobby');
    expect(refused(withdrawals, { iat: 99 })).toBe(true);
    nowMs += 1;
    withdrawals.withdrawn('ben', 'lobby');
    // Such a token is refused for its age by then.
    expect(refused(withdrawals, { iat: 99 })).toBe(false);
  });

  it('is never forgotten for want of space: then all tokens as old are void', () => {
    let nowMs = 100_000;
    const withdrawals = new Withdrawals(HOUR_S, () => nowMs);
    withdrawals.withdrawn('mia', 'lobby');
    nowMs += 10_000;
    for (let count = 0; count < 50_000; count++) withdrawals.withdrawn(`person-${count}`, 'lobby');
    expect(refused(withdrawals, { iat: 99 })).toBe(true);
    expect(refused(withdrawals, { iat: 99, sub: 'zoe' })).toBe(true);
    expect(refused(withdrawals, { iat: 101, sub: 'zoe' })).toBe(false);
  });
});
