import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { operatingCommands } from '../../../agent/cli/operating.ts';
import { AuditFile } from '../../../agent/consent/audit-file.ts';
import { startTestAgent, TestClient } from '../fakes.ts';

const main = fileURLToPath(new URL('../../../agent/cli/main.ts', import.meta.url));
const SECRET = 'a-secret-that-is-long-enough';

/** Runs one of the commands in this process. @returns what it printed; rejects as the command does */
async function undertone(...words: string[]): Promise<string> {
  const [name, ...given] = words;
  const command = operatingCommands().find((one) => one.name() === name);
  let printed = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await command?.parseAsync(given, { from: 'user' });
  } finally {
    spy.mockRestore();
  }
  return printed;
}

let folder: string;
let agent: Agent | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-cli-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
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

  it.each(['start', 'token', 'doctor', 'prepare', 'analyze'])('of %s does so, too', async (command) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', main, command, '--help']);
    expect(stdout).toEqual(teaches(command));
  });
});

describe('undertone explain', () => {
  it('prints what participants are told, made from the settings', async () => {
    const path = join(folder, 'ours.yaml');
    const recording = `recording: {rooms: [lab], folder: ${join(folder, 'never')}, ttlHours: 72}`;
    writeFileSync(path, `deployment: {context: research}\npolicy: {contact: privacy@acme.test}\n${recording}\n`);
    expect(await undertone('explain', '--config', path, '--room', 'lab')).toMatch(
      /Only you see[^]*at\s+most 3 days[^]*privacy@acme\.test/,
    );
    expect(await undertone('explain', '--config', path, '--format', 'html')).toMatch(/^<!doctype html>/);
  });
});

describe('undertone stop and its kin', () => {
  it('stop, resume, export and delete on a running server', async () => {
    ({ agent } = await startTestAgent({ admin: { secret: SECRET } }));
    const { client, ready, id } = await TestClient.join(agent.url);
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    const reach = ['--url', agent.url];
    await expect(undertone('stop', ...reach)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('admin.secret'),
    });
    vi.stubEnv('UNDERTONE_ADMIN_SECRET', SECRET);
    expect(await undertone('stop', ...reach)).toContain('1 person was analysed');
    expect(await client.next('analysis.changed')).toMatchObject({ scope: 'process', enabled: false });
    expect(await undertone('stop', '--room', 'lobby', ...reach)).toContain('0 people were analysed');
    expect(await undertone('resume', ...reach)).toBe(
      'Resumed; people are asked anew. 1 stopped by room: resume each with --room.\n',
    );
    expect(await undertone('resume', '--room', 'lobby', ...reach)).toBe('Resumed; people are asked anew.\n');
    const receipts: unknown = JSON.parse(await undertone('receipts', '--participant', id, ...reach));
    expect(receipts).toMatchObject({ receipts: [{ participant: id, withdrawnBecause: 'stopped' }] });
    expect(JSON.parse(await undertone('forget', id, ...reach))).toMatchObject({ participant: id, recordings: 0 });
  });

  it('remove somebody from a room, and say whether they may come in again', async () => {
    ({ agent } = await startTestAgent());
    const { id } = await TestClient.join(agent.url);
    const reach = ['--room', 'lobby', '--url', agent.url];
    expect(await undertone('remove', id, ...reach)).toMatch(/is out of the room\.\nThey may come in again/);
    expect(await undertone('remove', id, ...reach)).toContain('was not in the room.');
  });

  it('say what to do when no server answers, or the room cannot be one', async () => {
    await expect(undertone('stop', '--url', 'http://127.0.0.1:9')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('--url'),
    });
    await expect(undertone('stop', '--room', '../etc')).rejects.toThrow('--room: a room name is');
  });
});

describe('undertone stop on a server that speaks HTTPS', () => {
  it('reaches it by its settings, whatever name its certificate is for', async () => {
    const made = await generate([{ name: 'commonName', value: 'calls.example.org' }], { keyType: 'ec' });
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(certFile, made.cert);
    writeFileSync(keyFile, made.private);
    const tls = { certFile, keyFile };
    ({ agent } = await startTestAgent({ deployment: { context: 'research' }, server: { port: 0, tls } }));
    const { port, origin } = new URL(agent.url);
    const ours = join(folder, 'tls.yaml');
    writeFileSync(ours, `deployment: {context: research}\nserver: {port: ${port}, tls: ${JSON.stringify(tls)}}\n`);
    expect(await undertone('stop', '--config', ours)).toContain('Analysis is off.');
    expect(await undertone('resume', '--config', ours)).toContain('Resumed');
    // Named otherwise it must be trusted as any server is, and what to do is said.
    await expect(undertone('stop', '--url', origin)).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringMatching(/certificate.*--url.*USR2/),
    });
    await expect(undertone('stop', '--url', origin.replace('https', 'http'))).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/Try https.*USR2/),
    });
  });
});

describe('undertone audit', () => {
  it('finds a changed line', async () => {
    const path = join(folder, 'audit.jsonl');
    const file = new AuditFile({ path, maxBytes: 4096, keep: 1, onFailure: () => {} });
    for (const participant of ['mia', 'robin', 'kim']) file.add({ event: 'consent.granted', participant });
    await file.close();
    expect(await undertone('audit', path)).toContain('3 lines');
    const changed = join(folder, 'changed.jsonl');
    writeFileSync(changed, readFileSync(path, 'utf8').replace('robin', 'eve'));
    await expect(undertone('audit', changed)).rejects.toMatchObject({
      code: 'audit-broken',
      message: expect.stringContaining('Line 3 does not follow'),
    });
    await expect(undertone('audit', join(folder, 'absent'))).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('Check the path'),
    });
  });
});
