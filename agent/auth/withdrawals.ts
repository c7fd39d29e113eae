/** Consents that came in a token and were withdrawn, so that the same token cannot bring them back. */
import { createHash } from 'node:crypto';
import { AuthError } from './auth-error.ts';
import type { Claims } from './claims.ts';

const KEPT = 50_000;

/**
 * Held in memory for as long as a token made before the withdrawal could still be used. Bounded to {@link KEPT}: when more
 * withdraw in that time, the oldest entry goes, and every token with a consent that is as old as that one is refused.
 */
export class Withdrawals {
  /** By digest of room and identity, oldest first; when, in milliseconds since 1970. */
  readonly #at = new Map<string, number>();
  readonly #keepMs: number;
  readonly #now: () => number;
  #floorMs = -Infinity;

  constructor(maxTtlS: number, now: () => number = Date.now) {
    this.#keepMs = maxTtlS * 1000;
    this.#now = now;
  }

  /** A person withdrew consent, in one room or everywhere. */
  withdrawn(identity: string, room?: string): void {
    const key = keyOf(identity, room);
    this.#at.delete(key);
    this.#at.set(key, this.#now());
    for (const [oldest, atMs] of this.#at) {
      const expired = atMs + this.#keepMs < this.#now();
      if (!expired && this.#at.size <= KEPT) return;
      this.#at.delete(oldest);
      if (!expired) this.#floorMs = atMs;
    }
  }

  /** The person agreed again in a room: what was agreed to there before counts again. */
  renewed(identity: string, room: string): void {
    this.#at.delete(keyOf(identity, room));
  }

  /** @throws {AuthError} `consent-withdrawn` for a token whose consent is older than the withdrawal */
  check({ room, sub, consent, iat }: Claims): void {
    if (consent === undefined) return;
    // `iat` is in whole seconds: one made in the very second of the withdrawal counts as older.
    const since = [this.#at.get(keyOf(sub, room)), this.#at.get(keyOf(sub))].map((atMs) => atMs ?? -Infinity);
    if (iat * 1000 > Math.max(this.#floorMs, ...since)) return;
    throw new AuthError(
      'consent-withdrawn',
      'The token carries a consent that was withdrawn after it was made. Ask the person again, and get a new token.',
    );
  }
}

function keyOf(identity: string, room = '*'): string {
  return createHash('sha256')
    .update(JSON.stringify([identity, room]))
    .digest('base64');
}
