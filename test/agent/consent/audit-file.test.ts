import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditFile, brokenAt } from '../../../agent/consent/audit-file.ts';
import { AuditLog } from '../../../agent/consent/audit-log.ts';
import { silentLog } from '../fakes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-audit-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function open(options: { maxBytes?: number; keep?: number; path?: string } = {}) {
  const path = options.path ?? join(folder, `${count++}`, 'audit.jsonl');
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  return { path, failures, file: new AuditFile({ maxBytes: 4096, keep: 2, ...options, path, onFailure }) };
}
const textOf = (...paths: string[]): string => paths.map((path) => readFileSync(path, 'utf8')).join('');

describe('AuditFile', () => {
  it('writes every line in order, readable by its owner alone', async () => {
    const { file, path } = open();
    for (let n = 0; n < 50; n++) file.add({ n });
    await file.close();
    const lines = textOf(path)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { n: number });
    expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect([file.written, file.lost]).toEqual([50, 0]);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('chains lines over restarts, so that a change in the middle shows', async () => {
    const { file, path } = open();
    file.add({ event: 'consent.granted', participant: 'mia' });
    await file.close();
    const { file: again } = open({ path });
    again.add({ event: 'consent.withdrawn', participant: 'mia' });
    again.add({ event: 'consent.granted', participant: 'robin' });
    await again.close();
    const text = textOf(path);
    expect(brokenAt(text)).toBeUndefined();
    expect(brokenAt(text.replace('"mia"', '"eve"'))).toBe(2);
    const [first, , third] = text.split('\n');
    expect(brokenAt(`${first}\n${third}\n`)).toBe(2);
    expect(brokenAt('not JSON\nnor this\n')).toBe(2);
  });

  it('turns over by size, keeps as many full files as it is told, and chains through them', async () => {
    const { file, path } = open({ maxBytes: 600, keep: 2 });
    for (let n = 0; n < 30; n++) {
      file.add({ n, filler: 'x'.repeat(60) });
      await file.close();
    }
    expect(existsSync(`${path}.3`)).toBe(false);
    for (const each of [path, `${path}.1`, `${path}.2`]) expect(statSync(each).size).toBeLessThanOrEqual(600);
    const text = textOf(`${path}.2`, `${path}.1`, path);
    expect(brokenAt(text)).toBeUndefined();
    expect(text.trim().split('\n').at(-1)).toContain('"n":29');
    const { file: again } = open({ path, maxBytes: 600 });
    again.add({ n: 30 });
    await again.close();
    expect(brokenAt(textOf(`${path}.2`, `${path}.1`, path))).toBeUndefined();
  });

  it('counts what it cannot write, says so once, and goes on when it can', async () => {
    const blocked = join(folder, 'a-file');
    writeFileSync(blocked, '');
    const { file, failures } = open({ path: join(blocked, 'audit.jsonl') });
    for (let n = 0; n < 3; n++) {
      file.add({ n });
      await file.close();
    }
    expect([file.written, file.lost, failures.length]).toEqual([0, 3, 1]);
    rmSync(blocked);
    file.add({ n: 3 });
    await file.close();
    expect([file.written, file.lost]).toEqual([1, 3]);
  });

  it('takes a bounded number of lines while the disk is slow; the rest is counted, and nobody waits', async () => {
    const { file } = open({ maxBytes: 1e9 });
    // All in one turn of the event loop: nothing can be written meanwhile.
    for (let n = 0; n < 6000; n++) file.add({ n });
    expect(file.lost).toBeGreaterThan(1000);
    await file.close();
    expect(file.written + file.lost).toBe(6000);
  });
});

describe('AuditLog', () => {
  it('writes when, what and whom, and a tag instead of the name of the room', async () => {
    const path = join(folder, 'log', 'audit.jsonl');
    const audit = new AuditLog({ log: silentLog, file: { path, maxBytes: 4096, keep: 1 } });
    audit.record({ event: 'consent.granted', participant: 'p-1', externalId: 'user-7', room: 'anna-and-bob' });
    await audit.close();
    const line = JSON.parse(textOf(path)) as Record<string, string>;
    expect(line).toMatchObject({ event: 'consent.granted', participant: 'p-1', externalId: 'user-7' });
    expect(line['room']).toMatch(/^[0-9a-f]{8}$/);
    expect(Date.parse(line['at'] ?? '')).toBeGreaterThan(Date.parse('2024-01-01'));
    expect(audit.lost).toBe(0);
  });
});
