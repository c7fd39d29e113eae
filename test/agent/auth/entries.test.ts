import { once } from 'node:events';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { description, startTestAgent, TestClient, type FakeAnalysis, type FakeSfu } from '../fakes.ts';
import { Doors, OFFER, SDP } from './doors.ts';
import { claims, closed, GUARDED, nowS, sign, unsigned } from './tokens.ts';

let agent: Agent;
let sfu: FakeSfu;
let analysis: FakeAnalysis;
afterEach(async () => {
  vi.useRealTimers();
  await agent.close();
});

async function begin(settings: Record<string, unknown> = {}): Promise<void> {
  ({ agent, sfu, analysis } = await startTestAgent({ ...GUARDED, ...settings }));
}

const { publish, connect, join, receipt } = new Doors(() => agent.url);

const bad: ReadonlyArray<
  readonly [what: string, status: 401 | 403, code: string, make: () => string | Promise<string>]
> = [
  ['an expired token', 401, 'token-expired', () => sign({ exp: nowS() - 60 })],
  ['a token for later', 401, 'token-early', () => sign({ nbf: nowS() + 60 })],
  ['a token without claims', 401, 'bad-token', () => sign({ publish: undefined })],
  ['a tampered token', 401, 'bad-token', async () => `${(await sign()).slice(0, -4)}AAAA`],
  ['alg none', 401, 'bad-token', unsigned],
  [
    'a token signed with another key',
    401,
    'bad-token',
    () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(40)),
  ],
  ['a token for another room', 403, 'wrong-room', () => sign({ room: 'elsewhere' })],
];

describe.each(bad)('%s', (_what, status, code, make) => {
  it(`is refused over HTTP with ${status} ${code}`, async () => {
    await begin();
    const response = await publish(await make());
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      status,
      expect.stringContaining(code),
    ]);
    expect(await health()).toMatchObject({ rooms: 0, sessions: 0 });
  });

  it(`is refused over WebSocket with 4${status} ${code}: as subprotocol, in session.start, and as header`, async () => {
    await begin();
    const token = await make();
    const early = await connect(token);
    const [error, end] = await Promise.all([early.next('error'), closed(early)]);
    expect([error.code, end]).toEqual([
      status === 401 ? 'unauthorised' : 'forbidden',
      { code: 4000 + status, reason: code },
    ]);
    const late = await connect(undefined);
    late.send({ type: 'session.start', token });
    expect(await closed(late)).toEqual({ code: 4000 + status, reason: code });
    expect(await handshake({ Authorization: `Bearer ${token}` })).toBe(status);
    expect(await health()).toMatchObject({ rooms: 0, sessions: 0 });
  });
});

async function health(): Promise<unknown> {
  return (await fetch(new URL('/healthz', agent.url))).json();
}

/** The status that a handshake with these headers is refused with. */
function handshake(headers: Record<string, string>): Promise<number | undefined> {
  const { socket } = new TestClient(agent.url, '/ws?room=lobby', headers);
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('open', () => resolve(101));
  });
}

describe('without a token', () => {
  it('nobody publishes, starts a session, or gets in by a token in the address', async () => {
    await begin();
    expect((await fetch(new URL('/whip/lobby', agent.url), { method: 'POST', headers: SDP, body: OFFER })).status).toBe(
      401,
    );
    const client = await connect(undefined);
    client.send({ type: 'ping', id: 1 });
    client.send({ type: 'session.start' });
    expect(await closed(client)).toEqual({ code: 4401, reason: 'no-token' });
    const token = await sign();
    const address = new TestClient(agent.url, `/ws?room=lobby&token=${token}&access_token=${token}`);
    await once(address.socket, 'open');
    address.send({ type: 'session.start' });
    expect(await closed(address)).toMatchObject({ code: 4401 });
  });
});

