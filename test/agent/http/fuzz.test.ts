import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { SECRET, sign } from '../auth/tokens.ts';
import { startTestAgent, TestClient, type FakeAnalysis } from '../fakes.ts';

const OFFER = 'v=0\r\nm=audio 9 X 0\r\n';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'QUERY'];
const PLENTY = {
  connectionsPerAddress: 5000,
  requestsPerSecond: 100_000,
  publishesPerMinute: 100_000,
  failuresPerMinute: 10_000,
};

let agent: Agent;
let analysis: FakeAnalysis;
let folder: string;
let consent: string;
let token: string;
const failures: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-page-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  const log = pino({ level: 'error' }, { write: (line: string) => failures.push(line) });
  const settings = {
    deployment: { context: 'research' },
    auth: { secret: SECRET },
    server: { port: 0, limits: PLENTY },
  };
  ({ agent, analysis } = await startTestAgent(settings, { log, pageDir: folder }));
  const { client, ready } = await TestClient.join(agent.url, { token: await sign() });
  client.socket.close();
  consent = ready.receipt.version;
  token = await sign({ sub: 'fuzz', consent });
});
afterAll(async () => {
  await agent.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

const segment = fc.oneof(
  fc.constantFrom(
    'lobby',
    'x',
    '..',
    '.',
    '',
    '%2e%2e',
    '%',
    '%ff',
    '%00',
    '__proto__',
    'my-data',
    'stop',
    'publication-0',
  ),
  fc.string({ maxLength: 80, size: 'max' }).map(encodeURIComponent),
);
const path = fc.oneof(
  fc.constantFrom(
    '/whip/lobby',
    '/whip/lobby/publication-0',
    '/rooms/lobby/my-data',
    '/admin/stop',
    '/join/x',
    '/readyz',
  ),
  fc
    .tuple(
      fc.constantFrom(
        'whip',
        'rooms',
        'join',
        'admin',
        'admin/rooms',
        'ws',
        'healthz',
        'readyz',
        'metrics',
        'assets',
        'about-this-call',
        '',
        '/',
      ),
      fc.array(segment, { maxLength: 4 }),
      fc.oneof(
        fc.constant(''),
        fc.webQueryParameters().map((query) => `?${query}`),
        fc.constant('?room=%ff'),
      ),
    )
    .map(([first, rest, query]) => `/${[first, ...rest].join('/')}${query}`),
  fc.webPath().map((text) => `/${text}`),
  fc.constantFrom('*', '//', '/\\', 'http://evil.example/', '/%', `/${'a'.repeat(8000)}`),
);
const text = fc.string({
  maxLength: 300,
  size: 'max',
  unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
});
const common = {
  authorization: fc.oneof(text, fc.constantFrom('Bearer a.b.c', 'TOKEN')),
  'content-type': fc.oneof(
    text,
    fc.constantFrom('application/sdp', 'application/trickle-ice-sdpfrag', 'application/json'),
  ),
  'if-match': fc.oneof(text, fc.constantFrom('*', '"ice-1"')),
  cookie: text,
  'x-forwarded-for': text,
  'x-forwarded-proto': text,
  range: text,
};
/** Those that are refused at the door; with them everywhere, nothing would be seen of the rooms behind. */
const foreign = {
  origin: fc.oneof(text, fc.constantFrom('null', 'http://127.0.0.1', 'https://evil.example')),
  host: fc.oneof(
    text.filter((host) => host !== ''),
    fc.constantFrom('127.0.0.1', 'localhost:1', '[::1]', '[', 'evil.example'),
  ),
  'transfer-encoding': fc.constant('chunked'),
  expect: fc.constantFrom('100-continue', 'the impossible'),
  upgrade: fc.constantFrom('websocket', 'h2c', 'x'),
};
const headers = fc.oneof(
  { weight: 4, arbitrary: fc.record(common, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.record({ ...common, ...foreign }, { requiredKeys: [] }) },
);
const body = fc.oneof(
  fc.constant(''),
  fc.uint8Array({ maxLength: 2000, size: 'max' }),
  fc.string({ maxLength: 2000, size: 'max' }),
  fc.constantFrom(OFFER, 'v=0\r\n', '{"a":1}', 'restart'),
);

/** The status of the answer, or 0 when the connection was closed without one. */
function send({ method, path: at, headers: with_, body: content }: Sent): Promise<number> {
  const { port, hostname } = new URL(agent.url);
  return new Promise((resolve, reject) => {
    const authorization = with_['authorization'] === 'TOKEN' ? { authorization: `Bearer ${token}` } : {};
    const bodyless = content === '' ? {} : { 'content-length': Buffer.byteLength(content) };
    const length = with_['transfer-encoding'] === undefined ? bodyless : {};
    const asked = request({
      port,
      hostname,
      method,
      path: at,
      headers: { ...length, ...with_, ...authorization },
      agent: false,
    });
    asked.once('response', (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    });
    asked.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(0) : reject(error),
    );
    asked.end(content);
  });
}

/** Who publishes by a right token may go on without a session. */
async function endPublications(): Promise<void> {
  const own = { authorization: 'TOKEN' };
  for (let id = 0; id < 100; id++)
    await send({ method: 'DELETE', path: `/whip/lobby/publication-${id}`, headers: own, body: '' });
}

/** Nothing is held of anybody, and nothing failed inside. */
async function nothingLeft(): Promise<void> {
  await expect
    .poll(() => fetch(new URL('/healthz', agent.url)).then((response) => response.json()))
    .toMatchObject({ rooms: 0, sessions: 0, consents: 0 });
  expect(failures).toEqual([]);
  expect(analysis.seats.every(({ closed }) => closed)).toBe(true);
}

describe('whatever is sent over HTTP', () => {
  it('is answered in good order: never by a failure, and nothing is left behind', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...METHODS), path, headers, body, async (method, at, with_, content) => {
        const status = await send({ method, path: at, headers: with_, body: content });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        return status < 500;
      }),
      {
        numRuns: 400,
        // One for each kind of answer: chance need not find them all.
        examples: [
          ['GET', '/readyz', {}, ''],
          ['GET', '*', {}, ''],
          ['GET', '/rooms/lobby/my-data', {}, ''],
          ['GET', '/readyz', { origin: 'https://evil.example' }, ''],
          ['GET', '/x', {}, ''],
          ['PUT', '/whip/lobby', {}, ''],
        ],
      },
    );
    // It came past the door: many kinds of answers, not one refusal for all.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 405]));
    await endPublications();
    await nothingLeft();
  });

  it('publishes by a right token and leaves nothing when whatever follows is sent', async () => {
    const own = { authorization: 'TOKEN' };
    // Programs on this machine may stop and resume analysis, and chance may have done so.
    for (const at of ['/admin/resume', '/admin/rooms/lobby/resume'])
      await send({ method: 'POST', path: at, headers: {}, body: '' });
    // A stop voids the consents in all tokens of its second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // Another person: the first may have had everything deleted, by chance, and with it the consent in the token.
    token = await sign({ sub: 'other', consent });
    const sdp = { ...own, 'content-type': 'application/sdp' };
    expect(await send({ method: 'POST', path: '/whip/lobby', headers: sdp, body: OFFER })).toBe(201);
    expect(analysis.seats.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST', 'PATCH', 'DELETE', 'PUT'),
        fc.constantFrom('application/sdp', 'application/sdp', 'application/trickle-ice-sdpfrag', 'text/plain'),
        fc.constantFrom('', '', '/publication-0', '/publication-1', '/%ff'),
        fc.oneof(fc.constant(OFFER), body),
        async (method, type, id, content) => {
          const path_ = `/whip/lobby${id}`;
          const status = await send({ method, path: path_, headers: { ...own, 'content-type': type }, body: content });
          return status < 500;
        },
      ),
      { numRuns: 200 },
    );
    await endPublications();
    await nothingLeft();
  });
});

