/** Takes WebSocket connections, keeps the living ones and lets the dead and the hopelessly slow go. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Access } from '../auth/access.ts';
import { AuthError } from '../auth/auth-error.ts';
import type { Credentials } from '../auth/gate.ts';
import type { Visitor } from '../http/client-address.ts';
import type { Front } from '../http/front.ts';
import { guestKey } from '../http/join.ts';
import { CLOSE_LOST, CLOSE_TOO_FAR_BEHIND } from '../protocol/close-codes.ts';
import { roomNameSchema } from '../protocol/participants.ts';
import { Admission, bearerOf, SUBPROTOCOL, subprotocolToken } from './admission.ts';
import { keepAlive } from './heartbeat.ts';
import { Session, type SessionContext } from './session.ts';
import { TokenBucket } from './token-bucket.ts';

/** How long a client may take to say goodbye. */
const GOODBYE_MS = 1000;
/** An SDP answer is the largest thing a client has to say. */
const FRAME_LIMIT_BYTES = 256 * 1024;
/** Far above captions and candidates, below what reading it would cost. */
const BYTES_PER_SECOND = 128 * 1024;
const BYTES_BURST = 1024 * 1024;
/** Connections that never start a session must not pile up; this many may be open beyond the sessions allowed. */
const SPARE_CONNECTIONS = 32;

export interface SocketServerOptions {
  readonly session: SessionContext;
  readonly maxSessions: number;
  readonly front: Front;
}

/** Somebody at the door, before the handshake. */
interface Arrival {
  readonly visitor: Visitor;
  readonly room: string | undefined;
  /** What came with the handshake; undefined when `session.start` is to bring it. */
  readonly shown: Credentials | undefined;
  /** True when `shown` came in a way that pages have not: then the handshake itself is refused. */
  readonly program: boolean;
}

/** The WebSocket side of an HTTP server: `/ws?room=NAME`. */
export class SocketServer {
  readonly #server: WebSocketServer;
  readonly #options: SocketServerOptions;
  readonly #closing = new Set<Promise<void>>();

  constructor(http: Pick<Server, 'on'>, options: SocketServerOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: FRAME_LIMIT_BYTES,
      perMessageDeflate: false,
      // Never the one with the token: what is chosen is sent back.
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
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
    void this.#receive(request, socket, head).catch((error: unknown) => {
      if (error instanceof Refusal || error instanceof AuthError) return refuse(socket, error.status, error.message);
      this.#options.session.log.error({ err: error }, 'a WebSocket handshake failed');
      refuse(socket, 500, 'The server failed to answer. Its log says more.');
    });
  };

  async #receive(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const arrival = this.#arrive(request);
    const { front } = this.#options;
    const access = arrival.program ? await front.admit(arrival.visitor, arrival.shown ?? {}, arrival.room) : undefined;
    if (socket.destroyed) return; // gave up while the token was checked
    const release = arrival.visitor.proxied ? front.limits.connect(arrival.visitor.address) : () => {};
    if (!release) throw new AuthError('too-many-requests', 'Too many connections from this address. Close some.');
    socket.once('close', release);
    this.#server.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted, arrival, access));
  }

  /** @throws {AuthError} {@link Refusal} */
  #arrive(request: IncomingMessage): Arrival {
    const { front, maxSessions } = this.#options;
    const visitor = front.receive(request);
    const address = URL.canParse(request.url ?? '/', ANYWHERE) ? new URL(request.url ?? '/', ANYWHERE) : undefined;
    if (address?.pathname !== '/ws') throw new Refusal(404, 'WebSockets are served at /ws?room=NAME.');
    const room = address.searchParams.get('room') ?? undefined;
    if (room !== undefined && !roomNameSchema.safeParse(room).success)
      throw new Refusal(400, 'A room name is 1 to 64 letters, digits or hyphens.');
    if (this.#server.clients.size >= maxSessions + SPARE_CONNECTIONS)
      throw new Refusal(503, 'The server has no place left. Try again later.');
    const { authorization, cookie, 'sec-websocket-protocol': offered } = request.headers;
    const program = !front.gate.open && authorization !== undefined;
    const token = program ? bearerOf(authorization) : subprotocolToken(offered);
    const guest = guestKey(cookie);
    const nothing = !program && !front.gate.open && token === undefined && guest === undefined;
    return { visitor, room, program, shown: nothing ? undefined : { token, guest } };
  }

  #accept(socket: WebSocket, { visitor, room, shown }: Arrival, access: Access | undefined): void {
    const { session: context, front } = this.#options;
    const session = new Session(context, socket, room, (code, reason) => socket.close(code, reason));
    const admission = new Admission(
      {
        room,
        check: (what, where) => (access ? Promise.resolve(access) : front.admit(visitor, what, where)),
        onAdmitted: (given) => session.admit(given),
        onMessage: (text) => session.receive(text),
        onRefused: (why) => this.#refuse(socket, session, why),
      },
      shown,
    );
    const bytes = new TokenBucket(BYTES_PER_SECOND, BYTES_BURST, performance.now());
    const stopBeating = keepAlive(socket, session);
    socket.on('message', (data, binary) => {
      const text = textOf(data);
      if (!bytes.take(performance.now(), text.length)) return session.end(TOO_MUCH);
      if (binary) session.receiveBinary();
      else admission.receive(text);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      stopBeating();
      const closed = session
        .close({ lost: LOST.has(code) })
        .catch((error: unknown) => context.log.error({ err: error }, 'a session did not end cleanly'));
      this.#closing.add(closed);
      void closed.finally(() => this.#closing.delete(closed));
    });
  }

  /** Browsers do not show a page why a handshake failed, so who comes from one is told in the connection. */
  #refuse(socket: WebSocket, session: Session, why: unknown): void {
    if (why instanceof AuthError) return session.end(why);
    this.#options.session.log.error({ err: why }, 'somebody could not be let in');
    socket.close(1011, 'The server failed; its log says more');
  }
}

/** Nobody said goodbye, or the client was too slow: they may come back. */
const LOST: ReadonlySet<number> = new Set([1006, CLOSE_LOST, CLOSE_TOO_FAR_BEHIND]);
const ANYWHERE = 'http://localhost';
const TOO_MUCH = new AuthError('too-many-requests', 'Too much data on this connection. Connect again, and send less.');

/** A handshake that is not accepted. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}

function refuse(socket: Duplex, status: number, message: string): void {
  const challenge = status === 401 ? '\r\nWWW-Authenticate: Bearer' : '';
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close${challenge}\r\nContent-Length: ${Buffer.byteLength(message)}`;
  socket.end(`${head}\r\n\r\n${message}`);
}
