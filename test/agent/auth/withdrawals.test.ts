import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimsSchema } from '../../../agent/auth/claims.ts';
import { Withdrawals } from '../../../agent/auth/withdrawals.ts';
import { ConfigError } from '../../../agent/config/config-error.ts';
import { claims } from './tokens.ts';

const HOUR_S = 3600;
const START_MS = 90_000;

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
    let nowMs = START_MS;
    const withdrawals = new Withdrawals({ maxTtlS: HOUR_S, now: () => nowMs });
    nowMs = 100_500;
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

  it('of everybody voids all tokens that carry one, of one room or of all', () => {
    let nowMs = START_MS;
    const withdrawals = new Withdrawals({ maxTtlS: HOUR_S, now: () => nowMs });
    nowMs = 100_500;
    withdrawals.withdrawn(undefined, 'lobby');
    expect([refused(withdrawals, { iat: 100 }), refused(withdrawals, { iat: 101 })]).toEqual([true, false]);
    expect(refused(withdrawals, { iat: 100, room: 'other' })).toBe(false);
    withdrawals.withdrawn(undefined);
    expect(refused(withdrawals, { iat: 100, room: 'other' })).toBe(true);
  });

  it('is remembered for as long as a token made before it can live', () => {
    let nowMs = START_MS;
    const withdrawals = new Withdrawals({ maxTtlS: HOUR_S, now: () => nowMs });
    nowMs = 100_000;
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
    let nowMs = START_MS;
    const withdrawals = new Withdrawals({ maxTtlS: HOUR_S, now: () => nowMs });
    nowMs = 100_000;
    withdrawals.withdrawn('mia', 'lobby');
    nowMs += 10_000;
    for (let count = 0; count < 50_000; count++) withdrawals.withdrawn(`person-${count}`, 'lobby');
    expect(refused(withdrawals, { iat: 99 })).toBe(true);
    expect(refused(withdrawals, { iat: 99, sub: 'zoe' })).toBe(true);
    expect(refused(withdrawals, { iat: 101, sub: 'zoe' })).toBe(false);
  });

  it('may have been before the start where nothing is kept: tokens as old are void', () => {
    const withdrawals = new Withdrawals({ maxTtlS: HOUR_S, now: () => START_MS + 700 });
    expect(refused(withdrawals, { iat: 89 })).toBe(true);
    expect(refused(withdrawals, { iat: 89, consent: undefined })).toBe(false);
    expect(refused(withdrawals, { iat: 90 })).toBe(false);
  });
});

