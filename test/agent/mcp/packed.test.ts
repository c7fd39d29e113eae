/** What a bot's author and a TypeScript platform get from the registry: the package, packed, in an empty project. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dependencyVersions, installPacked, isBuilt } from '../../support/packed-project.ts';

const require = createRequire(import.meta.url);
const TSC = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
const EXAMPLE = new URL('../../../agent/client/examples/bot.ts', import.meta.url);
const LIMITS = 900_000;

/** Every entry of the package, as a platform with strict settings would import it. */
const ENTRIES = ['undertone', 'undertone/client', 'undertone/attach', 'undertone/overlay'];

describe.skipIf(!isBuilt())('the packed package in an empty project', () => {
  let project: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const versions = dependencyVersions();
    project = await installPacked([`ws@${versions['ws']}`, '@types/ws@8', '@types/node@20']);
  }, LIMITS);

  afterAll(async () => {
    for (const child of children.filter(({ exitCode }) => exitCode === null)) {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    }
    rmSync(project, { recursive: true, force: true });
  }, LIMITS);

  function firstLine(command: string, args: readonly string[]): Promise<string> {
    const child = spawn(command, args, { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  }

  it('has types for every entry that hold without skipLibCheck', { timeout: LIMITS }, () => {
    const imports = ENTRIES.map((entry, index) => `import * as entry${index} from '${entry}';\n`).join('');
    writeFileSync(
      path.join(project, 'entries.ts'),
      `${imports}export const all = [${ENTRIES.map((_, i) => `entry${i}`).join()}];\n`,
    );
    expect(check('entries.ts', '--noEmit')).toBe('');
  });

  it('runs the example bot and the MCP server against its own agent', { timeout: LIMITS }, async () => {
    // As the example says: in a project of one's own it imports from the package.
    const bot = readFileSync(EXAMPLE, 'utf8').replace("'../index.ts'", "'undertone/client'");
    writeFileSync(path.join(project, 'bot.ts'), bot);
    expect(check('bot.ts')).toBe('');
    const undertone = path.join(project, 'node_modules/.bin/undertone');
    const url = await firstLine(undertone, ['start', '--port', '0', '--log-level', 'warn']);
    expect(await firstLine(process.execPath, ['bot.js', url, 'demo'])).toContain('Listening in "demo"');
    const assistant = new Client({ name: 'test', version: '1' });
    const args = ['mcp', '--url', url, '--room', 'demo'];
    await assistant.connect(new StdioClientTransport({ command: undertone, args, stderr: 'ignore' }));
    const { content } = await assistant.callTool({ name: 'participants', arguments: {} });
    expect(JSON.stringify(content)).toContain('Listener');
    await assistant.close();
  });

  /** Compiles a file of the project; what the compiler says. */
  function check(file: string, ...flags: string[]): string {
    const strict = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--lib', 'es2023,dom,dom.iterable'];
    try {
      return execFileSync(process.execPath, [TSC, ...strict, '--types', 'node', ...flags, file], {
        cwd: project,
        encoding: 'utf8',
      });
    } catch (error) {
      return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    }
  }
});
