import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Agent } from '../../../agent/agent.ts';
import { Invitations } from '../../../agent/auth/invitations.ts';
import { fingerprintLines, joinLines, openLan, type Lan } from '../../../agent/cli/lan.ts';
import { stop } from '../../../agent/cli/operate.ts';
import { config, startTestAgent } from '../fakes.ts';

let folder: string;
let agent: Agent;
let lan: Lan;
const codes: string[] = [];
beforeEach(async () => {
  codes.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'undertone-lan-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
  lan = await openLan(config(), '127.0.0.1');
  const invitations = new Invitations({ room: 'demo', onCode: (code) => codes.push(code) });
  ({ agent } = await startTestAgent({}, { lan: { ...lan, invitations } }));
  invitations.renew();
});
afterEach(async () => {
  await agent.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Asks as a browser that took the certificate for good. */
function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, agent.url), { method, headers, ca: lan.tls.cert }, (response) => {
      let body = '';
      response.on('data', (part: Buffer) => (body += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function join_(): Promise<string> {
  const { headers } = await ask('POST', `/join/${codes.at(-1)}`, { Origin: new URL(agent.url).origin });
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

/** How a session that brings this cookie begins. */
async function start(cookie: string, room = 'demo'): Promise<string> {
  const headers = { Cookie: cookie };
  const socket = new WebSocket(new URL(`/ws?room=${room}`, agent.url.replace('http', 'ws')), {
    headers,
    ca: lan.tls.cert,
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'session.start' }));
  const [data] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  const { type, code } = JSON.parse(data.toString()) as { type: string; code?: string };
  return code ?? type;
}

describe('on the own network', () => {
  it('speaks HTTPS with the certificate whose fingerprint is printed', async () => {
    const { port, hostname } = new URL(agent.url);
    const socket = connect({ port: Number(port), host: hostname, ca: lan.tls.cert });
    await once(socket, 'secureConnect');
    expect(fingerprintLines(lan.fingerprint)).toContain(socket.getPeerX509Certificate()?.fingerprint256);
    socket.destroy();
    await expect(fetch(agent.url.replace('https', 'http'))).rejects.toThrow('fetch failed');
  });

  it('takes away nobody’s way past the warning', async () => {
    expect((await ask('GET', '/healthz')).headers['strict-transport-security']).toBeUndefined();
  });

  it('lets one person in by a link, by asking first, and prints the next link', async () => {
    const [code] = codes;
    expect(joinLines(code ?? '', agent.url, lan)).toContain(`${agent.url}join/${code}`);
    const asked = await ask('GET', `/join/${code}`);
    expect([asked.status, asked.body]).toEqual([200, expect.stringContaining('<form method="post">')]);
    expect(asked.headers['content-security-policy']).toContain("form-action 'self'");
    // Chromium sends "Origin: null" with the form of a page that holds its referrer back.
    expect(asked.headers['referrer-policy']).toBe('same-origin');
    expect(codes.length).toBe(1);
    const joined = await ask('POST', `/join/${code}`);
    expect([joined.status, joined.headers['location']]).toEqual([303, '/?room=demo']);
    expect(String(joined.headers['set-cookie'])).toMatch(
      /^__Host-undertone=[\w-]{43}; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Strict$/,
    );
    expect(codes.length).toBe(2);
    expect((await ask('POST', `/join/${code}`)).status).toBe(403);
    expect((await ask('POST', `/join/${codes[1]}`)).status).toBe(303);
  });

  it('starts sessions for guests, in their room, and for nobody else', async () => {
    const cookie = await join_();
    expect(await start(cookie)).toBe('session.ready');
    expect(await start(cookie)).toBe('session.ready');
    expect(await start(cookie, 'other')).toBe('forbidden');
    expect(await start('')).toBe('unauthorised');
    expect(await start(`__Host-undertone=${'a'.repeat(43)}`)).toBe('unauthorised');
  });

  it('lets a guest who was removed in no more', async () => {
    const headers = { Cookie: await join_() };
    const socket = new WebSocket(new URL('/ws?room=demo', agent.url.replace('http', 'ws')), {
      headers,
      ca: lan.tls.cert,
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'session.start' }));
    const [data] = (await once(socket, 'message')) as [Buffer];
    const { participant } = JSON.parse(data.toString()) as { participant: { id: string } };
    const gone = once(socket, 'close');
    const removed = await ask('DELETE', `/admin/rooms/demo/participants/${participant.id}`);
    expect(JSON.parse(removed.body)).toEqual({ present: true, shutOut: true, kept: true });
    await gone;
    expect(await start(headers.Cookie)).toBe('unauthorised');
    expect(await start(await join_())).toBe('session.ready');
  });

  it('lets no other page use a guest’s cookie', async () => {
    const headers = { Cookie: await join_(), Origin: 'https://evil.example' };
    const socket = new WebSocket(new URL('/ws?room=demo', agent.url.replace('http', 'ws')), {
      headers,
      ca: lan.tls.cert,
    });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
  });

  it('stops looking at links after too many wrong ones', async () => {
    // The limit gives one back every three seconds.
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const statuses = [];
    for (let count = 0; count < 22; count++) statuses.push((await ask('POST', '/join/aaaaaaaaaa')).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 403));
    expect(statuses.slice(-1)).toEqual([429]);
    expect((await ask('POST', `/join/${codes.at(-1)}`)).status).toBe(429);
  });

  it('is no place for somebody else’s certificate', async () => {
    const server = { tls: { certFile: 'x', keyFile: 'y' } };
    await expect(openLan(config({ server }), '127.0.0.1', folder)).rejects.toThrow(/Leave --lan out/);
  });
});

describe('Invitations', () => {
  it('forget links and guests when their time is over', () => {
    let nowMs = 0;
    const printed: string[] = [];
    const invitations = new Invitations({ room: 'demo', onCode: (code) => printed.push(code), now: () => nowMs });
    invitations.renew();
    const { key } = invitations.redeem(printed[0] ?? '');
    expect(invitations.guest(key)).toMatchObject({ room: 'demo', publish: true });
    nowMs += 11 * 60_000;
    expect(() => invitations.redeem(printed[1] ?? '')).toThrow(/too old/);
    nowMs += 12 * 3_600_000;
    expect(invitations.guest(key)).toBeUndefined();
    invitations.close();
  });
});

it('hears the switch of the user who serves it, although nobody else vouches for its certificate', async () => {
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await stop({ url: agent.url });
    expect(printed.mock.calls.join()).toContain('Analysis is off.');
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'of-somebody-else'));
    await expect(stop({ url: agent.url })).rejects.toMatchObject({ code: 'untrusted' });
  } finally {
    printed.mockRestore();
  }
});
