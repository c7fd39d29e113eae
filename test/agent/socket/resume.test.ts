import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import type { ServerMessage } from '../../../agent/protocol/server-messages.ts';
import { RESUME_WITHIN_MS } from '../../../agent/rooms/directory.ts';
import { EventRing, RING_EVENTS } from '../../../agent/rooms/event-ring.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { described, shifted, state } from '../client/fakes.ts';
import { description, startTestAgent, TestClient, type FakeAnalysis } from '../fakes.ts';

let agent: Agent;
let analysis: FakeAnalysis;
afterEach(() => agent.close());
async function begin(): Promise<void> {
  ({ agent, analysis } = await startTestAgent());
}

/** Somebody who consents, and who is told of them. */
async function call() {
  await begin();
  const speaker = await TestClient.join(agent.url, { name: 'Mia' });
  const listener = await TestClient.join(agent.url, { name: 'Listener' });
  speaker.client.send({ type: 'consent.set', granted: true, receiptVersion: speaker.ready.receipt.version });
  await listener.client.next('consent.changed');
  const { onEvent } = analysis.seats[0].join;
  const tell = (text: string): void => onEvent(description(speaker.id, text), nowUs());
  return { speaker, listener, tell };
}

async function cut({ socket }: TestClient): Promise<void> {
  socket.terminate();
  await once(socket, 'close');
}

const texts = (messages: readonly ServerMessage[]): string[] =>
  messages.flatMap((message) => (message.type === 'affect.description' ? [message.text] : []));

describe('a lost connection', () => {
  it('is resumed: the same person in the same seat, told all that was missed, once', async () => {
    const { listener, tell } = await call();
    tell('One.');
    const { seq } = await listener.client.next('affect.description');
    await cut(listener.client);
    for (const text of ['Two.', 'Three.', 'Four.']) tell(text);
    const back = await TestClient.join(agent.url, { resume: { token: listener.ready.token, seq } });
    expect(back.id).toBe(listener.id);
    expect(back.ready.resumed).toEqual({ complete: true, replayed: 3 });
    await back.client.settled();
    expect(texts(back.client.received)).toEqual(['Two.', 'Three.', 'Four.']);
    tell('Five.');
    await back.client.next('affect.description', ({ text }) => text === 'Five.');
  });

  it('leaves consent and analysis as they are until it is resumed, and nobody sees the person leave', async () => {
    const { speaker, listener, tell } = await call();
    await cut(speaker.client);
    tell('Still here.');
    await listener.client.next('affect.description');
    const back = await TestClient.join(agent.url, { resume: { token: speaker.ready.token, seq: -1 } });
    expect(back.ready.participant).toMatchObject({ id: speaker.id, analysis: true });
    expect(listener.client.received.filter(({ type }) => type.startsWith('participant.'))).toEqual([]);
    back.client.send({ type: 'consent.set', granted: false });
    await listener.client.next('consent.cleared');
    expect(analysis.seats[0].closed).toBe(true);
  });

  it('that is not resumed in time ends the session, and with it the consent', async () => {
    const { speaker, listener } = await call();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await cut(speaker.client);
      await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0), { timeout: 5000, interval: 1 });
      vi.advanceTimersByTime(RESUME_WITHIN_MS);
    } finally {
      vi.useRealTimers();
    }
    expect(await listener.client.next('participant.left')).toMatchObject({ participant: speaker.id });
    expect(analysis.seats[0].closed).toBe(true);
    const back = await TestClient.join(agent.url, { resume: { token: speaker.ready.token, seq: 0 } });
    expect(back.id).not.toBe(speaker.id);
    expect(back.ready.resumed).toEqual({ complete: false, replayed: 0 });
  });

  it('is taken over even when the server still believes in the old one, which is told so', async () => {
    const { listener } = await call();
    const back = await TestClient.join(agent.url, { resume: { token: listener.ready.token, seq: -1 } });
    expect(back.id).toBe(listener.id);
    expect((await listener.client.next('error')).message).toContain('came in again');
    await once(listener.client.socket, 'close');
    await back.client.settled();
  });

  it('is nobody else’s to resume', async () => {
    const { listener, tell } = await call();
    await cut(listener.client);
    tell('Private.');
    const guess = await TestClient.join(agent.url, { resume: { token: 'A'.repeat(43), seq: -1 } });
    expect(guess.id).not.toBe(listener.id);
    expect(guess.ready.resumed).toEqual({ complete: false, replayed: 0 });
    const elsewhere = new TestClient(agent.url, '/ws');
    await once(elsewhere.socket, 'open');
    elsewhere.send({ type: 'session.start', room: 'other', resume: { token: listener.ready.token, seq: -1 } });
    expect((await elsewhere.next('session.ready')).participant.id).not.toBe(listener.id);
  });

  it('brings nothing back of somebody who withdrew meanwhile', async () => {
    const { speaker, listener, tell } = await call();
    await cut(listener.client);
    tell('Gone soon.');
    speaker.client.send({ type: 'consent.set', granted: false });
    await speaker.client.next('consent.cleared');
    const back = await TestClient.join(agent.url, { resume: { token: listener.ready.token, seq: -1 } });
    await back.client.settled();
    expect(texts(back.client.received)).toEqual([]);
    expect(back.ready.participants).toMatchObject([{ id: speaker.id, analysis: false }]);
  });

  it('that was said goodbye to cannot be resumed', async () => {
    const { listener, speaker } = await call();
    listener.client.socket.close(1000);
    await speaker.client.next('participant.left');
    const back = await TestClient.join(agent.url, { resume: { token: listener.ready.token, seq: -1 } });
    expect(back.id).not.toBe(listener.id);
  });
});

describe('the ring of events', () => {
  it('says honestly when something fell, by number or by age', async () => {
    await begin();
    const ring = new EventRing();
    for (let seq = 0; seq < 3 * RING_EVENTS; seq++) ring.push(state(seq, 0), 0, 0);
    const { events, complete } = ring.since(0, 0);
    expect(complete).toBe(false);
    expect(events.length).toBeLessThanOrEqual(RING_EVENTS);
    expect(events.length).toBeGreaterThan(RING_EVENTS / 2);
    expect(ring.since(events[0].event.seq - 1, 0)).toMatchObject({ complete: true });
    expect(ring.since(3 * RING_EVENTS - 2, 60_000)).toEqual({ events: [], complete: false });
    expect(ring.since(3 * RING_EVENTS - 1, 60_000)).toEqual({ events: [], complete: true });
  });

  it('forgets a person, and what they said that moved others', () => {
    const ring = new EventRing();
    const utterance = { participant: 'p-1', own: false, startMs: 0, endMs: 1, text: 'words' };
    ring.push(described(1), 0, 0);
    ring.push(shifted(2, 0.5, { participant: 'p-2', cause: { utterance, score: 0.9 } }), 0, 0);
    ring.forget('p-1');
    expect(ring.since(-1, 0)).toMatchObject({
      complete: true,
      events: [{ event: { participant: 'p-2', cause: { utterance: null } } }],
    });
  });
});