describe('a good token', () => {
  it('is accepted as subprotocol, as header and in session.start, and is not sent back', async () => {
    await begin();
    const page = await connect(await sign({ sub: 'a' }));
    expect(page.socket.protocol).toBe('undertone');
    page.send({ type: 'session.start' });
    expect((await page.next('session.ready')).participant).toMatchObject({ id: 'a', externalId: 'a' });
    const program = new TestClient(agent.url, '/ws', {
      Authorization: `Bearer ${await sign({ sub: 'b', name: 'Ben' })}`,
    });
    await once(program.socket, 'open');
    program.send({ type: 'session.start', name: 'Somebody else' });
    expect(await program.next('session.ready')).toMatchObject({ room: 'lobby', participant: { id: 'b', name: 'Ben' } });
    const late = await connect(undefined);
    late.send({ type: 'session.start', token: await sign({ sub: 'c' }) });
    late.send({ type: 'ping', id: 7 });
    expect((await late.next('session.ready')).participant.id).toBe('c');
    await late.next('pong');
  });

  it('opens its own room only', async () => {
    await begin();
    const client = await connect(await sign());
    client.send({ type: 'session.start', room: 'boardroom' });
    expect(await client.next('error')).toMatchObject({ code: 'forbidden' });
    expect((await publish(await sign(), 'boardroom')).status).toBe(403);
  });

  it('without publish lets nobody publish, neither with it nor with the session that it opened', async () => {
    await begin();
    const { ready } = await join({ publish: false });
    expect((await publish(ready.token)).status).toBe(403);
    expect((await publish(await sign({ publish: false }))).status).toBe(403);
    expect(await health()).toMatchObject({ sessions: 1 });
  });

  it('without subscribe lets nobody watch, or hear of results, their own included', async () => {
    await begin();
    const { client, ready } = await join({ subscribe: false });
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    analysis.seats[0]?.join.onEvent(description('mia'), nowUs());
    await client.settled();
    expect(client.received.some(({ type }) => type === 'affect.description')).toBe(false);
    const watcher = await connect(await sign({ sub: 'ben', subscribe: false }));
    watcher.send({ type: 'session.start', watch: true });
    expect(await watcher.next('error')).toMatchObject({ code: 'forbidden' });
  });

  it('shows its holder nobody that the policy hides, and of whom the policy shows only those it names', async () => {
    for (const [visibility, see, expected] of [
      ['self', 'all', false],
      ['room', 'self', false],
      ['room', ['ben'], false],
      ['room', ['mia'], true],
      ['room', 'all', true],
    ] as const) {
      await begin({ policy: { visibility } });
      const { client, ready } = await join();
      const bot = await join({ sub: 'bot', publish: false, see });
      client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
      await client.settled();
      analysis.seats[0]?.join.onEvent(description('mia'), nowUs());
      await client.settled();
      await bot.client.settled();
      const seen = bot.client.received.some(({ type }) => type === 'affect.description');
      expect([visibility, see, seen]).toEqual([visibility, see, expected]);
      expect((await client.next('affect.description')).participant).toBe('mia');
      await agent.close();
    }
  });

  it('ends the session with a word of why when its time is over, and clears the person', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    await begin();
    const { client, ready } = await join({ exp: nowS() + 30 });
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    const ended = closed(client);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await client.next('error')).toMatchObject({
      code: 'unauthorised',
      message: expect.stringContaining('time'),
    });
    expect(await ended).toEqual({ code: 4401, reason: 'token-expired' });
    expect(analysis.seats[0]?.closed).toBe(true);
    expect((await publish(ready.token)).status).toBe(401);
  });

  it('counts from when a session is resumed with it: what it allows, and for how long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    await begin();
    const { client, ready, id } = await join({ exp: nowS() + 30 });
    client.socket.terminate();
    const again = await connect(await sign({ exp: nowS() + 300, publish: false }));
    again.send({ type: 'session.start', resume: { token: ready.token, seq: -1 } });
    expect((await again.next('session.ready')).token).toBe(ready.token);
    expect((await publish(ready.token)).status).toBe(403);
    await vi.advanceTimersByTimeAsync(60_000);
    await again.settled();
    const stranger = await connect(await sign({ sub: 'ben' }));
    stranger.send({ type: 'session.start', resume: { token: ready.token, seq: -1 } });
    expect((await stranger.next('session.ready')).participant.id).not.toBe(id);
  });

  it('used again takes the place of the older session', async () => {
    await begin();
    const first = await join();
    const ended = closed(first.client);
    const second = await join();
    expect(await ended).toEqual({ code: 4409, reason: 'replaced' });
    expect(second.id).toBe('mia');
    expect(await health()).toMatchObject({ sessions: 1 });
  });
});

describe('a publisher without a page', () => {
  it('publishes with a token alone, is analysed by the consent in it, and goes with the publication', async () => {
    await begin();
    const consent = await receipt();
    const token = await sign({ consent });
    const created = await publish(token);
    expect(created.status).toBe(201);
    expect(analysis.seats.map(({ participant, closed: gone }) => [participant, gone])).toEqual([['mia', false]]);
    const location = new URL(created.headers.get('location') ?? '', agent.url);
    const stranger = await fetch(location, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${await sign({ sub: 'x' })}` },
    });
    expect(stranger.status).toBe(404);
    expect((await fetch(location, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } })).status).toBe(
      200,
    );
    await expect.poll(health).toMatchObject({ rooms: 0, sessions: 0, consents: 0 });
    expect(analysis.seats[0]?.closed).toBe(true);
  });

  it('goes when the media is lost, and when the token has expired', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    await begin();
    await publish(await sign({ sub: 'a' }));
    sfu.emit({ type: 'publication-closed', room: 'lobby', participant: 'a', id: 'publication-0', reason: 'lost' });
    await publish(await sign({ sub: 'b', exp: nowS() + 30 }));
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await health()).toMatchObject({ rooms: 0, sessions: 0 });
    expect(sfu.unpublished).toEqual(['publication-1']);
  });

  it('is refused with 409 when the consent names other words, and nothing is left', async () => {
    await begin();
    expect((await publish(await sign({ consent: 'r1-old' }))).status).toBe(409);
    expect(sfu.unpublished).toEqual(['publication-0']);
    expect(await health()).toMatchObject({ rooms: 0, sessions: 0 });
  });

  it('leaves nothing when the offer is no good', async () => {
    await begin();
    const headers = { ...SDP, Authorization: `Bearer ${await sign()}` };
    const response = await fetch(new URL('/whip/lobby', agent.url), {
      method: 'POST',
      headers,
      body: 'v=0\r\ns=-\r\n',
    });
    expect(response.status).toBe(400);
    expect(await health()).toMatchObject({ rooms: 0, sessions: 0 });
  });

  it('publishes into the session that the person has', async () => {
    await begin();
    const { client } = await join();
    expect((await publish(await sign())).status).toBe(201);
    expect(await health()).toMatchObject({ sessions: 1 });
    await client.settled();
  });
});
