/** The Python of integrations.md: read from the document itself, so that what stands there is what runs. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { GUARDED } from '../auth/tokens.ts';
import { description, startTestAgent, TestClient } from '../fakes.ts';
import { shifted, state } from './fakes.ts';

const PYTHON = process.env['PYTHON'] ?? '/usr/bin/python3';
const document = readFileSync(new URL('../../../agent/client/integrations.md', import.meta.url), 'utf8');
const snippets = [...document.matchAll(/```python\n([^]*?)```/g)].map(([, code = '']) => code);
const [reader = ''] = snippets;

/** Prints what the reader hears, as JSON lines. */
const PROGRAM = `
import asyncio, json, sys
from undertone_reader import UndertoneReader

def tell(*what):
    print(json.dumps(what), flush=True)

reader = UndertoneReader(sys.argv[1], "lobby", name="Bot", token=sys.argv[2] if len(sys.argv) > 2 else None)
reader.on_shift = lambda event: tell("shift", event["participant"], reader.context(event["participant"]))
reader.on_turn = lambda event: tell("turn", event["participant"], reader.context(event["participant"]))
try:
    asyncio.run(reader.run())
except PermissionError as error:
    tell("refused", str(error))
`;

function has(modules: string): boolean {
  try {
    execFileSync(PYTHON, ['-c', `import ${modules}`], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`SKIPPED: ${PYTHON} lacks ${modules}; configs/setup-debian.sh installs what the tests want.`);
    return false;
  }
}

describe.skipIf(!has('sys'))('the Python snippets', () => {
  it('are Python, every one', () => {
    expect(snippets.length).toBe(3);
    for (const code of snippets)
      execFileSync(PYTHON, ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code });
  });
});

describe.skipIf(!has('websockets'))('the reader of a room in Python', () => {
  let folder: string;
  let agent: Agent;
  let end: () => void = () => undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'undertone-python-'));
    writeFileSync(path.join(folder, 'undertone_reader.py'), reader);
    writeFileSync(path.join(folder, 'program.py'), PROGRAM);
  });
  afterEach(async () => {
    end();
    await agent.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function read(...args: string[]) {
    const program = spawn(PYTHON, [path.join(folder, 'program.py'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    end = () => program.kill('SIGKILL');
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    return { program, next: async (): Promise<unknown> => JSON.parse(String((await lines.next()).value)) };
  }

  it('has the impression of a person ready at a shift and a turn, and forgets who withdraws', async () => {
    const started = await startTestAgent();
    agent = started.agent;
    const { client, ready, id } = await TestClient.join(agent.url, { name: 'Mia "x"' });
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.next('consent.changed');
    const { next } = read(agent.url);
    await client.next('participant.joined');
    const { onEvent } = started.analysis.seats[0].join;
    const told = `Machine-made impression of "Mia \\"x\\"", uncertain: Appears calm.`;
    onEvent(description(id), nowUs());
    onEvent(shifted(6000, -0.4, { participant: id }), nowUs());
    expect(await next()).toEqual(['shift', id, told]);
    const average = { valence: 0, arousal: 0, dominance: 0 };
    const turn = {
      ...state(6000, -0.4, 0, { participant: id }),
      type: 'affect.turn',
      average,
      decidedMs: 6000,
    } as const;
    onEvent({ ...turn, latencyMs: {} }, nowUs());
    expect(await next()).toEqual(['turn', id, told]);
    client.send({ type: 'consent.set', granted: false });
    await client.next('consent.cleared');
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.next('consent.changed', ({ granted }) => granted);
    started.analysis.seats[1].join.onEvent({ ...turn, latencyMs: {} }, nowUs());
    expect(await next()).toEqual(['turn', id, null]);
  });

  it('ends with the reason when it is refused, instead of knocking for ever', async () => {
    ({ agent } = await startTestAgent(GUARDED));
    const { program, next } = read(agent.url, 'no-token');
    expect(await next()).toEqual(['refused', expect.stringContaining('bad-token')]);
    if (program.exitCode === null) await once(program, 'exit');
    expect(program.exitCode).toBe(0);
  });
});
