import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Agent } from '../../../agent/agent.ts';
import { ClientError, UndertoneClient } from '../../../agent/client/index.ts';
import { startTestAgent } from '../fakes.ts';
import { GUARDED, nowS, sign } from './tokens.ts';

let agent: Agent;
const clients: UndertoneClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await agent.close();
});

async function begin(): Promise<void> {
  ({ agent } = await startTestAgent(GUARDED));
}

async function connect(token: string | (() => Promise<string>)): Promise<UndertoneClient> {
  const backOff = { firstMs: 20, lastMs: 100 };
  const client = await UndertoneClient.connect({ url: agent.url, room: 'lobby', token, WebSocket, backOff });
  clients.push(client);
  return client;
}

describe('a client with a room token', () => {
  it('is told why it is refused, and does not try again', async () => {
    await begin();
    const refused: unknown = await connect(await sign({ exp: nowS() - 60 })).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ClientError);
    expect(refused).toMatchObject({ code: 'refused', serverCode: 'unauthorised', retryable: false });
  });

  it('goes for good when the same identity comes again, so that two do not send each other away for ever', async () => {
    await begin();
    const token = await sign();
    const first = await connect(token);
    const events = first.events();
    const second = await connect(token);
    const heard: string[] = [];
    const ended: unknown = await (async () => {
      for await (const { type } of events) heard.push(type);
    })().catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 'refused', retryable: false });
    expect(heard).not.toContain('connection.lost');
    expect([first.connected, second.connected]).toEqual([false, true]);
  });

  it('comes back with a fresh token when the time of the old one is over', async () => {
    await begin();
    let lifetimeS = 2;
    const client = await connect(() => {
      const token = sign({ exp: nowS() + lifetimeS });
      lifetimeS = 600;
      return token;
    });
    const restored = new Promise<void>((resolve) => client.on('connection.restored', () => resolve()));
    await restored;
    expect(client.connected).toBe(true);
    expect(client.counters.reconnects).toBe(1);
  });
});
