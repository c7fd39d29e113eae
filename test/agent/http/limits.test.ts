import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { AddressLimits, networkOf } from '../../../agent/http/address-limits.ts';
import { ProxyTrust } from '../../../agent/http/client-address.ts';
import { SECRET, closed, sign } from '../auth/tokens.ts';
import { config, startTestAgent, TestClient } from '../fakes.ts';

let agent: Agent | undefined;
afterEach(async () => {
  await agent?.close();
  agent = undefined;
});

/** An agent behind a proxy on this machine, so that a test can come from any address. */
async function begin(limits: Record<string, number> = {}, more: Record<string, unknown> = {}): Promise<Agent> {
  const server = { port: 0, trustedProxies: ['127.0.0.1'], limits };
  ({ agent } = await startTestAgent({
    deployment: { context: 'research' },
    auth: { secret: SECRET },
    server,
    ...more,
  }));
  return agent;
}

function get(
  from: string,
  path = '/healthz',
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  return fetch(new URL(path, agent?.url), { ...init, headers: { ...init.headers, 'X-Forwarded-For': from } });
}

describe('one address', () => {
  it('that asks too often is told to wait; the others are not', async () => {
    // One at once, and the next in four seconds.
    await begin({ requestsPerSecond: 0.25 });
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await get('198.51.100.1')).status);
    expect(statuses).toEqual([200, 429, 429]);
    const refused = await get('198.51.100.1');
    expect(refused.headers.get('retry-after')).toBe('10');
    expect((await get('198.51.100.2')).status).toBe(200);
  });

  it('that shows one wrong token after the other is not looked at any more, even with a right one', async () => {
    await begin({ failuresPerMinute: 3 });
    const publish = (from: string, token: string) =>
      get(from, '/whip/lobby', {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/sdp' },
        body: 'v=0\r\nm=audio 9 X 0\r\n',
      }).then(({ status }) => status);
    const guesses = [await publish('198.51.100.1', 'a.b.c'), await publish('198.51.100.1', 'a.b.c')];
    const client = new TestClient(agent?.url ?? '', '/ws', { 'X-Forwarded-For': '198.51.100.1' }, [
      'undertone',
      'bearer.x.y.z',
    ]);
    expect((await closed(client)).code).toBe(4401);
    expect([...guesses, await publish('198.51.100.1', await sign())]).toEqual([401, 401, 429]);
    expect(await publish('198.51.100.2', await sign())).toBe(201);
  });

  it('cannot publish without end', async () => {
    await begin({ publishesPerMinute: 2 });
    const statuses = [];
    for (let count = 0; count < 3; count++)
      statuses.push((await get('198.51.100.1', '/whip/lobby', { method: 'POST' })).status);
    expect(statuses).toEqual([401, 401, 429]);
  });

  it('holds no more WebSockets than it may', async () => {
    await begin({ connectionsPerAddress: 2 });
    const headers = { 'X-Forwarded-For': '198.51.100.1' };
    const two = [0, 1].map(() => new TestClient(agent?.url ?? '', '/ws', headers));
    await Promise.all(two.map(({ socket }) => once(socket, 'open')));
    const third = new TestClient(agent?.url ?? '', '/ws', headers);
    const status = new Promise((resolve) =>
      third.socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(await status).toBe(429);
    two[0]?.socket.close();
    await once(two[0]?.socket ?? third.socket, 'close');
    const fourth = new TestClient(agent?.url ?? '', '/ws', headers);
    await once(fourth.socket, 'open');
  });

  it('holds no more connections than it may, counted before a word is said', async () => {
    const server = { port: 0, limits: { connectionsPerAddress: 2 } };
    ({ agent } = await startTestAgent({ server }));
    const { port, hostname } = new URL(agent.url);
    const sockets = [0, 1, 2].map(() => connectTcp(Number(port), hostname));
    const [first, , third] = sockets;
    if (!first || !third) throw new Error('no sockets');
    third.resume();
    await once(third, 'close');
    first.destroy();
    await expect
      .poll(() =>
        fetch(agent?.url ?? '').then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(503);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a WebSocket', () => {
  it('that sends more than it may is closed, and one large message is not too much', async () => {
    ({ agent } = await startTestAgent());
    const { client } = await TestClient.join(agent.url);
    const end = closed(client);
    const large = JSON.stringify({ type: 'answer', number: 1, sdp: 'x'.repeat(190_000) });
    client.socket.send(large);
    await client.settled();
    for (let count = 0; count < 12; count++) client.socket.send(large);
    expect(await end).toEqual({ code: 4429, reason: 'too-many-requests' });
  });

  it('whose frame is too large is closed', async () => {
    ({ agent } = await startTestAgent());
    const { client } = await TestClient.join(agent.url);
    const end = closed(client);
    client.socket.send('x'.repeat(300_000));
    expect((await end).code).toBe(1009);
  });
});

describe('AddressLimits', () => {
  it('gives back with time, and forgets the address not seen for the longest', () => {
    let nowMs = 0;
    const { limits: defaults } = config().server;
    const limits = new AddressLimits({ ...defaults, requestsPerSecond: 1 }, () => nowMs);
    const allowed = (address: string): boolean => {
      try {
        limits.request(address);
        return true;
      } catch {
        return false;
      }
    };
    for (let count = 0; count < 4; count++) expect(allowed('192.0.2.1')).toBe(true);
    expect(allowed('192.0.2.1')).toBe(false);
    nowMs += 1000;
    expect([allowed('192.0.2.1'), allowed('192.0.2.1')]).toEqual([true, false]);
    for (let count = 0; count < 10_000; count++) allowed(`10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`);
    expect(allowed('192.0.2.1')).toBe(true);
    expect(limits.refused.requests).toBe(2);
  });

  it('takes a /64 of IPv6 as one address', () => {
    expect(networkOf('2001:db8:0:1::1')).toBe(networkOf('2001:DB8::1:ffff:0:0:2'));
    expect(networkOf('2001:db8:0:1::1')).not.toBe(networkOf('2001:db8:0:2::1'));
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0');
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
  });
});

describe('the address behind a proxy', () => {
  const trust = new ProxyTrust(['10.0.0.0/8', '192.0.2.9', 'fd00::/8']);
  const visitor = (peer: string, headers: Record<string, string>) => {
    const request = { socket: { remoteAddress: peer }, headers };
    return trust.visitor(request as unknown as Parameters<ProxyTrust['visitor']>[0]);
  };

  it.each([
    [
      'nobody trusted: what it claims is not believed',
      '203.0.113.5',
      { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-proto': 'https' },
      '203.0.113.5',
      false,
    ],
    [
      'a trusted proxy: it is believed',
      '10.1.2.3',
      { 'x-forwarded-for': '203.0.113.5', 'x-forwarded-proto': 'https' },
      '203.0.113.5',
      true,
    ],
    [
      'two trusted proxies: what the client made up before them is not',
      '10.1.2.3',
      { 'x-forwarded-for': '1.1.1.1, 203.0.113.5, 192.0.2.9' },
      '203.0.113.5',
      false,
    ],
    ['a wrapped IPv4 address', '::ffff:10.1.2.3', { 'x-forwarded-for': '2001:db8::7' }, '2001:db8::7', false],
    ['nonsense', '10.1.2.3', { 'x-forwarded-for': 'localhost' }, '10.1.2.3', false],
    ['nothing said', 'fd00::1', {}, 'fd00::1', false],
  ])('%s', (_what, peer, headers, address, secure) => {
    expect(visitor(peer, headers)).toMatchObject({ address, secure });
  });
});
