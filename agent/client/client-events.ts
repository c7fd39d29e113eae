/** What a client tells its application: all that the server says, and what becomes of the connection. */
import type { ServerMessage, SessionReady } from '../protocol/server-messages.ts';
import type { ClientError } from './client-error.ts';

/** What the client says itself; these types never come over the wire. */
export type LocalEvent =
  | {
      readonly type: 'connection.lost';
      readonly error: ClientError;
      /** Until the next attempt. */
      readonly retryMs: number;
      /** Attempts that failed since there was a session; 0 right after it was lost. */
      readonly attempt: number;
    }
  /** A new session after a loss: another identity, no consent, and what was said meanwhile is not repeated. */
  | { readonly type: 'connection.restored'; readonly ready: SessionReady }
  /** The client has ended: with an error when it gave up, without when it was closed. */
  | { readonly type: 'connection.closed'; readonly error?: ClientError }
  /** Something was left out (`bad-frame`) or a listener threw (`listener-failed`); the client goes on. */
  | { readonly type: 'client.fault'; readonly error: ClientError };

export type ClientEvent = ServerMessage | LocalEvent;
export type ClientEventOf<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>;
