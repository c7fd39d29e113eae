/** Somebody is not let in, or not allowed to do what they ask. */

/**
 * - `no-token`: nothing was shown where a token is asked for
 * - `bad-token`: not a token, changed, signed by somebody else or in another way, made for something else, or lacking claims
 * - `token-expired`, `token-early`: its time is over, or has not come
 * - `wrong-room`: it is for another room
 * - `forbidden`: it does not allow this
 * - `consent-withdrawn`: it carries a consent that the person has withdrawn since, or may have (see {@link Withdrawals})
 * - `removed`: the operator removed the person from the room after it was made
 * - `bad-invitation`: an invitation that never was, was used, or whose time is over
 * - `foreign`: a page of another site, or a name that is not this server's
 * - `replaced`: the same identity came again; the newest connection counts
 * - `too-many-attempts`, `too-many-requests`: this address must wait
 * - `keys-unavailable`: the keys to check it with could not be fetched
 */
export type AuthErrorCode = keyof typeof STATUS;

const STATUS = {
  'no-token': 401,
  'bad-token': 401,
  'token-expired': 401,
  'token-early': 401,
  'wrong-room': 403,
  forbidden: 403,
  'consent-withdrawn': 403,
  removed: 403,
  'bad-invitation': 403,
  foreign: 403,
  replaced: 409,
  'too-many-attempts': 429,
  'too-many-requests': 429,
  'keys-unavailable': 503,
} as const;

/** Says what happened and what to do; never holds the token. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;

  constructor(code: AuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Its HTTP status. */
  get status(): 401 | 403 | 409 | 429 | 503 {
    return STATUS[this.code];
  }

  /** With which code a WebSocket is closed for it: 4000 and the HTTP status. */
  get closeCode(): number {
    return 4000 + this.status;
  }

  /** True when the same attempt may succeed later. */
  get retryable(): boolean {
    return this.status === 429 || this.status === 503;
  }
}
