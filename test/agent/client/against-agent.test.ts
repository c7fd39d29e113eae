import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Agent } from '../../../agent/agent.ts';
import { Conversation, UndertoneClient } from '../../../agent/client/index.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { description, startTestAgent, type FakeAnalysis } from '../fakes.ts';

let agent: Agent;
let analysis: FakeAnalysis;
const clients: UndertoneClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await agent.close();
});

async function join(name: string): Promise<UndertoneClient> {
  const client = await UndertoneClient.connect({ url: agent.url, room: 'lobby', name, WebSocket });
  clients.push(client);
  return client;
}

describe('a client of a real agent', () => {
  it('hears who joins, agrees, is described, and is measured by its acknowledgements', async () => {
    ({ agent, analysis } = await startTestAgent());
    const listener = await join('Listener');
    const conversation = Conversation.of(listener);
    const events = listener.events();
    const speaker = await join('Mia');
    const { id } = speaker.session.participant;
    speaker.setConsent({ granted: true, receiptVersion: speaker.session.receipt.version });
    const heard: string[] = [];
    for await (const event of events) {
      if (event.type !== 'stats') heard.push(event.type);
      if (event.type === 'consent.changed') {
        speaker.sendCaption({ startMs: speaker.roomMs() - 900, endMs: speaker.roomMs(), text: 'good morning' });
        analysis.seats[0]?.join.onEvent({ ...description(id), endMs: listener.roomMs() }, nowUs());
      }
      if (event.type === 'delivered') break;
    }
    expect(heard).toEqual(['participant.joined', 'consent.changed', 'affect.description', 'delivered']);
    expect(conversation.context(id).text).toContain('impressions of "Mia"');
    expect(conversation.context(id).text).toMatch(/\d+ s ago: Appears calm\./);
    await expect.poll(() => analysis.seats[0]?.captions).toEqual(['good morning']);
    expect(listener.counters).toEqual({ dropped: 0, badFrames: 0, unsent: 0, reconnects: 0 });
  });

  it('comes back after the agent did, and goes on being described', async () => {
    ({ agent } = await startTestAgent());
    const backOff = { firstMs: 20, lastMs: 100 };
    const client = await UndertoneClient.connect({ url: agent.url, room: 'lobby', WebSocket, backOff });
    clients.push(client);
    const events = client.events();
    const port = Number(new URL(agent.url).port);
    await agent.close();
    ({ agent, analysis } = await startTestAgent({ server: { port } }));
    for await (const event of events) {
      if (event.type === 'connection.restored') {
        client.setConsent({ granted: true, receiptVersion: event.ready.receipt.version });
      }
      if (event.type === 'consent.changed') analysis.seats[0].join.onEvent(description(event.participant), nowUs());
      if (event.type === 'affect.description') break;
    }
    expect(client.counters).toMatchObject({ reconnects: 1, badFrames: 0 });
  });

  it('withdraws although the connection is lost just then: its analysis ends as soon as it is back', async () => {
    ({ agent, analysis } = await startTestAgent());
    const sockets: WebSocket[] = [];
    class Kept extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    }
    const backOff = { firstMs: 20, lastMs: 100 };
    const client = await UndertoneClient.connect({ url: agent.url, room: 'lobby', WebSocket: Kept, backOff });
    clients.push(client);
    client.setConsent({ granted: true, receiptVersion: client.session.receipt.version });
    await expect.poll(() => analysis.seats.length).toBe(1);
    const restored: boolean[] = [];
    client.on('connection.restored', ({ resumed }) => restored.push(resumed));
    client.on('connection.lost', () => client.setConsent({ granted: false }));
    sockets[0].terminate();
    await expect.poll(() => analysis.seats[0].closed).toBe(true);
    // It was the same session, whose consent would have held.
    await expect.poll(() => restored).toEqual([true]);
  });

  it('is told why it may not come in', async () => {
    ({ agent } = await startTestAgent({ server: { port: 0, maxSessions: 1 } }));
    await join('first');
    await expect(join('second')).rejects.toMatchObject({ code: 'refused', serverCode: 'room-full', retryable: true });
  });
});
