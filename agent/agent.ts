/** The running agent: HTTP and WebSocket in front, rooms behind, the SFU and the pipeline below. */
import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import type { Sfu } from '../sfu/index.ts';
import { ConfigError } from './config/config-error.ts';
import type { Config } from './config/schema.ts';
import { AuditLog } from './consent/audit-log.ts';
import { ConsentLedger } from './consent/ledger.ts';
import { receiptWriter } from './consent/receipt.ts';
import { createApp } from './http/app.ts';
import { readPageFiles } from './http/page-files.ts';
import { LatencyRecord } from './latency.ts';
import { AnalysisSwitch } from './policy/analysis-switch.ts';
import { visibilityKind, visibilityOf } from './policy/visibility.ts';
import { isRecorded } from './policy/words.ts';
import { Recorder } from './recording/recorder.ts';
import type { Analysis } from './rooms/analysis.ts';
import { AnalysisControl, type Stopped } from './rooms/control.ts';
import { RoomDirectory } from './rooms/directory.ts';
import { TapTally } from './rooms/tap-tally.ts';
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
  /** Stops all analysis at once, of one room or of the process, until it is resumed; everybody is told. */
  stopAnalysis(room?: string): Promise<Stopped>;
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
export async function startAgent(config: Config, { sfu, analysis, log, pageDir }: AgentParts): Promise<Agent> {
  const { maxSessions, origins, host, port } = config.server;
  const { pack } = analysis;
  const visibility = visibilityOf(config);
  const receiptOf = receiptWriter(config);
  const audit = openAudit(config, log);
  const recorder = await openRecorder(config, audit, log);
  const ledger = new ConsentLedger({
    purposes: config.policy.purposes,
    audit,
    receiptVersion: (room) => receiptOf(room).version,
  });
  const turned = new AnalysisSwitch();
  const taps = new TapTally();
  const rooms = { sfu, analysis, ledger, visibility, switch: turned, taps, recorder, log };
  const directory = new RoomDirectory({ ...rooms, maxSessions });
  const control = new AnalysisControl({ directory, switch: turned, ledger, audit, recorder });
  const app = createApp({
    config,
    directory,
    control,
    pack,
    page: readPageFiles(pageDir),
    report: (error) => log.error({ err: error }, 'a request failed'),
  });
  const http = createAdaptorServer({ fetch: app.fetch });
  if (!(http instanceof Server)) throw new TypeError('expected a plain HTTP server');
  const session = {
    directory,
    receiptOf,
    results: visibilityKind(visibility),
    log,
    context: config.deployment.context,
    pack,
    latency: new LatencyRecord(),
  };
  const sockets = new SocketServer(http, { session, maxSessions, origins });
  await listen(http, host, port);
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(http.address(), host),
    stopAnalysis: (room) => control.stop(room),
    resumeAnalysis: (room) => control.resume(room),
    close: () =>
      (closing ??= shutDown(directory, sockets, http).finally(async () => {
        await recorder?.close();
        await audit.close();
      })),
  };
}

function openAudit({ audit, deployment }: Config, log: Logger): AuditLog {
  const { path, maxBytes, keep } = audit;
  const opened = new AuditLog({ log, file: path === undefined ? undefined : { path, maxBytes, keep } });
  opened.record({ event: 'agent.started', context: deployment.context, reason: deployment.basis?.reference });
  return opened;
}

/** There when any room is recorded. @throws {ConfigError} when its folder cannot be used */
async function openRecorder(config: Config, audit: AuditLog, log: Logger): Promise<Recorder | undefined> {
  const { rooms, folder, ttlHours, maxBytes } = config.recording;
  if (rooms.length === 0 || folder === undefined) return undefined;
  try {
    return await Recorder.open({
      folder,
      ttlMs: ttlHours * 3_600_000,
      maxBytes,
      records: (room) => isRecorded(config, room),
      onExpired: (files) => audit.record({ event: 'recording.expired', files }),
      onFailure: (error) => log.error({ err: error }, 'recording failed (recording.folder); what is lost is counted'),
    });
  } catch (cause) {
    const message = `recording.folder "${folder}" cannot be used. Choose one that this user may write, or record no rooms.`;
    throw new ConfigError('config-invalid', message, { cause });
  }
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
