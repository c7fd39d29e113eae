import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterEach, expect, it } from 'vitest';
import { Gate } from '../../../agent/auth/gate.ts';
import { Withdrawals } from '../../../agent/auth/withdrawals.ts';
import type { AppEnv } from '../../../agent/http/app-env.ts';
import { explainFault } from '../../../agent/http/faults.ts';
import { Front } from '../../../agent/http/front.ts';
import { createListener } from '../../../agent/http/listener.ts';
import { config } from '../fakes.ts';

let server: ReturnType<typeof createListener> | undefined;
/** Faults that would have been logged as the server's own. */
const unexplained: Error[] = [];
afterEach(() => {
  server?.close();
  unexplained.length = 0;
});

async function begin(more: Partial<Parameters<typeof createListener>[0]> = {}): Promise<number> {
  const settings = config();
  const front = new Front({ config: settings, gate: new Gate(settings.auth, new Withdrawals(settings.auth)) });
  const app = new Hono<AppEnv>().post('/', async (context) => context.text(`${(await context.req.text()).length}`));
  app.onError((error, context) => {
    const fault = explainFault(error, context);
    if (!fault) unexplained.push(error);
    return fault ?? context.text('failed', 500);
  });
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

it('cuts off who never finishes sending it, without a word in the log', async () => {
  const half = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf';
  expect(await sendHalf(await begin(), half)).toMatch(/^HTTP\/1\.1 408 /);
  expect(unexplained).toEqual([]);
});

it('refuses headers that are too large', async () => {
  const large = `POST / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`;
  expect(await sendHalf(await begin({ patience: {} }), large)).toMatch(/^HTTP\/1\.1 431 /);
});

it('is patient with others for seconds, not minutes', async () => {
  await begin({ patience: {} });
  expect([server?.headersTimeout, server?.requestTimeout, server?.keepAliveTimeout]).toEqual([10_000, 20_000, 5000]);
});
