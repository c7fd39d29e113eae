/** What the client takes from where it runs, so that it runs in browsers, in Node and under a fake clock. */
import { ClientError } from './client-error.ts';

/** The part of a WebSocket that the client uses: the global one and that of the `ws` package both have it. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: (event: unknown) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export type SocketConstructor = new (url: string) => SocketLike;

/** Time and chance. */
export interface Runtime {
  /** Milliseconds of any clock that never goes back. */
  nowMs(): number;
  /** Runs a task once; the returned function calls it off. */
  after(ms: number, task: () => void): () => void;
  /** 0 (inclusive) to 1 (exclusive). */
  random(): number;
}

export const systemRuntime: Runtime = {
  nowMs: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** @throws {ClientError} `no-websocket` when there is none to be had */
export function chooseSocket(given: SocketConstructor | undefined): SocketConstructor {
  const found = given ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
  if (found) return found;
  throw new ClientError(
    'no-websocket',
    'There is no global WebSocket here (Node has one from version 22). Pass one: { WebSocket } from the package "ws".',
  );
}
