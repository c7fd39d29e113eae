/** Links that let one person each in, for a room on one's own network, where nobody signs tokens. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Access } from './access.ts';
import { AuthError } from './auth-error.ts';

/** Without vowels and look-alikes: it has to be typed on a phone. 10 of them are 47 bits, for one try in 20 a minute. */
const LETTERS = '23456789bcdfghjkmnpqrstvwxz';
const CODE_LENGTH = 10;
const CODE_TTL_MS = 10 * 60_000;
const GUEST_TTL_MS = 12 * 3_600_000;
const GUESTS = 256;

export interface InvitationOptions {
  readonly room: string;
  /** Called with the code of a new link: the first, and one whenever the last was used or its time is over. */
  onCode(code: string): void;
  readonly now?: () => number;
}

/** One link is open at a time. Guests are known by a random key in a cookie; only its digest is held. */
export class Invitations {
  readonly #options: InvitationOptions;
  readonly #now: () => number;
  readonly #guests = new Map<string, Access>();
  #code: { readonly digest: string; readonly expiresAtMs: number } | undefined;
  #renewal: NodeJS.Timeout | undefined;

  constructor(options: InvitationOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get room(): string {
    return this.#options.room;
  }

  /** Opens a new link; the one before is worth nothing any more. */
  renew(): void {
    clearTimeout(this.#renewal);
    const code = Array.from({ length: CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    this.#code = { digest: digestOf(code), expiresAtMs: this.#now() + CODE_TTL_MS };
    this.#renewal = setTimeout(() => this.renew(), CODE_TTL_MS).unref();
    this.#options.onCode(code);
  }

  /**
   * Uses a link up.
   * @returns the guest's key, for a cookie, and for how many seconds it holds
   * @throws {AuthError} `bad-invitation`
   */
  redeem(code: string): { readonly key: string; readonly ttlS: number } {
    // Digests are compared, so that time tells nothing of the code.
    if (this.#code?.digest !== digestOf(code.toLowerCase()) || this.#now() >= this.#code.expiresAtMs)
      throw new AuthError(
        'bad-invitation',
        'This link was used already, or is too old. The newest one is printed where Undertone was started.',
      );
    this.#forgetExpired();
    if (this.#guests.size >= GUESTS)
      throw new AuthError('bad-invitation', `${GUESTS} guests were let in already. Start Undertone anew.`);
    const key = randomBytes(32).toString('base64url');
    const expiresAtMs = this.#now() + GUEST_TTL_MS;
    this.#guests.set(digestOf(key), { room: this.room, publish: true, subscribe: true, roles: [], expiresAtMs });
    this.renew();
    return { key, ttlS: GUEST_TTL_MS / 1000 };
  }

  /** What the holder of a key may do; undefined when it is nobody's. */
  guest(key: string): Access | undefined {
    const access = this.#guests.get(digestOf(key));
    return access?.expiresAtMs !== undefined && access.expiresAtMs > this.#now() ? access : undefined;
  }

  /** A guest comes in no more with the key they have. */
  revoke(guest: Access): void {
    for (const [key, access] of this.#guests) if (access === guest) this.#guests.delete(key);
  }

  /** No link is open any more. Idempotent. */
  close(): void {
    clearTimeout(this.#renewal);
    this.#code = undefined;
    this.#guests.clear();
  }

  #forgetExpired(): void {
    for (const [key, { expiresAtMs }] of this.#guests) if ((expiresAtMs ?? 0) <= this.#now()) this.#guests.delete(key);
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
