import { once } from 'node:events';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { description, startTestAgent, TestClient, track, type FakeAnalysis, type FakeSfu } from '../fakes.ts';

let agent: Agent;
let sfu: FakeSfu;
let analysis: FakeAnalysis;
afterEach(() => agent.close());
async function begin(settings: Record<string, unknown> = {}): Promise<void> {
  ({ agent, sfu, analysis } = await startTestAgent(settings));
}
const research = { deployment: { context: 'research' } };

describe('a session', () => {
  it('gets an identity from the server, and the others hear of it', async () => {
    await begin();
    const first = await TestClient.join(agent.url, { name: 'Mia' });
    const second = await TestClient.join(agent.url, { name: 'Robin' });
    expect(first.ready.participant).toMatchObject({ name: 'Mia', analysis: false, audio: 'none', video: 'none' });
    expect(second.ready.participants.map(({ name }) => name)).toEqual(['Mia']);
    expect((await first.client.next('participant.joined')).participant.id).toBe(second.id);
    second.client.socket.close();
    expect((await first.client.next('participant.left')).participant).toBe(second.id);
  });

  it('survives whatever it is sent', async () => {
    await begin();
    const { client } = await TestClient.join(agent.url);
    const garbage = fc.sample(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.constantFrom('null', '[]', '{"type":"session.start"}', '{"type":"answer","number":9,"sdp":"x"}'),
      ),
      100,
    );
    for (const text of garbage) client.socket.send(text);
    client.socket.send(Buffer.from([1, 2, 3]));
    await client.settled();
    expect(client.received.filter(({ type }) => type === 'error').length).toBeGreaterThan(50);
  });

  it('is told to slow down, and goes on', async () => {
    await begin();
    const { client } = await TestClient.join(agent.url);
    for (let count = 0; count < 400; count++) client.send({ type: 'ping' });
    expect((await client.next('error')).code).toBe('too-fast');
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('must start before it does anything, starts once, and needs a room', async () => {
    await begin();
    const client = new TestClient(agent.url, '/ws');
    await once(client.socket, 'open');
    client.send({ type: 'consent.set', granted: true });
    expect((await client.next('error')).code).toBe('not-started');
    client.send({ type: 'session.start' });
    expect((await client.next('error')).message).toContain('names no room');
    client.send({ type: 'session.start', room: 'lobby' });
    await client.next('session.ready');
    client.send({ type: 'session.start', room: 'lobby' });
    expect((await client.next('error')).code).toBe('already-started');
  });

  it('is refused when every place is taken, and can come when one is free', async () => {
    await begin({ server: { port: 0, maxSessions: 1 } });
    const first = await TestClient.join(agent.url);
    const second = new TestClient(agent.url);
    await once(second.socket, 'open');
    second.send({ type: 'session.start' });
    expect(await second.next('error')).toMatchObject({ code: 'room-full', retryable: true });
    first.client.socket.close();
    await once(first.client.socket, 'close');
    await expect
      .poll(() => fetch(new URL('/healthz', agent.url)).then((response) => response.json()))
      .toMatchObject({ sessions: 0 });
    second.send({ type: 'session.start' });
    await second.next('session.ready');
  });
});

describe('consent', () => {
  it('is off by default: media is published, and not a packet is tapped', async () => {
    await begin();
    const { id } = await TestClient.join(agent.url);
    sfu.emit({ type: 'track-added', track: track(id) });
    expect(sfu.sinks.size).toBe(0);
    expect(analysis.seats).toEqual([]);
  });

  it('taps tracks that are there and tracks that come later, and tells everybody', async () => {
    await begin();
    const { client, ready, id } = await TestClient.join(agent.url);
    const other = await TestClient.join(agent.url);
    sfu.emit({ type: 'track-added', track: track(id) });
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    expect(await other.client.next('consent.changed')).toMatchObject({ participant: id, granted: true });
    sfu.emit({ type: 'track-added', track: track(id, 'video') });
    sfu.emit({ type: 'track-added', track: track(other.id) });
    await client.settled();
    expect([...sfu.sinks.keys()]).toEqual([`${id}-audio`, `${id}-video`]);
    sfu.sinks.get(`${id}-video`)?.packet(new Uint8Array(20), 0);
    expect(analysis.seats[0]?.packets).toEqual([`${id}-video`]);
  });

  it('is not taken for words that the person did not read', async () => {
    await begin();
    const { client } = await TestClient.join(agent.url);
    client.send({ type: 'consent.set', granted: true, receiptVersion: 'r1-other' });
    expect(await client.next('error')).toMatchObject({ code: 'receipt-outdated' });
    expect(analysis.seats).toEqual([]);
  });

  it('withdrawn: not one packet, event or caption passes any more, the seat is cleared, everybody is told', async () => {
    await begin();
    const { client, ready, id } = await TestClient.join(agent.url);
    const other = await TestClient.join(agent.url);
    sfu.emit({ type: 'track-added', track: track(id) });
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    const [seat] = analysis.seats;
    const sink = sfu.sinks.get(`${id}-audio`);
    client.send({ type: 'consent.set', granted: false });
    expect(await other.client.next('consent.changed', ({ granted }) => !granted)).toMatchObject({ participant: id });
    expect((await other.client.next('consent.cleared')).participant).toBe(id);
    // What the SFU or a worker still has under way arrives late.
    sink?.packet(new Uint8Array(20), 0);
    seat?.join.onEvent(description(id), nowUs());
    client.send({ type: 'caption', startMs: 0, endMs: 1, text: 'late words' });
    await client.settled();
    await other.client.settled();
    expect(seat).toMatchObject({ packets: [], captions: [], closed: true });
    expect(sfu.sinks.size).toBe(0);
    expect(other.client.received.some(({ type }) => type === 'affect.description')).toBe(false);
  });

  it('ends with the connection', async () => {
    await begin();
    const { client, ready } = await TestClient.join(agent.url);
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.next('consent.changed');
    client.socket.close();
    await expect.poll(() => analysis.seats[0]?.closed).toBe(true);
  });

  it('drops captions of people who have not consented', async () => {
    await begin();
    const { client, ready } = await TestClient.join(agent.url);
    client.send({ type: 'caption', startMs: 0, endMs: 900, text: 'before' });
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    client.send({ type: 'caption', startMs: 900, endMs: 1800, text: 'after' });
    await client.settled();
    expect(analysis.seats[0]?.captions).toEqual(['after']);
  });
});

describe('descriptions', () => {
  async function twoPeople(settings: Record<string, unknown>) {
    await begin(settings);
    const own = await TestClient.join(agent.url);
    const other = await TestClient.join(agent.url);
    own.client.send({ type: 'consent.set', granted: true, receiptVersion: own.ready.receipt.version });
    await own.client.settled();
    analysis.seats[0]?.join.onEvent(description(own.id), nowUs() - 80_000);
    await own.client.settled();
    await other.client.settled();
    return { own, other };
  }

  it('go to the person described alone', async () => {
    const { own, other } = await twoPeople(research);
    expect(await own.client.next('affect.description')).toMatchObject({ participant: own.id, seq: 0, room: 'lobby' });
    expect(other.client.received.some(({ type }) => type === 'affect.description')).toBe(false);
  });

  it('go to the whole room in the demo', async () => {
    const { own, other } = await twoPeople({});
    expect(other.ready.results).toBe('room');
    expect((await other.client.next('affect.description')).participant).toBe(own.id);
  });

  it('are measured until the client confirmed them', async () => {
    const { own } = await twoPeople(research);
    const { seq } = await own.client.next('affect.description');
    own.client.send({ type: 'ack', seq, receivedMs: 1 });
    const delivered = await own.client.next('delivered');
    expect(delivered.seq).toBe(seq);
    expect(delivered.sinceHopMs).toBeGreaterThanOrEqual(80);
    expect(delivered.deliveredMs).toBeLessThan(delivered.sinceHopMs);
  });

  it('come without the numbers of every hop, unless those were asked for', async () => {
    await begin(research);
    const { client, ready, id } = await TestClient.join(agent.url, { states: true });
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    const { valence, arousal, dominance, labels, confidence, participant, pack, startMs, endMs } = description(id);
    const reliability = { face: 1, voice: 1, caption: 0 };
    analysis.seats[0]?.join.onEvent(
      {
        type: 'affect.state',
        valence,
        arousal,
        dominance,
        labels,
        confidence,
        participant,
        pack,
        startMs,
        endMs,
        reliability,
      },
      nowUs(),
    );
    expect((await client.next('affect.state')).participant).toBe(id);
  });

  it('stop, with a word of why, when the pipeline gives somebody up', async () => {
    const { own } = await twoPeople(research);
    analysis.seats[0]?.join.onGone?.(new Error('worker died'));
    expect((await own.client.next('error')).message).toContain('Switch it on again');
    expect(await own.client.next('consent.changed', ({ granted }) => !granted)).toMatchObject({ participant: own.id });
  });
});

describe('mute', () => {
  it('is told to the SFU for what the person publishes, and shown to the others', async () => {
    await begin();
    const { client, ready, id } = await TestClient.join(agent.url);
    const headers = { Authorization: `Bearer ${ready.token}`, 'Content-Type': 'application/sdp' };
    await fetch(new URL(ready.whip, agent.url), { method: 'POST', headers, body: 'v=0\r\nm=audio 9 X 0\r\n' });
    sfu.emit({ type: 'track-added', track: track(id) });
    client.send({ type: 'mute', kind: 'audio', muted: true });
    await client.settled();
    expect(sfu.mutes).toEqual([['publication-0', 'audio', true]]);
    sfu.emit({ type: 'track-muted', track: track(id), muted: true });
    expect(
      (await client.next('participant.changed', ({ participant }) => participant.audio === 'muted')).participant.id,
    ).toBe(id);
  });
});

describe('shutting down', () => {
  it('clears everybody and closes every connection', async () => {
    await begin();
    const { client, ready } = await TestClient.join(agent.url);
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    const closed = once(client.socket, 'close');
    await agent.close();
    expect((await closed)[0]).toBe(1001);
    expect(analysis.seats[0]?.closed).toBe(true);
    await expect(fetch(agent.url)).rejects.toThrow('fetch failed');
  });
});
