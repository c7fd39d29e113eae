import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../../agent/cli/main.ts', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function undertone(
  args: readonly string[],
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(process.execPath, [...flags, '--import', 'tsx', main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('undertone', () => {
  it('teaches what it can do', async () => {
    const { code, stdout } = await undertone(['--help']);
    expect(code).toBe(0);
    for (const command of ['start', 'analyze', 'doctor', 'prepare']) expect(stdout).toContain(command);
  });

  it('exits with 2 and a hint for a wrong command, option or value', async () => {
    for (const args of [
      ['dance'],
      ['start', '--prot', '1'],
      ['start', '--port', 'many'],
      ['analyze', '--bogus', 'x'],
    ]) {
      const { code, stdout, stderr } = await undertone(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/error: [^]*--help/);
    }
  });

  it('ends without a word when whoever reads has seen enough', async () => {
    const args = ['--import', 'tsx', main, 'explain', '--format', 'html'];
    const reader = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    reader.stdout.destroy();
    let stderr = '';
    reader.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const [code] = (await once(reader, 'close')) as [number];
    expect([code, stderr]).toEqual([0, '']);
  });

  it('says what to do when npm left the binary of the decoder out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'undertone-no-binary-'));
    try {
      const hide = join(folder, 'hide.cjs');
      writeFileSync(
        hide,
        `const { Module } = require('node:module');
         const resolve = Module._resolveFilename;
         Module._resolveFilename = (name, ...rest) => {
           if (/node-av-|node-av\\.node/.test(name)) throw Object.assign(new Error('Cannot find module ' + name), { code: 'MODULE_NOT_FOUND' });
           return resolve.call(Module, name, ...rest);
         };`,
      );
      const { code, stderr } = await undertone(['start', '--port', '0'], {}, ['--require', hide]);
      expect([code, stderr.split('\n')[0]]).toEqual([1, expect.stringMatching(/^The decoder .*optional packages/)]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('exits with 2 for settings it must not start with, and says why in one line', async () => {
    const refused = await undertone(['start'], { UNDERTONE_DEPLOYMENT_CONTEXT: 'education' });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('EU AI Act');
    const exposed = await undertone(['start', '--host', '0.0.0.0']);
    expect([exposed.code, exposed.stderr.trim().split('\n').length]).toEqual([2, 1]);
  });
});
