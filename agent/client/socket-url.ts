/** From what people know of a server to the address of its WebSocket. */
import { roomNameSchema } from '../protocol/participants.ts';
import { ClientError } from './client-error.ts';

const SCHEMES: Record<string, string> = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' };

/**
 * @param url `http(s)` or `ws(s)`; a path before `/ws`, as behind a proxy, is kept
 * @throws {ClientError} `bad-argument`
 */
export function socketUrl(url: string, room: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const scheme = parsed && SCHEMES[parsed.protocol];
  if (!parsed || !scheme) throw new ClientError('bad-argument', 'url is not an address like "http://127.0.0.1:8080".');
  if (!roomNameSchema.safeParse(room).success)
    throw new ClientError('bad-argument', 'A room name is 1 to 64 letters, digits or hyphens.');
  const path = parsed.pathname.replace(/\/+$/, '');
  return `${scheme}//${parsed.host}${path.endsWith('/ws') ? path : `${path}/ws`}?room=${room}`;
}