describe('whatever is sent instead of HTTP', () => {
  /** Sends raw bytes. @returns the first line of what comes back */
  async function raw(bytes: string | Uint8Array): Promise<string> {
    const { port, hostname } = new URL(agent.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      // One answer is enough; a WebSocket that opened would stay.
      socket.end();
    });
    socket.end(bytes);
    await once(socket, 'close');
    return Buffer.concat(parts).toString('latin1').split('\r\n')[0] ?? '';
  }

  it('is refused, or closed without an answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 3000, size: 'max' }), fc.string({ maxLength: 3000, size: 'max' })),
        async (bytes) => {
          expect(await raw(bytes)).toMatch(/^($|HTTP\/1\.1 4)/);
        },
      ),
      { numRuns: 100 },
    );
    await nothingLeft();
  });

  it('as a handshake is refused, or becomes a connection that never starts', async () => {
    const line = fc.string({
      maxLength: 60,
      size: 'max',
      unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          path.filter((at) => !/\s/.test(at)),
          fc.constantFrom('/ws', '/ws?room=lobby', '//', '/ws?room=..'),
        ),
        fc.record(
          {
            Host: fc.constantFrom('127.0.0.1', 'localhost', 'evil.example', '[', ''),
            Upgrade: fc.constantFrom('websocket', 'WebSocket', 'x', 'h2c'),
            Connection: fc.constantFrom('Upgrade', 'upgrade, keep-alive', 'close'),
            'Sec-WebSocket-Key': fc.oneof(line, fc.constant('dGhlIHNhbXBsZSBub25jZQ==')),
            'Sec-WebSocket-Version': fc.oneof(line, fc.constantFrom('13', '8')),
            'Sec-WebSocket-Protocol': fc.oneof(
              line,
              fc.constantFrom('undertone, bearer.a.b.c', 'bearer.', ',,', 'undertone'),
            ),
            'Sec-WebSocket-Extensions': line,
            Authorization: fc.oneof(line, fc.constant('Bearer a.b.c')),
            Cookie: line,
          },
          { requiredKeys: ['Upgrade', 'Connection'] },
        ),
        fc.uint8Array({ maxLength: 200, size: 'max' }),
        async (at, with_, rest) => {
          const head = Object.entries(with_).map(([name, value]) => `${name}: ${value}\r\n`);
          const bytes = Buffer.concat([Buffer.from(`GET ${at} HTTP/1.1\r\n${head.join('')}\r\n`), rest]);
          expect(await raw(bytes)).toMatch(/^($|HTTP\/1\.1 (101|[234]\d\d))/);
        },
      ),
      { numRuns: 200 },
    );
    await nothingLeft();
    const { client } = await TestClient.join(agent.url, { token });
    client.socket.close();
    await once(client.socket, 'close');
    await nothingLeft();
  });
});
