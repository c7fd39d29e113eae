/** Takes WebSocket connections, keeps the living ones and lets the dead and the hopelessly slow go. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { roomNameSchema } from '../protocol/participants.ts';
import { refuseForeign } from '../http/same-origin.ts';
import { Session, type SessionContext } from './session.ts';

/** Every so often a connection is pinged, told its numbers, and looked at. */
const BEAT_MS = 5000;
/** A connection that answered no ping for this many beats is gone; one that never started a session is not waited for. */
const BEATS_ALLOWED = 3;
/** How long a client may take to say goodbye. */
const GOODBYE_MS = 1000;
/** An SDP answer is the largest thing a client has to say. */
const FRAME_LIMIT_BYTES = 256 * 1024;
/** Connections that never start a session must not pile up; this many may be open beyond the sessions allowed. */
const SPARE_CONNECTIONS = 32;

export interface SocketServerOptions {
  readonly session: SessionContext;
  readonly maxSessions: number;
  /** Origins besides this machine's own (`server.origins`). */
  readonly origins: readonly string[];
}

/** The WebSocket side of an HTTP server: `/ws?room=NAME`. */
export class SocketServer {
  readonly #server: WebSocketServer;
  readonly #options: SocketServerOptions;
  readonly #closing = new Set<Promise<void>>();

  constructor(http: Server, options: SocketServerOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({ noServer: true, maxPayload: FRAME_LIMIT_BYTES, perMessageDeflate: false });
    http.on('upgrade', this.#upgrade);
  }

  /** Tells everybody that the server goes, closes the connections, and waits until their sessions have ended. */
  async close(): Promise<void> {
    const clients = [...this.#server.clients];
    const gone = clients.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    this.#server.close();
    for (const socket of clients) socket.close(1001, 'The server is shutting down');
    const force = setTimeout(() => clients.forEach((socket) => socket.terminate()), GOODBYE_MS);
    await Promise.all(gone);
    clearTimeout(force);
    await Promise.all(this.#closing);
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    const url = new URL(request.url ?? '/', 'http://localhost');
    const room = url.searchParams.get('room') ?? undefined;
    const foreign = refuseForeign(request.headers, this.#options.origins);
    if (url.pathname !== '/ws') return refuse(socket, 404, 'WebSockets are served at /ws?room=NAME.');
    if (foreign !== undefined) return refuse(socket, 403, foreign);
    if (room !== undefined && !roomNameSchema.safeParse(room).success)
      return refuse(socket, 400, 'A room name is 1 to 64 letters, digits or hyphens.');
    if (this.#server.clients.size >= this.#options.maxSessions + SPARE_CONNECTIONS)
      return refuse(socket, 503, 'The server has no place left. Try again later.');
    this.#server.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted, room));
  };

  #accept(socket: WebSocket, room: string | undefined): void {
    const session = new Session(this.#options.session, socket, room, () =>
      socket.close(4008, 'Too far behind: connect again'),
    );
    const stopBeating = beat(socket, session);
    socket.on('message', (data, binary) => {
      if (binary) session.receiveBinary();
      else session.receive(textOf(data));
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      stopBeating();
      const closed = session
        .close()
        .catch((error: unknown) => this.#options.session.log.error({ err: error }, 'a session did not end cleanly'));
      this.#closing.add(closed);
      void closed.finally(() => this.#closing.delete(closed));
    });
  }
}

/** Watches over one connection. @returns what ends the watch */
function beat(socket: WebSocket, session: Session): () => void {
  let missed = 0;
  let idle = 0;
  const alive = (): void => {
    missed = 0;
  };
  socket.on('pong', alive);
  const timer = setInterval(() => {
    if (missed++ >= BEATS_ALLOWED) return socket.terminate();
    if (!session.started && ++idle >= BEATS_ALLOWED) return socket.close(4001, 'No session.start: connect again');
    socket.ping();
    if (session.started) session.tellStats();
  }, BEAT_MS);
  return () => clearInterval(timer);
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}

function refuse(socket: Duplex, status: number, message: string): void {
  const reason =
    { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' }[status] ?? 'Error';
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(message)}`;
  socket.end(`${head}\r\n\r\n${message}`);
}
