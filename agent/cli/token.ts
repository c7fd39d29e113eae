/** `undertone token`: makes a room token for development. */
import { InvalidArgumentError } from 'commander';
import { claimsSchema } from '../auth/claims.ts';
import { mintToken } from '../auth/room-tokens.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfig } from '../config/load.ts';
import { inPackage } from '../package-root.ts';

export interface TokenOptions {
  readonly room: string;
  readonly identity: string;
  readonly publish?: boolean;
  readonly subscribe?: boolean;
  readonly see: string;
  readonly role?: readonly string[];
  readonly consent?: string;
  readonly name?: string;
  /** Seconds. */
  readonly ttl: number;
  readonly config?: string;
}

const requestSchema = claimsSchema.omit({ jti: true, iat: true, exp: true });

/** Prints the token on standard output. @throws {ConfigError} */
export async function token(options: TokenOptions): Promise<void> {
  const config = loadConfig({ file: options.config ?? inPackage('configs/default.yaml'), environment: process.env });
  const { room, identity, publish = false, subscribe = false, see, role, consent, name, ttl } = options;
  const whom = see === 'self' || see === 'all' ? see : see.split(',');
  const request = requestSchema.safeParse({
    sub: identity,
    room,
    publish,
    subscribe,
    see: whom,
    roles: role,
    consent,
    name,
  });
  if (!request.success) {
    const lines = request.error.issues.map((issue) => `${flagOf(issue.path[0])}: ${issue.message}`);
    throw new ConfigError('config-invalid', lines.join('\n'));
  }
  process.stdout.write(`${await mintToken(config.auth, request.data, ttl)}\n`);
}

/** Claims are named as the flags that give them. */
function flagOf(claim: PropertyKey | undefined): string {
  if (claim === 'sub') return '--identity';
  return `--${claim === 'roles' ? 'role' : String(claim)}`;
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Reads `90s`, `15m`, `1h` or `7d`. @returns seconds */
export function readDuration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNIT_S[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('Give a number and a unit: 90s, 15m, 1h or 7d.');
}
