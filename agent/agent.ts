/** The running agent: HTTP and WebSocket in front, rooms behind, the SFU and the pipeline below. */
import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Sfu } from '../sfu/index.ts';
import { Gate } from './auth/gate.ts';
import type { Invitations } from './auth/invitations.ts';
import { isLoopback } from './config/deployment.ts';
import type { Config } from './config/schema.ts';
import { createApp } from './http/app.ts';
import { Front } from './http/front.ts';
import { createListener } from './http/listener.ts';
import type { Operation } from './http/operation.ts';
import { readPageFiles } from './http/page-files.ts';
import { LatencyRecord } from './latency.ts';
import { readiness } from './metrics/readiness.ts';
import { visibilityKind } from './policy/visibility.ts';
import type { Analysis } from './rooms/analysis.ts';
import { AnalysisControl, type Stopped } from './rooms/control.ts';
import { RoomDirectory } from './rooms/directory.ts';
import { openSafeguards, openWithdrawals } from './safeguards.ts';
import { SocketServer } from './socket/socket-server.ts';
import { Telemetry } from './telemetry.ts';
import { readPemFiles, type CertifiedKey } from './tls/pem-files.ts';

/** What an agent is put together from; it does not close them. */
export interface AgentParts {
  readonly sfu: Sfu;
  readonly analysis: Analysis;
  readonly log: Logger;
  /** Folder of the built page. */
  readonly pageDir: string;
  /** There when this machine's own network is served, with a self-made certificate (`--lan`). */
  readonly lan?: LanParts;
}

export interface LanParts {
  readonly tls: CertifiedKey;
  /** Names and addresses of this machine; the first stands in the agent's `url`. */
  readonly names: readonly [string, ...string[]];
  readonly invitations: Invitations;
}

/** Of everybody together: pages that load, sessions, publishers' requests. */
const CONNECTIONS_PER_SESSION = 4;
const SPARE_CONNECTIONS = 256;

export interface Agent {
  /** Where the page is, e.g. `http://127.0.0.1:8080/`. */
  readonly url: string;
  /** Stops all analysis at once, of one room or of the process, until it is resumed; everybody is told. `by`: for the audit log. */
  stopAnalysis(room?: string, by?: string): Promise<Stopped>;
  /** Lets people consent again. Nobody's analysis begins by itself. */
  resumeAnalysis(room?: string): Promise<void>;
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
export async function startAgent(config: Config, { sfu, analysis, log, pageDir, lan }: AgentParts): Promise<Agent> {
  const { maxSessions, host, port } = config.server;
  const tls = lan?.tls ?? (config.server.tls && readPemFiles(config.server.tls));
  const withdrawals = openWithdrawals(config, log);
  const gate = new Gate(config.auth, withdrawals, lan?.invitations);
  const front = new Front({ config, gate, names: lan?.names });
  const { pack } = analysis;
  const safeguards = await openSafeguards(config, log);
  const telemetry = new Telemetry();
  const rooms = { sfu, analysis, ...safeguards, observer: telemetry, log, withdrawals };
  const directory = new RoomDirectory({ ...rooms, maxSessions });
  const control = new AnalysisControl({ ...safeguards, directory, gate });
  await telemetry.begin(
    config.telemetry,
    { ...safeguards, directory, control, sfu, analysis, limits: front.limits },
    log,
  );
  const app = createApp({
    config,
    front,
    directory,
    control,
    operation: operationOf(directory, telemetry, { sfu, analysis }),
    pack,
    page: readPageFiles(pageDir),
    report: (error) => log.error({ err: error }, 'a request failed'),
  });
  const maxConnections = CONNECTIONS_PER_SESSION * maxSessions + SPARE_CONNECTIONS;
  const http = createListener({ fetch: app.fetch, front, tls, maxConnections });
  const session = {
    directory,
    receiptOf: safeguards.receiptOf,
    iceServers: config.sfu.iceServers,
    telemetry,
    results: visibilityKind(safeguards.visibility),
    log,
    context: config.deployment.context,
    pack,
    latency: new LatencyRecord(),
  };
  const sockets = new SocketServer(http, { session, maxSessions, front });
  const end = async (): Promise<void> => {
    lan?.invitations.close();
    await telemetry.close();
    await safeguards.close();
    await withdrawals.close();
  };
  await listen(http, host, port).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  if (gate.open) sayDevelopment(config, log);
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(http.address(), lan?.names[0] ?? host, tls !== undefined),
    stopAnalysis: (room, by = 'program') => control.stop(room, by),
    resumeAnalysis: (room) => control.resume(room, 'program'),
    close: () => (closing ??= shutDown(directory, sockets, http).finally(end)),
  };
}

function operationOf(
  directory: RoomDirectory,
  telemetry: Telemetry,
  { sfu, analysis }: Pick<AgentParts, 'sfu' | 'analysis'>,
): Operation {
  return {
    health: () => directory.health(),
    readiness: () => readiness({ sfu, analysis, draining: directory.draining }),
    metrics: () => telemetry.metrics,
  };
}

async function shutDown(directory: RoomDirectory, sockets: SocketServer, http: Server | HttpsServer): Promise<void> {
  directory.drain();
  await directory.close();
  await sockets.close();
  http.closeIdleConnections();
  await new Promise<void>((resolve) => http.close(() => resolve()));
}

function listen(http: Server | HttpsServer, host: string, port: number): Promise<void> {
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

/** Said loudly, because it must never be forgotten: nobody is asked who they are. */
function sayDevelopment({ server }: Config, log: Logger): void {
  const behind =
    server.origins.length > 0
      ? ' Pages of server.origins are let in: a proxy that authenticates people must stand in front of this port.'
      : '';
  log.warn(
    { loopback: isLoopback(server.host) },
    `DEVELOPMENT MODE: no key for room tokens is configured, so everybody who reaches this port may join every room.${behind} Set auth.secret, auth.jwksFile or auth.jwksUrl to ask for tokens.`,
  );
}

function urlOf(address: AddressInfo | string | null, host: string, secure: boolean): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http${secure ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
