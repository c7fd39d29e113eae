/** Keeps the living connections and lets the dead and the hopelessly slow go. */
import type { WebSocket } from 'ws';
import { CLOSE_NOT_STARTED } from '../protocol/close-codes.ts';
import type { Session } from './session.ts';

/** Every so often a connection is pinged, told its numbers, and looked at. */
const BEAT_MS = 5000;
/** A connection that answered no ping for this many beats is gone; one that never started a session is not waited for. */
const BEATS_ALLOWED = 3;

/**
 * Watches over one connection. Its policy: no answer to a ping for 15 s, and it is cut; nothing could be sent for 15 s while
 * something waited, or 256 messages wait that must not be lost, and it is closed with 4008; no session for 15 s, with 4001.
 * @returns what ends the watch
 */
export function keepAlive(
  socket: Pick<WebSocket, 'on' | 'ping' | 'terminate' | 'close'>,
  session: Pick<Session, 'started' | 'beat'>,
): () => void {
  let missed = 0;
  let idle = 0;
  socket.on('pong', () => {
    missed = 0;
  });
  const timer = setInterval(() => {
    if (missed++ >= BEATS_ALLOWED) return socket.terminate();
    if (!session.started && ++idle >= BEATS_ALLOWED)
      return socket.close(CLOSE_NOT_STARTED, 'No session.start: connect again');
    socket.ping();
    session.beat();
  }, BEAT_MS);
  return () => clearInterval(timer);
}
