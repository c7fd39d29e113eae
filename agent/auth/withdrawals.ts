/** What tokens brought that counts no more, so that the same token cannot bring it back: consents, and a place in a room. */
import { createHash } from 'node:crypto';
import { AuthError } from './auth-error.ts';
import type { Claims } from './claims.ts';
import { readWithdrawals, WithdrawalFile } from './withdrawal-file.ts';

const KEPT = 50_000;

/** Told to who is removed, and to who comes again. */
export const REMOVED = 'You were removed from this room. Ask the platform for a new token, if you may come again.';

export interface WithdrawalsOptions {
  /** No token is worth anything longer than this after it was made: that long a withdrawal is remembered. */
  readonly maxTtlS: number;
  /** Where to keep them over restarts; when not given, a restart refuses every token with a consent from before it. */
  readonly path?: string | undefined;
  /** The disk failed: see {@link WithdrawalFile}. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/**
 * Remembered for as long as a token made before the withdrawal could still be used, and never forgotten before: of what
 * was withdrawn before the record began (the start, or the making of its file) nothing is known, so tokens with a consent
 * from before are refused. Bounded to {@link KEPT}: when more withdraw in that time, the record begins later.
 */
export class Withdrawals {
  /** By digest of room and identity, oldest first; when, in milliseconds since 1970. */
  readonly #atMs = new Map<string, number>();
  readonly #keepMs: number;
  readonly #now: () => number;
  readonly #file: WithdrawalFile | undefined;
  #sinceMs: number;

  /** @throws {ConfigError} when the file cannot be used */
  constructor({ maxTtlS, path, onFailure = () => undefined, now = Date.now }: WithdrawalsOptions) {
    this.#keepMs = maxTtlS * 1000;
    this.#now = now;
    // `iat` is in whole seconds: who made a token in the very second of the start made it in time.
    const startMs = Math.floor(now() / 1000) * 1000 - 1;
    const kept = path === undefined ? undefined : readWithdrawals(path, startMs);
    this.#sinceMs = kept?.sinceMs ?? startMs;
    for (const [key, atMs] of kept?.atMs ?? []) this.#atMs.set(key, atMs);
    this.#dropOld();
    if (path === undefined) return;
    const record = () => ({ sinceMs: this.#sinceMs, atMs: this.#atMs });
    this.#file = new WithdrawalFile({ path, record, onFailure });
  }

  /** Whether a restart of the server remembers. */
  get kept(): boolean {
    return this.#file !== undefined;
  }

  /** A person withdrew consent, in one room or everywhere; without a person: everybody's ended. */
  withdrawn(identity: string | undefined, room?: string): void {
    this.#remember(keyOf(identity, room));
  }

  /** A person was removed from a room: what was made for it until now lets them in no more. */
  removed(identity: string, room: string): void {
    this.#remember(removalOf(identity, room));
  }

  /** The person agreed again in a room: what was agreed to there before counts again. */
  renewed(identity: string, room: string): void {
    const key = keyOf(identity, room);
    if (this.#atMs.delete(key)) this.#file?.add({ key });
  }

  /**
   * @throws {AuthError} `removed` for a token that is older than the removal, `consent-withdrawn` for one whose consent is older
   * than the withdrawal, or than the record
   */
  check({ room, sub, consent, iat }: Claims): void {
    if (iat * 1000 <= (this.#atMs.get(removalOf(sub, room)) ?? -Infinity)) throw new AuthError('removed', REMOVED);
    if (consent === undefined) return;
    // One made in the very second of the withdrawal counts as older.
    const keys = [keyOf(sub, room), keyOf(sub), keyOf(undefined, room), keyOf(undefined)];
    const since = keys.map((key) => this.#atMs.get(key) ?? -Infinity);
    if (iat * 1000 <= Math.max(...since))
      throw new AuthError(
        'consent-withdrawn',
        'The token carries a consent that was withdrawn after it was made. Ask the person again, and get a new token.',
      );
    if (iat * 1000 <= this.#sinceMs)
      throw new AuthError(
        'consent-withdrawn',
        'The token carries a consent, and was made before this server began to remember who withdrew. Get a new token; auth.withdrawalsFile lets a server remember over restarts.',
      );
  }

  /** Resolves when everything is on disk, or could not be written. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  #remember(key: string): void {
    const atMs = this.#now();
    this.#atMs.delete(key);
    this.#atMs.set(key, atMs);
    this.#file?.add({ key, atMs });
    const before = this.#sinceMs;
    this.#dropOld();
    if (this.#sinceMs !== before) this.#file?.add({ withdrawals: 1, sinceMs: this.#sinceMs });
  }

  #dropOld(): void {
    for (const [oldest, atMs] of this.#atMs) {
      const expired = atMs + this.#keepMs < this.#now();
      if (!expired && this.#atMs.size <= KEPT) return;
      this.#atMs.delete(oldest);
      if (!expired) this.#sinceMs = Math.max(this.#sinceMs, atMs);
    }
  }
}

/** Neither an identity nor a room can be `*`. */
function keyOf(identity = '*', room = '*'): string {
  return digestOf([identity, room]);
}

function removalOf(identity: string, room: string): string {
  return digestOf([identity, room, 'removed']);
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
