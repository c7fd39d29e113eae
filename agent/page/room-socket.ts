/** The room's WebSocket: checked in both directions, and back again when it was lost. */
import { clientMessageSchema, type ClientMessageInput } from '../protocol/client-messages.ts';
import { decodeFrame } from '../protocol/decode.ts';
import { serverMessageSchema, type ServerMessage } from '../protocol/server-messages.ts';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

export interface RoomSocketOptions {
  readonly room: string;
  readonly name: string;
  onMessage(message: ServerMessage): void;
  /** The connection is gone; the next try is in `retryMs`. */
  onLost(retryMs: number): void;
}

export class RoomSocket {
  readonly #options: RoomSocketOptions;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #closed = false;

  constructor(options: RoomSocketOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Sends a message; without a connection it is dropped, because a new session starts from nothing. */
  send(message: ClientMessageInput): void {
    const checked = clientMessageSchema.parse(message);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(checked));
  }

  /** Tries at once instead of waiting. */
  retryNow(): void {
    if (this.#closed || this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  /** Leaves. Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  #connect(): void {
    this.#retry = undefined;
    const url = new URL('/ws', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('room', this.#options.room);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.send({ type: 'session.start', room: this.#options.room, name: this.#options.name, watch: true });
    });
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    socket.addEventListener('close', () => this.#lost());
  }

  #receive(text: string): void {
    const decoded = decodeFrame(serverMessageSchema, text);
    if (!decoded.ok) {
      console.warn(`ignored a message of the server: ${decoded.reason}`);
      return;
    }
    if (decoded.message.type === 'session.ready') this.#tries = 0;
    this.#options.onMessage(decoded.message);
  }

  #lost(): void {
    if (this.#closed) return;
    const retryMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#tries++) * (0.75 + Math.random() / 2);
    this.#retry = setTimeout(() => this.#connect(), retryMs);
    this.#options.onLost(retryMs);
  }
}
