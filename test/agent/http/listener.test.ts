import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { Gate } from '../../../agent/auth/gate.ts';
import type { AppEnv } from '../../../agent/http/app-env.ts';
import { Front } from '../../../agent/http/front.ts';
import { createListener } from '../../../agent/http/listener.ts';
import { SECRET, sign } from '../auth/tokens.ts';
import { config, startTestAgent } from '../fakes.ts';

const open = { deployment: { context: 'research' }, auth: { secret: SECRET } };

let server: ReturnType<typeof createListener> | undefined;
afterEach(() => server?.close());

async function begin(more: Partial<Parameters<typeof createListener>[0]> = {}): Promise<number> {
  const settings = config();
  const front = new Front({ config: settings, gate: new Gate(settings.auth) });
  const app = new Hono<AppEnv>().post('/', async (context) => context.text(`${(await context.req.text()).length}`));
  const patience = { headersTimeout: 150, requestTimeout: 300, connectionsCheckingInterval: 50 };
  server = createListener({ fetch: app.fetch, front, maxConnections: 10, patience, ...more });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends the beginning of a request and never the rest. @returns everything that comes back until the end */
async function sendHalf(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let answer = '';
  socket.on('data', (part: Buffer) => (answer += part.toString()));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

it('cuts off who never finishes saying what they want', async () => {
  expect(await sendHalf(await begin(), 'POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')).toMatch(/^HTTP\/1\.1 408 /);
});

it('cuts off who never finishes sending it', async () => {
  const half = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf';
  expect(await sendHalf(await begin(), half)).toMatch(/^HTTP\/1\.1 408 /);
});

it('refuses headers that are too large', async () => {
  const large = `POST / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`;
  expect(await sendHalf(await begin(), large)).toMatch(/^HTTP\/1\.1 431 /);
});

it('does not log who goes in the middle of a request', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const { agent } = await startTestAgent(open, { log });
  lines.length = 0;
  const { port, hostname } = new URL(agent.url);
  const socket = connect(Number(port), hostname);
  const head = `Host: localhost\r\nAuthorization: Bearer ${await sign()}\r\nContent-Type: application/sdp\r\nExpect: 100-continue`;
  socket.write(`POST /whip/lobby HTTP/1.1\r\n${head}\r\nContent-Length: 100\r\n\r\n`);
  await once(socket, 'data');
  socket.write('v=0');
  socket.resetAndDestroy();
  await agent.close();
  expect(lines).toEqual([]);
});

it('is patient with others for seconds, not minutes', async () => {
  await begin({ patience: {} });
  expect([server?.headersTimeout, server?.requestTimeout, server?.keepAliveTimeout]).toEqual([10_000, 20_000, 5000]);
});
