import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Conversation, UndertoneClient } from '../../../agent/client/index.ts';
import { clientMessageSchema } from '../../../agent/protocol/client-messages.ts';
import { decodeFrame } from '../../../agent/protocol/decode.ts';
import { serverMessageSchema, type ServerMessage } from '../../../agent/protocol/server-messages.ts';
import { FakeRuntime, fakeSockets } from '../client/fakes.ts';
import { startTestAgent, TestClient } from '../fakes.ts';
import { damaged, messages } from './arbitrary.ts';

const RUNS = { numRuns: 300 };

it('reads every message that its own schemas allow', () => {
  for (const [side, schema] of [
    ['client', clientMessageSchema],
    ['server', serverMessageSchema],
  ] as const) {
    fc.assert(
      fc.property(messages(side), (message) => {
        const decoded = decodeFrame(schema, JSON.stringify(message));
        expect(decoded.ok ? '' : `${JSON.stringify(message['type'])}: ${decoded.reason}`).toBe('');
      }),
      RUNS,
    );
  }
});

it('answers whatever a client says with what the protocol allows, and the session goes on', async () => {
  const { agent } = await startTestAgent();
  try {
    // One burst each: who says more is told to slow down.
    for (let connection = 0; connection < 4; connection++) {
      const { client, id } = await TestClient.join(agent.url);
      for (const [i, message] of fc.sample(fc.oneof(messages('client'), damaged('client')), 100).entries()) {
        // About oneself as often as about nobody.
        const one = i % 2 && 'participant' in message ? { ...message, participant: id } : message;
        client.socket.send(JSON.stringify(one));
      }
      // Every answer was checked against the protocol as it came.
      await client.settled();
      expect(client.socket.readyState).toBe(client.socket.OPEN);
      expect(client.received.filter((message) => message.type === 'error' && message.code === 'internal')).toEqual([]);
      client.socket.close();
    }
  } finally {
    await agent.close();
  }
});

it('keeps a client going whatever a server says', async () => {
  const { sockets, WebSocket } = fakeSockets();
  const runtime = new FakeRuntime();
  const connecting = UndertoneClient.connect({ url: 'http://host:1', room: 'lobby', WebSocket, runtime });
  sockets[0].begin();
  const client = await connecting;
  const conversation = Conversation.of(client);
  const faults: unknown[] = [];
  client.on('client.fault', ({ error }) => error.code === 'listener-failed' && faults.push(error.cause));
  fc.assert(
    fc.property(fc.oneof(messages('server'), damaged('server')), (message) => {
      sockets[0].say(message as unknown as ServerMessage);
      const participant = typeof message['participant'] === 'string' ? message['participant'] : 'p-1';
      expect(conversation.context(participant).text.length).toBeGreaterThan(0);
      expect(client.connected).toBe(true);
    }),
    RUNS,
  );
  expect(faults).toEqual([]);
  client.close();
});
