import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { config, startTestAgent, TestClient, type FakeSfu } from '../fakes.ts';

const OFFER = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const SDP = { 'Content-Type': 'application/sdp' };
const FRAGMENT = { 'Content-Type': 'application/trickle-ice-sdpfrag' };

let agent: Agent;
let sfu: FakeSfu;
let bearer: Record<string, string>;
beforeAll(async () => {
  ({ agent, sfu } = await startTestAgent());
  const { ready } = await TestClient.join(agent.url);
  bearer = { Authorization: `Bearer ${ready.token}` };
});
afterAll(() => agent.close());

function call(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Response> {
  return fetch(new URL(path, agent.url), { method, headers, body: body ?? null });
}

describe('WHIP', () => {
  it('publishes: 201, Location, ETag, answer; then PATCH, restart and DELETE', async () => {
    const created = await call('POST', '/whip/lobby', { ...bearer, ...SDP }, OFFER);
    expect([created.status, created.headers.get('content-type'), await created.text()]).toEqual([
      201,
      'application/sdp',
      'v=0\r\nanswer',
    ]);
    const location = created.headers.get('location') ?? '';
    const etag = created.headers.get('etag') ?? '';
    expect(location).toMatch(/^\/whip\/lobby\/[\w-]+$/);
    expect((await call('PATCH', location, { ...bearer, ...FRAGMENT, 'If-Match': etag }, 'a=candidate:1')).status).toBe(
      204,
    );
    const restarted = await call('PATCH', location, { ...bearer, ...FRAGMENT, 'If-Match': '*' }, 'restart');
    expect([restarted.status, await restarted.text()]).toEqual([200, 'a=ice-ufrag:new']);
    expect(restarted.headers.get('etag')).not.toBe(etag);
    expect((await call('PATCH', location, { ...bearer, ...FRAGMENT, 'If-Match': etag }, 'a=candidate:1')).status).toBe(
      412,
    );
    expect((await call('DELETE', location, bearer)).status).toBe(200);
    expect(sfu.unpublished).toContain(location.split('/').at(-1));
    expect((await call('DELETE', location, bearer)).status).toBe(404);
  });

  it.each([
    ['no token', 401, 'POST', '/whip/lobby', SDP, OFFER, false],
    ['a made-up token', 401, 'POST', '/whip/lobby', { ...SDP, Authorization: 'Bearer abc' }, OFFER, false],
    ['the token of another room', 401, 'POST', '/whip/elsewhere', SDP, OFFER, true],
    ['the wrong content type', 415, 'POST', '/whip/lobby', { 'Content-Type': 'text/plain' }, OFFER, true],
    ['no body', 400, 'POST', '/whip/lobby', SDP, undefined, true],
    ['a body that is not SDP', 400, 'POST', '/whip/lobby', SDP, 'hello', true],
    ['SDP that the SFU refuses', 400, 'POST', '/whip/lobby', SDP, 'v=0\r\ns=-\r\n', true],
    ['a body that is too large', 413, 'POST', '/whip/lobby', SDP, `v=0\r\n${'a'.repeat(300_000)}`, true],
    ['GET', 405, 'GET', '/whip/lobby', {}, undefined, true],
    ['PUT', 405, 'PUT', '/whip/lobby/some', {}, undefined, true],
    ['candidates for nothing', 404, 'PATCH', '/whip/lobby/nothing', FRAGMENT, 'a=candidate:1', true],
  ])('answers %s with %d and says what to do', async (_what, status, method, path, headers, body, authorised) => {
    const response = await call(method, path, { ...(authorised ? bearer : {}), ...headers }, body);
    expect(response.status).toBe(status);
    expect((await response.text()).length).toBeGreaterThan(10);
  });

  it('does not let one session publish again and again', async () => {
    const { ready } = await TestClient.join(agent.url);
    const statuses: number[] = [];
    for (let count = 0; count < 5; count++) {
      statuses.push(
        (await call('POST', '/whip/lobby', { ...SDP, Authorization: `Bearer ${ready.token}` }, OFFER)).status,
      );
    }
    expect(statuses).toEqual([201, 201, 201, 409, 409]);
  });
});

describe('the HTTP side', () => {
  it('tells its health without telling of people', async () => {
    const response = await call('GET', '/healthz');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok', engine: 'fake', pack: 'fake@1' });
  });

  it('forbids framing, foreign scripts and sniffing', async () => {
    const { headers } = await call('GET', '/healthz');
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('permissions-policy')).toContain('camera=(self)');
  });

  it('says so when the page was not built', async () => {
    const response = await call('GET', '/');
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')]);
    expect((await call('GET', '/../package.json')).status).toBe(404);
  });

  it('refuses pages of other sites, over HTTP and WebSocket', async () => {
    expect((await call('GET', '/healthz', { Origin: 'https://evil.example' })).status).toBe(403);
    const refused = new TestClient(agent.url, '/ws?room=lobby', { Origin: 'https://evil.example' });
    const status = await new Promise((resolve) =>
      refused.socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(403);
  });

  it('refuses names that were rebound to this machine', async () => {
    const refused = new TestClient(agent.url, '/ws', { Host: 'evil.example' });
    const status = await new Promise((resolve) =>
      refused.socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(403);
  });
});

describe('ICE servers', () => {
  async function linkOf(iceServers: readonly object[]): Promise<string | null> {
    const started = await startTestAgent({ sfu: { iceServers } });
    try {
      const { ready } = await TestClient.join(started.agent.url);
      // The same for who watches, and for publishers that read no headers.
      expect(ready.iceServers ?? []).toEqual(iceServers);
      const headers = { ...SDP, Authorization: `Bearer ${ready.token}` };
      const created = await fetch(new URL('/whip/lobby', started.agent.url), { method: 'POST', headers, body: OFFER });
      expect(created.status).toBe(201);
      return created.headers.get('link');
    } finally {
      await started.agent.close();
    }
  }

  it('are told to who publishes, one link each, secrets quoted (RFC 9725 4.6)', async () => {
    const turn = {
      urls: ['turn:turn.example?transport=udp', 'turns:turn.example'],
      username: 'u',
      credential: 'a"b\\c',
    };
    const secret = String.raw`; username="u"; credential="a\"b\\c"; credential-type="password"`;
    expect(await linkOf([{ urls: ['stun:stun.example:3478'] }, turn])).toBe(
      [
        '<stun:stun.example:3478>; rel="ice-server"',
        `<turn:turn.example?transport=udp>; rel="ice-server"${secret}`,
        `<turns:turn.example>; rel="ice-server"${secret}`,
      ].join(', '),
    );
  });

  it('are not spoken of where there are none', async () => {
    expect(await linkOf([])).toBeNull();
  });

  it.each([
    [{ urls: ['http://turn.example'] }],
    [{ urls: ['turn:a>; rel="other"'] }],
    [{ urls: ['turn:turn.example'], username: 'u', credential: 'a\r\nSet-Cookie: b' }],
    [{ urls: ['turn:turn.example'], username: 'ü', credential: 'p' }],
  ])('that no header can carry are refused by the configuration: %j', (server) => {
    expect(() => config({ sfu: { iceServers: [server] } })).toThrow(/ICE server|ASCII/);
  });
});