describe('the record of withdrawn consents', () => {
  let folder: string;
  let path: string;
  let nowMs: number;
  let failures: unknown[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'undertone-withdrawals-'));
    path = join(folder, 'kept', 'withdrawals.jsonl');
    nowMs = START_MS;
    failures = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = (): Withdrawals =>
    new Withdrawals({ maxTtlS: HOUR_S, path, now: () => nowMs, onFailure: (error) => failures.push(error) });
  const lines = (): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

  it('outlives a restart, with what was agreed to anew, for its owner only and without names', async () => {
    const before = start();
    nowMs = 100_000;
    before.withdrawn('mia', 'lobby');
    before.withdrawn('ben');
    before.withdrawn('zoe', 'lobby');
    before.renewed('zoe', 'lobby');
    await before.close();
    nowMs = 200_000;
    const after = start();
    expect(refused(after, { iat: 99 })).toBe(true);
    expect(refused(after, { iat: 101 })).toBe(false);
    expect(refused(after, { iat: 99, sub: 'ben', room: 'other' })).toBe(true);
    expect(refused(after, { iat: 99, sub: 'zoe' })).toBe(false);
    // The record began before this start.
    expect(refused(after, { iat: 95, sub: 'someone' })).toBe(false);
    expect(refused(after, { iat: 89, sub: 'someone' })).toBe(true);
    expect(readFileSync(path, 'utf8')).not.toMatch(/mia|ben|zoe|lobby/);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(failures).toEqual([]);
  });

  it('holds what was withdrawn although the process never got to close it', async () => {
    const before = start();
    before.withdrawn('mia', 'lobby');
    await expect.poll(() => lines().length).toBe(2);
    expect(refused(start(), { iat: 90 })).toBe(true);
  });

  it('loses at the next start what no token can bring back any more', async () => {
    const before = start();
    before.withdrawn('mia', 'lobby');
    await before.close();
    expect(lines().length).toBe(2);
    nowMs += HOUR_S * 1000 + 1;
    start();
    expect(lines().length).toBe(1);
  });

  it('is written anew before it grows beyond what is remembered', async () => {
    const withdrawals = start();
    for (let round = 0; round < 4; round++) {
      for (let count = 0; count < 1000; count++) withdrawals.withdrawn('mia', 'lobby');
      await withdrawals.close();
      withdrawals.withdrawn('ben', 'lobby');
      await expect.poll(() => lines().length).toBeLessThan(2 * 1024);
    }
    await withdrawals.close();
    expect(refused(start(), { iat: 90 })).toBe(true);
    expect(refused(start(), { iat: 90, sub: 'ben' })).toBe(true);
  });

  it('keeps more than may wait for the disk, and where it began for want of space', async () => {
    const before = start();
    nowMs = 100_000;
    before.withdrawn('mia', 'lobby');
    nowMs = 110_000;
    for (let count = 0; count < 50_000; count++) before.withdrawn(`person-${count}`, 'lobby');
    await before.close();
    const after = start();
    expect(refused(after, { iat: 109, sub: 'person-49999' })).toBe(true);
    expect(refused(after, { iat: 99, sub: 'someone' })).toBe(true);
    expect(refused(after, { iat: 101, sub: 'someone' })).toBe(false);
  });

  it('is refused when it is damaged, by name and line, with what to do', () => {
    start();
    for (const [text, line] of [
      ['{"withdrawals":1,"sinceMs":0}\nnonsense\n', 2],
      ['{"withdrawals":2,"sinceMs":0}\n', 1],
      ['{"key":"abc","atMs":5}\n', 1],
      ['\n', 1],
    ] as const) {
      writeFileSync(path, text);
      expect(start).toThrow(ConfigError);
      expect(start).toThrow(`${path}:${line}: `);
      expect(start).toThrow(/move it away/);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  it('that was cut off in its last line begins anew: what stood there is not known', () => {
    start();
    writeFileSync(path, '{"withdrawals":1,"sinceMs":5}\n{"key":"abc","atMs":7}\n{"key":"de');
    nowMs = 100_000;
    const after = start();
    expect(refused(after, { iat: 99, sub: 'someone' })).toBe(true);
    expect(refused(after, { iat: 100, sub: 'someone' })).toBe(false);
    expect(lines().length).toBe(2);
  });

  it('that cannot be written is refused at the start', () => {
    writeFileSync(join(folder, 'kept'), 'a file where the folder should be');
    expect(start).toThrow(/auth\.withdrawalsFile/);
  });

  it('is written as soon as a failing disk works again, also when nobody withdraws any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const before = start();
      rmSync(join(folder, 'kept'), { recursive: true });
      before.withdrawn('mia', 'lobby');
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1), 20_000);
      mkdirSync(join(folder, 'kept'));
      vi.advanceTimersByTime(10_000);
      await vi.waitFor(() => expect(lines().length).toBe(2), 20_000);
      await before.close();
      expect([vi.getTimerCount(), failures.length]).toEqual([0, 1]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells a failing disk once, and writes all when it works again', async () => {
    const before = start();
    rmSync(join(folder, 'kept'), { recursive: true });
    before.withdrawn('mia', 'lobby');
    await before.close();
    before.withdrawn('ben', 'lobby');
    await before.close();
    expect(failures.length).toBe(1);
    mkdirSync(join(folder, 'kept'));
    await before.close();
    const after = start();
    expect([refused(after, { iat: 90 }), refused(after, { iat: 90, sub: 'ben' })]).toEqual([true, true]);
  });
});
