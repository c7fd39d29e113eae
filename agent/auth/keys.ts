/** The keys that room tokens are checked with. */
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/schema.ts';
import { AuthError } from './auth-error.ts';

const FETCH_TIMEOUT_MS = 5000;
/** A made-up key id must not make us ask the key server again and again. */
const FETCH_COOLDOWN_MS = 30_000;
const SECRET_BYTES = 32;

export interface VerificationKeys {
  /** Algorithms for which there is a key; a token signed in any other way is refused before a key is looked for. */
  readonly algorithms: string[];
  readonly find: JWTVerifyGetKey;
}

/**
 * The secret tokens are signed with by HS256; undefined when there is none.
 * @throws {ConfigError} when its file cannot be read or it is too short
 */
export function readSecret({ secret, secretFile }: Config['auth']): Uint8Array | undefined {
  const text = secret ?? (secretFile === undefined ? undefined : read(secretFile, 'auth.secretFile').trim());
  if (text === undefined) return undefined;
  const bytes = new TextEncoder().encode(text);
  if (bytes.length >= SECRET_BYTES) return bytes;
  throw new ConfigError(
    'config-invalid',
    `auth.secret is shorter than ${SECRET_BYTES} bytes and could be guessed. Make one with "openssl rand -base64 48".`,
  );
}

/**
 * Opens the configured keys. A secret answers for HS256 only and public keys for the others only, so that nobody can pass
 * a public key off as a secret (RFC 8725, 2.1).
 * @throws {ConfigError} when a key cannot be read or must not be used
 */
export function openKeys(auth: Config['auth']): VerificationKeys {
  const secret = readSecret(auth);
  const published = openPublished(auth);
  const algorithms = auth.algorithms.filter((name) => (name === 'HS256' ? secret : published) !== undefined);
  if (algorithms.length === 0)
    throw new ConfigError('config-invalid', 'auth.algorithms names no algorithm that the configured keys are for.');
  return {
    algorithms,
    find(header, token) {
      if (header.alg === 'HS256' && secret) return secret;
      if (header.alg !== 'HS256' && published) return published(header, token);
      throw new AuthError('bad-token', 'The token is signed in a way that is not accepted here.');
    },
  };
}

function openPublished({ jwksFile, jwksUrl }: Config['auth']): JWTVerifyGetKey | undefined {
  if (jwksFile !== undefined) return createLocalJWKSet(parsePublicKeys(read(jwksFile, 'auth.jwksFile'), jwksFile));
  if (jwksUrl === undefined) return undefined;
  return createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: FETCH_COOLDOWN_MS,
  });
}

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.enum(['OKP', 'EC', 'RSA']) })).min(1) });

function parsePublicKeys(text: string, file: string): z.infer<typeof jwksSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError('config-invalid', `${file}: not JSON; expected a JSON Web Key Set ({"keys": [...]}).`, {
      cause,
    });
  }
  const parsed = jwksSchema.safeParse(json);
  if (!parsed.success)
    throw new ConfigError(
      'config-invalid',
      `${file}: expected {"keys": [...]} with public keys of type OKP, EC or RSA.`,
    );
  if (parsed.data.keys.some((key) => 'd' in key))
    throw new ConfigError(
      'config-invalid',
      `${file}: holds a private key. It belongs to who makes tokens; give this server the public one.`,
    );
  return parsed.data;
}

function read(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('config-unreadable', `${setting}: ${file} cannot be read.`, { cause });
  }
}
