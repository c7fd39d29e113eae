import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { description, startTestAgent, TestClient } from '../fakes.ts';
import { state } from './fakes.ts';

const BOT = fileURLToPath(new URL('../../../agent/client/examples/bot.ts', import.meta.url));
let agent: Agent;
let bot: ChildProcess;
afterEach(async () => {
  if (bot.exitCode === null) bot.kill('SIGKILL');
  await agent.close();
});

it('lets the example bot hear a shift and answer it out loud, once', async () => {
  const started = await startTestAgent();
  agent = started.agent;
  const { client, ready, id } = await TestClient.join(agent.url, { name: 'Mia' });
  client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  await client.next('consent.changed');
  bot = spawn(process.execPath, ['--import', 'tsx', BOT, agent.url, 'lobby'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: bot.stdout! })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toContain('Listening in "lobby"');
  const { onEvent } = started.analysis.seats[0].join;
  for (let hop = 1; hop <= 20; hop++) {
    onEvent(state(hop * 500, hop <= 10 ? 0.4 : -0.4, 0, { participant: id }), nowUs());
    if (hop === 12) {
      const words = description(id, 'The brow lowers and the voice drops.');
      onEvent({ ...words, startMs: 5000, endMs: 6000, valence: { mean: -0.4, sd: 0.2 } }, nowUs());
    }
    // One hop after the other, as in a call: of hops that pile up only the newest is sent.
    await client.settled();
  }
  expect((await lines.next()).value).toMatch(/^Mia: Hold on/);
  expect((await lines.next()).value).toContain('The brow lowers and the voice drops.');
  bot.kill('SIGTERM');
  expect(await once(bot, 'exit')).toEqual([0, null]);
  expect(await lines.next()).toMatchObject({ done: true });
});
