/** One connection from its opening to its end: the handshake, the heartbeat, and messages checked one by one. */
import { z } from 'zod';
import { CLOSE_LOST } from '../protocol/close-codes.ts';
import type { ClientMessageInput } from '../protocol/client-messages.ts';
import { decodeFrame } from '../protocol/decode.ts';
import { PROTOCOL_VERSION } from '../protocol/protocol-version.ts';
import { serverMessageSchema, type ServerMessage, type SessionReady } from '../protocol/server-messages.ts';
import { ClientError } from './client-error.ts';
import type { Runtime, SocketConstructor, SocketLike } from './runtime.ts';

/** Pings without anything heard since, after which the connection counts as dead. */
const SILENT_BEATS = 3;

export interface LinkOptions {
  readonly WebSocket: SocketConstructor;
  readonly url: string;
  readonly start: ClientMessageInput & { type: 'session.start' };
  readonly runtime: Runtime;
  /** From opening to `session.ready`. */
  readonly timeoutMs: number;
  readonly beatMs: number;
  /** `tookMs`: from `session.start` to the answer. */
  onReady(ready: SessionReady, tookMs: number): void;
  onMessage(message: ServerMessage): void;
  /** A frame was left out; the link goes on. */
  onFault(error: ClientError): void;
  /** Called once, unless {@link Link.close} came first. */
  onEnd(error: ClientError): void;
}

/** The one thing a client reads of a server whose protocol it does not know. */
const versionSchema = z.object({ type: z.literal('session.ready'), protocol: z.number() });

export class Link {
  readonly #options: LinkOptions;
  readonly #socket: SocketLike;
  #state: 'opening' | 'starting' | 'ready' | 'ended' = 'opening';
  #startedMs = 0;
  #silentBeats = 0;
  #cancel: () => void;

  constructor(options: LinkOptions) {
    const { runtime, timeoutMs } = options;
    this.#options = options;
    this.#socket = new options.WebSocket(options.url);
    this.#socket.addEventListener('open', () => this.#opened());
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data));
    this.#socket.addEventListener('close', (event) => this.#closed(event));
    // What a browser tells of an error is in the close that follows; without a listener `ws` would throw.
    this.#socket.addEventListener('error', () => {});
    this.#cancel = runtime.after(timeoutMs, () =>
      this.#end(new ClientError('timeout', `No session began within ${timeoutMs} ms.`, { retryable: true })),
    );
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  /** False when there is no session to send it in. */
  send(message: ClientMessageInput): boolean {
    if (this.#state !== 'ready') return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Says goodbye; nothing is called any more. Idempotent. */
  close(): void {
    this.#leave(1000);
  }

  #leave(code: number): boolean {
    if (this.#state === 'ended') return false;
    this.#state = 'ended';
    this.#cancel();
    this.#socket.close(code);
    return true;
  }

  /** Not a goodbye: the session may be resumed. */
  #end(error: ClientError): void {
    if (this.#leave(CLOSE_LOST)) this.#options.onEnd(error);
  }

  #opened(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'starting';
    this.#startedMs = this.#options.runtime.nowMs();
    this.#socket.send(JSON.stringify(this.#options.start));
  }

  #closed(event: unknown): void {
    const said = closeSchema.safeParse(event).data;
    const why = said?.code ? ` (code ${said.code}${said.reason ? `: ${said.reason}` : ''})` : '';
    if (this.#state === 'opening')
      return this.#end(
        new ClientError('unreachable', `No connection to ${this.#options.url}${why}. Is the server running?`, {
          retryable: true,
        }),
      );
    if (said?.code === REPLACED) return this.#end(new ClientError('refused', replacedMessage));
    this.#end(new ClientError('lost', `The server ended the connection${why}.`, { retryable: true }));
  }

  #receive(data: unknown): void {
    if (this.#state === 'ended') return;
    this.#silentBeats = 0;
    const text = typeof data === 'string' ? data : '';
    const decoded = decodeFrame(serverMessageSchema, text);
    if (this.#state === 'ready') {
      if (decoded.ok) this.#options.onMessage(decoded.message);
      else this.#fault(decoded.reason);
      return;
    }
    const version = decodeFrame(versionSchema, text);
    if (version.ok && version.message.protocol !== PROTOCOL_VERSION)
      return this.#end(mismatch(version.message.protocol));
    if (!decoded.ok) return this.#fault(decoded.reason);
    if (decoded.message.type === 'session.ready') this.#begin(decoded.message);
    else if (decoded.message.type === 'error') this.#end(refusal(decoded.message));
  }

  #begin(ready: SessionReady): void {
    this.#state = 'ready';
    this.#cancel();
    this.#scheduleBeat();
    this.#options.onReady(ready, this.#options.runtime.nowMs() - this.#startedMs);
  }

  #scheduleBeat(): void {
    const { runtime, beatMs } = this.#options;
    this.#cancel = runtime.after(beatMs, () => {
      if (this.#silentBeats++ >= SILENT_BEATS)
        return this.#end(new ClientError('lost', 'The server fell silent.', { retryable: true }));
      this.send({ type: 'ping' });
      this.#scheduleBeat();
    });
  }

  #fault(reason: string): void {
    const message = `Left out a message of the server: ${reason}. Do client and server have the same version?`;
    this.#options.onFault(new ClientError('bad-frame', message));
  }
}

/** The same identity came in again. Coming back would send that one away, which would come back in turn. */
const REPLACED = 4409;
const replacedMessage = 'The same identity connected elsewhere, and the newest connection counts.';

const closeSchema = z.object({ code: z.number().optional(), reason: z.string().optional() });

function mismatch(theirs: number): ClientError {
  const newer = theirs > PROTOCOL_VERSION ? 'this client' : 'the server';
  return new ClientError(
    'protocol-mismatch',
    `The server speaks protocol ${theirs}, this client ${PROTOCOL_VERSION}. Update ${newer}.`,
  );
}

function refusal({ code, message, retryable }: ServerMessage & { type: 'error' }): ClientError {
  return new ClientError('refused', `The server refused the session: ${message}`, { serverCode: code, retryable });
}
