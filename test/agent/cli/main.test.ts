import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../../agent/cli/main.ts', import.meta.url));

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

  it('exits with 2 for settings it must not start with, and says why in one line', async () => {
    const refused = await undertone(['start'], { UNDERTONE_DEPLOYMENT_CONTEXT: 'education' });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('EU AI Act');
    const exposed = await undertone(['start', '--host', '0.0.0.0']);
    expect([exposed.code, exposed.stderr.trim().split('\n').length]).toEqual([2, 1]);
  });
});
