/** The running agent: HTTP and WebSocket in front, rooms behind, the SFU and the pipeline below. */
import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import type { Sfu } from '../sfu/index.ts';
import { resultsVisibleTo } from './config/deployment.ts';
import type { Config } from './config/schema.ts';
import { ConsentLedger } from './consent/ledger.ts';
import { writeReceipt } from './consent/receipt.ts';
import { createApp } from './http/app.ts';
import { readPageFiles } from './http/page-files.ts';
import { LatencyRecord } from './latency.ts';
import type { Analysis } from './rooms/analysis.ts';
import { RoomDirectory } from './rooms/directory.ts';
import { SocketServer } from './socket/socket-server.ts';

/** What an agent is put together from; it does not close them. */
export interface AgentParts {
  readonly sfu: Sfu;
  readonly analysis: Analysis;
  readonly log: Logger;
  /** Folder of the built page. */
  readonly pageDir: string;
}

export interface Agent {
  /** Where the page is, e.g. `http://127.0.0.1:8080/`. */
  readonly url: string;
  /** Lets nobody in any more, clears everybody, ends the connections. Idempotent. */
  close(): Promise<void>;
}

/** The agent cannot listen; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code = 'cannot-listen';
}

/**
 * Starts serving.
 * @throws {ListenError} when the port is taken or the address is not this machine's
 */
export async function startAgent(config: Config, { sfu, analysis, log, pageDir }: AgentParts): Promise<Agent> {
  const receipt = writeReceipt(config);
  const results = resultsVisibleTo(config);
  const { maxSessions, origins, host, port } = config.server;
  const ledger = new ConsentLedger(receipt.version, log);
  const directory = new RoomDirectory({ sfu, analysis, ledger, results, log, maxSessions });
  const app = createApp({
    directory,
    origins,
    page: readPageFiles(pageDir),
    report: (error) => log.error({ err: error }, 'a request failed'),
  });
  const http = createAdaptorServer({ fetch: app.fetch });
  if (!(http instanceof Server)) throw new TypeError('expected a plain HTTP server');
  const session = {
    directory,
    receipt,
    results,
    log,
    context: config.deployment.context,
    pack: analysis.pack,
    latency: new LatencyRecord(),
  };
  const sockets = new SocketServer(http, { session, maxSessions, origins });
  await listen(http, host, port);
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(http.address(), host),
    close: () => (closing ??= shutDown(directory, sockets, http)),
  };
}

async function shutDown(directory: RoomDirectory, sockets: SocketServer, http: Server): Promise<void> {
  directory.drain();
  await directory.close();
  await sockets.close();
  http.closeIdleConnections();
  await new Promise<void>((resolve) => http.close(() => resolve()));
}

function listen(http: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => reject(new ListenError(whyNot(cause, host, port), { cause })));
    http.listen(port, host, resolve);
  });
}

function whyNot(cause: NodeJS.ErrnoException, host: string, port: number): string {
  if (cause.code === 'EADDRINUSE')
    return `Port ${port} is taken: another program listens there. Stop it, or choose another with --port.`;
  if (cause.code === 'EACCES')
    return `Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`;
  return `Cannot listen on ${host}:${port} (${cause.code ?? cause.message}). Check server.host and server.port.`;
}

function urlOf(address: AddressInfo | string | null, host: string): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
