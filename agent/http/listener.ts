/** The server that listens: HTTP or HTTPS, patient with nobody who is slow on purpose. */
import { createServer as createHttpServer, Server } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AppEnv } from './app-env.ts';
import { plainAddress } from './client-address.ts';
import type { Front } from './front.ts';

/** How long clients may take, in milliseconds. Who is slower is cut off: holding connections open must cost nothing here. */
const PATIENCE = {
  /** Until what is wanted was said. */
  headersTimeout: 10_000,
  /** Until the whole of it is here. */
  requestTimeout: 20_000,
  /** How often both are looked at. */
  connectionsCheckingInterval: 2000,
  /** Between two requests. */
  keepAliveTimeout: 5000,
};
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;
/** Room for a token of 8 KB in a header, and not for much more. */
const HEADER_LIMIT_BYTES = 16 * 1024;

export interface ListenerOptions {
  readonly fetch: Hono<AppEnv>['fetch'];
  readonly front: Front;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Connections of everybody together. */
  readonly maxConnections: number;
  /** Shorter times, for tests. */
  readonly patience?: Partial<typeof PATIENCE>;
}

/** A server that does not listen yet. @throws {Error} when certificate and key do not fit */
export function createListener(options: ListenerOptions): Server | HttpsServer {
  const { fetch, front, tls, maxConnections, patience } = options;
  const limits = { ...PATIENCE, ...patience, maxHeaderSize: HEADER_LIMIT_BYTES };
  const server =
    tls === undefined
      ? createAdaptorServer({ fetch, createServer: createHttpServer, serverOptions: limits })
      : createAdaptorServer({
          fetch,
          createServer: createHttpsServer,
          serverOptions: { ...limits, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS },
        });
  if (!(server instanceof Server || server instanceof HttpsServer)) throw new TypeError('expected an HTTP/1 server');
  server.maxConnections = maxConnections;
  server.on('connection', (socket) => limitConnections(socket, front));
  return server;
}

/** Counts the connections of each address. Those of trusted proxies are many by nature, and counted by who is behind. */
function limitConnections(socket: Socket, { limits, proxies }: Front): void {
  const address = plainAddress(socket.remoteAddress);
  if (proxies.trusts(address)) return;
  const release = limits.connect(address);
  if (release) socket.once('close', release);
  else socket.destroy();
}
