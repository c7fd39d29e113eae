/** WebSocket close codes of this protocol, beside those of RFC 6455. */

/** A client takes the connection for dead and may come back for its session; a plain goodbye (1000, 1001) ends it. */
export const CLOSE_LOST = 4000;
/** No `session.start` came in time. */
export const CLOSE_NOT_STARTED = 4001;
/** The client takes too little in; it may come back for its session. */
export const CLOSE_TOO_FAR_BEHIND = 4008;
