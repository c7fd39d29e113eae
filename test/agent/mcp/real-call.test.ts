import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeadlessPublisher } from '../../sfu/werift/headless-caller.ts';
import { TestClient } from '../fakes.ts';
import { WhipEndpoint } from '../whip-endpoint.ts';

const MAIN = fileURLToPath(new URL('../../../agent/cli/main.ts', import.meta.url));
const BOT = fileURLToPath(new URL('../../../agent/client/examples/bot.ts', import.meta.url));
const FROM_SOURCE = ['--import', 'tsx'];
/** A first start may convert the face models, on a machine that has other things to do. */
const START_MS = 180_000;

let agent: ChildProcess;
let url: string;
let caller: Awaited<ReturnType<typeof TestClient.join>>;
const publisher = new HeadlessPublisher();
const assistant = new Client({ name: 'test', version: '1' });

beforeAll(async () => {
  const args = [...FROM_SOURCE, MAIN, 'start', '--port', '0', '--log-level', 'warn'];
  agent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  [url] = (await once(createInterface({ input: agent.stdout! }), 'line')) as [string];
  caller = await TestClient.join(url, { name: 'Mia', states: true });
  const { client, ready, id } = caller;
  await publisher.publish(new WhipEndpoint(new URL(ready.whip, url), ready.token), 'lobby', id);
  client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  await client.next('affect.state');
}, START_MS);

afterAll(async () => {
  await assistant.close();
  publisher.close();
  caller?.client.socket.close();
  if (agent.exitCode === null) {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
  }
});

async function call(name: string, input: Record<string, unknown> = {}): Promise<{ json: unknown; isError: boolean }> {
  const { content, isError } = await assistant.callTool({ name, arguments: input });
  const [{ text }] = content as [{ text: string }];
  return isError ? { json: text, isError: true } : { json: JSON.parse(text), isError: false };
}

describe('an assistant in a real call', () => {
  it('reads through the MCP server who is there and how they come across', { timeout: START_MS }, async () => {
    const args = [...FROM_SOURCE, MAIN, 'mcp', '--url', url, '--room', 'lobby', '--name', 'Claire'];
    await assistant.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
    expect(await caller.client.next('participant.joined')).toMatchObject({ participant: { name: 'Claire' } });
    const { tools } = await assistant.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(['ask', 'context', 'participants', 'rooms', 'state']);

    expect((await call('rooms')).json).toEqual([{ room: 'lobby', connected: true, results: 'room', people: 1 }]);
    expect((await call('participants')).json).toEqual([{ id: caller.id, name: 'Mia', analysis: true }]);
    await expect
      .poll(async () => (await call('state', { participant: 'mia' })).json, { timeout: 30_000 })
      .toMatchObject({ participant: caller.id, latest: { valence: expect.any(Number) } });
    const context = await call('context', { participant: caller.id, seconds: 60 });
    expect(context.json).toMatchObject({ text: expect.stringContaining('"Mia"'), json: { analysis: true } });
    // A grey picture and a tone: whether that is enough to be read is the model's to say.
    await expect
      .poll(async () => (await call('ask', { participant: 'Mia', task: 'sentiment', over: 'call' })).json)
      .toMatchObject({ type: 'answer', status: expect.stringMatching(/^(ok|unavailable)$/) });
    expect(await call('state', { participant: 'nobody' })).toMatchObject({
      isError: true,
      json: expect.stringContaining('participants'),
    });
    expect(await call('context', { participant: 'Mia', seconds: -1 })).toMatchObject({ isError: true });
  });

  it('listens as the example bot', { timeout: START_MS }, async () => {
    const bot = spawn(process.execPath, [...FROM_SOURCE, BOT, url, 'lobby'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(bot, 'exit');
    const [line] = (await once(createInterface({ input: bot.stdout }), 'line')) as [string];
    expect(line).toContain('Listening in "lobby"');
    expect(await caller.client.next('participant.joined')).toMatchObject({ participant: { name: 'Listener' } });
    bot.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await caller.client.next('participant.left');
  });
});
