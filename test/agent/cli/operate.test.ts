import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { operatingCommands } from '../../../agent/cli/operating.ts';
import { AuditFile } from '../../../agent/consent/audit-file.ts';
import { startTestAgent, TestClient } from '../fakes.ts';

const main = fileURLToPath(new URL('../../../agent/cli/main.ts', import.meta.url));
const SECRET = 'a-secret-that-is-long-enough';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function undertone(args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(process.execPath, ['--import', 'tsx', main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

let folder: string;
let agent: Agent | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-cli-'));
});
afterEach(async () => {
  await agent?.close();
  agent = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const teaches = (command: string) => expect.stringMatching(new RegExp(`Examples:\\n[^]*undertone ${command}`));

describe('help', () => {
  it('of every command for operating says what it is for, and gives examples', async () => {
    for (const command of operatingCommands()) {
      let text = '';
      command.exitOverride().configureOutput({ writeOut: (words) => void (text += words) });
      await expect(command.parseAsync(['--help'], { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
      expect(text).toEqual(teaches(command.name()));
      expect(command.summary()).not.toBe('');
    }
  });

  it('of the others does so, too', async () => {
    const commands = ['start', 'token', 'doctor', 'prepare', 'analyze'];
    const helps = await Promise.all(commands.map((command) => undertone([command, '--help'])));
    for (const [index, { code, stdout }] of helps.entries())
      expect([code, stdout]).toEqual([0, teaches(commands[index] ?? '')]);
  });
});

describe('undertone explain', () => {
  it('prints what participants are told, made from the settings', async () => {
    const path = join(folder, 'ours.yaml');
    const recording = `recording: {rooms: [lab], folder: ${join(folder, 'never')}, ttlHours: 72}`;
    writeFileSync(path, `deployment: {context: research}\npolicy: {contact: privacy@acme.test}\n${recording}\n`);
    const text = await undertone(['explain', '--config', path, '--room', 'lab']);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/Only you see[^]*at\s+most 3 days[^]*privacy@acme\.test/);
    const html = await undertone(['explain', '--config', path, '--format', 'html']);
    expect(html.stdout).toMatch(/^<!doctype html>/);
  });
});

describe('undertone stop and its kin', () => {
  it('stop, resume, export and delete on a running server', async () => {
    ({ agent } = await startTestAgent({ admin: { secret: SECRET } }));
    const { client, ready, id } = await TestClient.join(agent.url);
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    const reach = ['--url', agent.url];
    const knows = { UNDERTONE_ADMIN_SECRET: SECRET };
    const refused = await undertone(['stop', ...reach]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('admin.secret')]);
    const stopped = await undertone(['stop', ...reach], knows);
    expect([stopped.code, stopped.stdout]).toEqual([0, expect.stringContaining('1 person was analysed')]);
    expect(await client.next('analysis.changed')).toMatchObject({ scope: 'process', enabled: false });
    const resumed = await undertone(['resume', ...reach], knows);
    expect([resumed.code, resumed.stdout]).toEqual([0, 'Resumed; people are asked anew.\n']);
    const receipts = await undertone(['receipts', '--participant', id, ...reach], knows);
    expect(JSON.parse(receipts.stdout)).toMatchObject({ receipts: [{ participant: id, withdrawnBecause: 'stopped' }] });
    const forgotten = await undertone(['forget', id, ...reach], knows);
    expect(JSON.parse(forgotten.stdout)).toMatchObject({ participant: id, recordings: 0 });
  });

  it('say what to do when no server answers, or the room cannot be one', async () => {
    const nobody = await undertone(['stop', '--url', 'http://127.0.0.1:9']);
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('--url')]);
    const nowhere = await undertone(['stop', '--room', '../etc']);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--room: a room name is')]);
  });
});

describe('undertone audit', () => {
  it('finds a changed line, and exits with 1 then', async () => {
    const path = join(folder, 'audit.jsonl');
    const file = new AuditFile({ path, maxBytes: 4096, keep: 1, onFailure: () => {} });
    for (const participant of ['mia', 'robin', 'kim']) file.add({ event: 'consent.granted', participant });
    await file.close();
    const good = await undertone(['audit', path]);
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('3 lines')]);
    const changed = join(folder, 'changed.jsonl');
    writeFileSync(changed, readFileSync(path, 'utf8').replace('robin', 'eve'));
    const bad = await undertone(['audit', changed]);
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('Line 3 does not follow')]);
    const absent = await undertone(['audit', join(folder, 'absent')]);
    expect(absent.code).toBe(1);
  });
});
