/** Room tokens: JSON Web Tokens (RFC 7519, with the care of RFC 8725) that a platform's server signs for its people. */
import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/schema.ts';
import { AuthError } from './auth-error.ts';
import { claimsSchema, type Claims } from './claims.ts';
import { openKeys, readSecret, type VerificationKeys } from './keys.ts';

const ASK_AGAIN = 'Get a new one from the platform.';

/** Checks tokens. */
export class RoomTokens {
  readonly #auth: Config['auth'];
  readonly #keys: VerificationKeys;
  readonly #now: () => number;

  /** @param now milliseconds since 1970 @throws {ConfigError} see {@link openKeys} */
  constructor(auth: Config['auth'], now: () => number = Date.now) {
    this.#auth = auth;
    this.#keys = openKeys(auth);
    this.#now = now;
  }

  /**
   * What a token says, once it is sure that it may be believed.
   * @throws {AuthError} `bad-token`, `token-expired`, `token-early` or `keys-unavailable`
   */
  async verify(token: string): Promise<Claims> {
    const { audience, issuer, clockToleranceS, maxTtlS } = this.#auth;
    const payload = await jwtVerify(token, this.#keys.find, {
      algorithms: this.#keys.algorithms,
      audience,
      ...(issuer === undefined ? {} : { issuer }),
      clockTolerance: clockToleranceS,
      // Old tokens are refused whatever their `exp`: that bounds how long a withdrawn consent must be remembered.
      maxTokenAge: maxTtlS,
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'room'],
      currentDate: new Date(this.#now()),
    }).then(
      (verified) => verified.payload,
      (cause: unknown) => {
        throw explain(cause);
      },
    );
    const claims = claimsSchema.safeParse(payload);
    if (claims.success) return claims.data;
    const where = claims.error.issues[0];
    throw new AuthError(
      'bad-token',
      `The token's claim "${where?.path.join('.')}" is missing or not as it must be: ${where?.message}.`,
    );
  }
}

/** What of a token is one's own to choose. */
export type TokenRequest = Pick<Claims, 'sub' | 'room' | 'publish' | 'subscribe'> &
  Partial<Pick<Claims, 'see' | 'roles' | 'consent' | 'name'>>;

/**
 * Makes a token for development; a platform's server makes its own.
 * @throws {ConfigError} when no secret is configured, or the token would live longer than `auth.maxTtlS`
 */
export async function mintToken(auth: Config['auth'], request: TokenRequest, ttlS: number): Promise<string> {
  const secret = readSecret(auth);
  if (secret === undefined)
    throw new ConfigError(
      'config-invalid',
      'There is no secret to sign with. Set UNDERTONE_AUTH_SECRET (or auth.secretFile) to what the server has, e.g. from "openssl rand -base64 48".',
    );
  if (ttlS > auth.maxTtlS)
    throw new ConfigError('config-invalid', `A token may live for ${auth.maxTtlS} s at most (auth.maxTtlS).`);
  const { sub, ...claims } = request;
  const nowS = Math.floor(Date.now() / 1000);
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setAudience(auth.audience)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + ttlS)
    .setJti(randomUUID());
  return (auth.issuer === undefined ? token : token.setIssuer(auth.issuer)).sign(secret);
}

/** Words for why a token is refused; they repeat nothing of it. */
function explain(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause;
  if (cause instanceof errors.JWTExpired) return new AuthError('token-expired', `The token has expired. ${ASK_AGAIN}`);
  if (cause instanceof errors.JWTClaimValidationFailed) return ofClaim(cause);
  const known = cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSTimeout);
  // Not a fault of the token: the key server did not answer, or not as one.
  if (!known || cause.code === 'ERR_JOSE_GENERIC')
    return new AuthError('keys-unavailable', 'The keys to check tokens with cannot be fetched now. Try again.', {
      cause,
    });
  const message = `The token is not accepted: it was changed, is not a token of this installation, or is signed in a way that is not allowed. ${ASK_AGAIN}`;
  return new AuthError('bad-token', message, { cause });
}

function ofClaim({ claim, reason }: errors.JWTClaimValidationFailed): AuthError {
  if (reason === 'missing') return new AuthError('bad-token', `The token lacks the claim "${claim}". ${ASK_AGAIN}`);
  if (claim === 'nbf' || claim === 'iat')
    return new AuthError('token-early', 'The token is not valid yet. Try later, or set the clocks right.');
  return new AuthError(
    'bad-token',
    `The token's claim "${claim}" is not the one this installation wants. ${ASK_AGAIN}`,
  );
}
