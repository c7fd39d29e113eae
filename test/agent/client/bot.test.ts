import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { description, startTestAgent, TestClient } from '../fakes.ts';
import { shifted, state } from './fakes.ts';

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
  client.send({ type: 'ping', id: 1 });
  const { roomMs: endMs = 0 } = await client.next('pong');
  const utterance = { participant: id, own: true, startMs: 0, endMs: 900, text: 'I am fine.' };
  const turn = { average: { valence: 0, arousal: 0, dominance: 0 }, latencyMs: {}, decidedMs: endMs };
  onEvent({ ...description(id, 'The brow lowers and the voice drops.'), endMs }, nowUs());
  // Twice the same: it is answered once, and only when the person has stopped speaking.
  for (let times = 0; times < 2; times++)
    onEvent(shifted(endMs, -0.4, { participant: id, cause: { utterance, score: 0.8 } }), nowUs());
  for (let times = 0; times < 2; times++)
    onEvent({ ...state(endMs, -0.4, 0, { participant: id }), ...turn, type: 'affect.turn' }, nowUs());
  expect((await lines.next()).value).toMatch(/^Mia: Hold on/);
  const because = (await lines.next()).value;
  expect(because).toContain('The brow lowers and the voice drops.');
  expect(because).toContain('most likely because of their own words: "I am fine."');
  bot.kill('SIGTERM');
  expect(await once(bot, 'exit')).toEqual([0, null]);
  expect(await lines.next()).toMatchObject({ done: true });
});
