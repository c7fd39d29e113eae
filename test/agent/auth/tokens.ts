/** Tokens for tests: good ones, and every kind of bad one. */
import { SignJWT, type JWTPayload } from 'jose';
import type { TestClient } from '../fakes.ts';

export const SECRET = 'a secret of tests, at least thirty-two bytes long';
/** Settings of an agent that asks for such tokens. */
export const GUARDED = { deployment: { context: 'research' }, auth: { secret: SECRET } };
export const key = new TextEncoder().encode(SECRET);

export function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

/** Claims of a good token for the room `lobby`; undefined takes one away. */
export function claims(changes: Record<string, unknown> = {}): JWTPayload {
  const all = {
    sub: 'mia',
    room: 'lobby',
    publish: true,
    subscribe: true,
    aud: 'undertone',
    jti: crypto.randomUUID(),
    iat: nowS(),
    exp: nowS() + 600,
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export function sign(changes: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claims(changes)).setProtectedHeader({ alg: 'HS256' }).sign(key);
}

/** A token without signature, as `alg: none` would have it. */
export function unsigned(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims())}.`;
}

/** With which code and reason a connection was closed. */
export function closed({ socket }: TestClient): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) =>
    socket.once('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString() })),
  );
}
