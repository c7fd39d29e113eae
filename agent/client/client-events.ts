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
  /**
   * A session after a loss. `resumed`: the same one, with the same identity and consent; what was said meanwhile follows, all
   * of it when `complete`. Else a new one: another identity, no consent, and what was said meanwhile is lost.
   */
  | {
      readonly type: 'connection.restored';
      readonly ready: SessionReady;
      readonly resumed: boolean;
      readonly complete: boolean;
    }
  /** The client has ended: with an error when it gave up, without when it was closed. */
  | { readonly type: 'connection.closed'; readonly error?: ClientError }
  /** Something was left out (`bad-frame`) or a listener threw (`listener-failed`); the client goes on. */
  | { readonly type: 'client.fault'; readonly error: ClientError };

export type ClientEvent = ServerMessage | LocalEvent;
export type ClientEventOf<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>;
