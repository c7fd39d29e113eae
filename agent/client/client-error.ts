/** What can go wrong for a client of Undertone. */

/**
 * - `bad-argument`: a call was not as the protocol says; nothing was sent
 * - `no-websocket`: this runtime has no global WebSocket and none was passed
 * - `unreachable`: no connection could be opened
 * - `timeout`: a connection opened, or not even that, and no session began in time
 * - `refused`: the server said no (`serverCode` tells why)
 * - `protocol-mismatch`: the server speaks another version of the protocol
 * - `lost`: the connection ended or fell silent; a client in use connects again by itself
 * - `not-connected`: there is no connection at the moment
 * - `bad-frame`: the server sent something that is not in the protocol; it was left out
 * - `listener-failed`: a listener of the application threw
 * - `closed`: the client was closed
 */
export type ClientErrorCode =
  | 'bad-argument'
  | 'no-websocket'
  | 'unreachable'
  | 'timeout'
  | 'refused'
  | 'protocol-mismatch'
  | 'lost'
  | 'not-connected'
  | 'bad-frame'
  | 'listener-failed'
  | 'closed';

interface Details {
  readonly cause?: unknown;
  readonly retryable?: boolean;
  readonly serverCode?: string;
}

/** Says what happened and what to do. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** True when the same attempt may succeed later. */
  readonly retryable: boolean;
  /** The `code` of the server's `error` message, for `refused`. */
  readonly serverCode: string | undefined;

  constructor(code: ClientErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.serverCode = details.serverCode;
  }
}
