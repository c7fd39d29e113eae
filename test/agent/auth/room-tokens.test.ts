import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuthError } from '../../../agent/auth/auth-error.ts';
import { accessOf } from '../../../agent/auth/claims.ts';
import { mintToken, RoomTokens } from '../../../agent/auth/room-tokens.ts';
import { ConfigError } from '../../../agent/config/config-error.ts';
import type { Config } from '../../../agent/config/schema.ts';
import { selfMadeCertificate } from '../../../agent/tls/self-made.ts';
import { config } from '../fakes.ts';
import { claims, key, nowS, SECRET, sign, unsigned } from './tokens.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function settings(auth: Record<string, unknown> = { secret: SECRET }): Config['auth'] {
  return config({ auth }).auth;
}

async function refusal(token: string, auth?: Record<string, unknown>): Promise<string> {
  const error: unknown = await new RoomTokens(settings(auth)).verify(token).catch((caught: unknown) => caught);
  if (!(error instanceof AuthError)) throw new Error('expected a refusal', { cause: error });
  expect(error.message).not.toContain(token);
  return error.code;
}

function jwks(name: string, keys: readonly unknown[]): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ keys }));
  return file;
}

describe('a room token', () => {
  it('says who, where, and what is allowed', async () => {
    const found = await new RoomTokens(settings()).verify(await sign({ see: ['ben'], roles: ['coach'], name: 'Mia' }));
    expect(accessOf(found, 86_400)).toEqual({
      identity: 'mia',
      name: 'Mia',
      room: 'lobby',
      publish: true,
      subscribe: true,
      sees: ['ben'],
      roles: ['coach'],
      consent: undefined,
      expiresAtMs: found.exp * 1000,
    });
  });

  it('lets its holder see nobody else when it does not say whom', async () => {
    const tokens = new RoomTokens(settings());
    expect(accessOf(await tokens.verify(await sign()), 86_400).sees).toEqual([]);
    expect(accessOf(await tokens.verify(await sign({ see: 'all' })), 86_400).sees).toBeUndefined();
  });

  it.each(['sub', 'room', 'publish', 'subscribe', 'jti', 'iat', 'exp', 'aud'])(
    'without %s is refused',
    async (claim) => {
      expect(await refusal(await sign({ [claim]: undefined }))).toBe('bad-token');
    },
  );

  it.each([
    ['for another audience', { aud: 'billing' }, 'bad-token'],
    ['with a mail address as identity', { sub: 'mia@example.org' }, 'bad-token'],
    ['with a room that cannot be one', { room: '../etc' }, 'bad-token'],
    ['with words for yes', { publish: 'yes' }, 'bad-token'],
    ['that has expired', { exp: nowS() - 60 }, 'token-expired'],
    ['that is not valid yet', { nbf: nowS() + 60 }, 'token-early'],
    ['made in the future', { iat: nowS() + 60 }, 'token-early'],
    ['older than any may be', { iat: nowS() - 90_000 }, 'token-expired'],
  ])('%s is refused', async (_what, changes, code) => {
    expect(await refusal(await sign(changes))).toBe(code);
  });

  it('may be off by the tolerated seconds, and no more', async () => {
    const tokens = new RoomTokens(settings());
    await tokens.verify(await sign({ exp: nowS() - 2 }));
    await tokens.verify(await sign({ nbf: nowS() + 3 }));
    expect(await refusal(await sign({ exp: nowS() - 2 }), { secret: SECRET, clockToleranceS: 0 })).toBe(
      'token-expired',
    );
  });

  it('signed with another secret, changed, or not signed at all is refused', async () => {
    const other = new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' });
    expect(await refusal(await other.sign(new TextEncoder().encode('x'.repeat(40))))).toBe('bad-token');
    const [head, body = '', signature = ''] = (await sign()).split('.');
    const changed = { ...claims(), room: 'boardroom' };
    const forged = Buffer.from(JSON.stringify(changed)).toString('base64url');
    expect(await refusal([head, forged, signature].join('.'))).toBe('bad-token');
    expect(await refusal([head, body, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.'))).toBe(
      'bad-token',
    );
    expect(await refusal(unsigned())).toBe('bad-token');
    expect(await refusal('not.a.token')).toBe('bad-token');
  });

  it('signed in a way that is not on the list is refused, although the key is right', async () => {
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS512' }).sign(key);
    expect(await refusal(token)).toBe('bad-token');
  });

  it('must come from the configured issuer', async () => {
    const auth = { secret: SECRET, issuer: 'https://platform.example' };
    await new RoomTokens(settings(auth)).verify(await sign({ iss: 'https://platform.example' }));
    expect(await refusal(await sign({ iss: 'https://evil.example' }), auth)).toBe('bad-token');
    expect(await refusal(await sign(), auth)).toBe('bad-token');
  });
});

describe('public keys', () => {
  it.each(['EdDSA', 'ES256', 'RS256'])('check %s', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    const file = jwks(`${alg}.json`, [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg }]);
    const header = { alg, kid: 'k1' };
    const token = await new SignJWT(claims()).setProtectedHeader(header).sign(pair.privateKey);
    expect((await new RoomTokens(settings({ jwksFile: file })).verify(token)).sub).toBe('mia');
    const stranger = await generateKeyPair(alg);
    const forged = await new SignJWT(claims()).setProtectedHeader(header).sign(stranger.privateKey);
    expect(await refusal(forged, { jwksFile: file })).toBe('bad-token');
    const unknown = await new SignJWT(claims()).setProtectedHeader({ alg, kid: 'k2' }).sign(pair.privateKey);
    expect(await refusal(unknown, { jwksFile: file })).toBe('bad-token');
  });

  it('are fetched, and when that fails nobody is called a forger', async () => {
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'EdDSA' }).sign(pair.privateKey);
    const tls = await selfMadeCertificate({ names: ['127.0.0.1'], folder });
    const published = JSON.stringify({ keys: [await exportJWK(pair.publicKey)] });
    const server = createServer(tls, (_request, response) => response.end(published)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const auth = { jwksUrl: `https://127.0.0.1:${port}/keys` };
    // Nobody vouches for the key server.
    expect(await refusal(token, auth)).toBe('keys-unavailable');
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect((await new RoomTokens(settings(auth)).verify(token)).sub).toBe('mia');
    vi.unstubAllEnvs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await refusal(token, auth)).toBe('keys-unavailable');
  });

  it('cannot be passed off as a secret', async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    const publicKey = await exportJWK(pair.publicKey);
    const file = jwks('confusion.json', [publicKey]);
    for (const bytes of [JSON.stringify(publicKey), publicKey.n ?? '']) {
      const token = new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' });
      expect(await refusal(await token.sign(new TextEncoder().encode(bytes)), { jwksFile: file })).toBe('bad-token');
    }
  });

  it('that are private, symmetric or no keys at all are refused at the start', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const open = (file: string) => () => new RoomTokens(settings({ jwksFile: file }));
    expect(open(jwks('private.json', [await exportJWK(pair.privateKey)]))).toThrow(/private key/);
    expect(open(jwks('oct.json', [{ kty: 'oct', k: 'c2VjcmV0' }]))).toThrow(/public keys/);
    expect(open(jwks('empty.json', []))).toThrow(ConfigError);
    expect(open(join(folder, 'absent.json'))).toThrow(/auth\.jwksFile.*cannot be read/);
  });
});

describe('mintToken', () => {
  const request = { sub: 'mia', room: 'lobby', publish: true, subscribe: false };

  it('makes what the server accepts', async () => {
    const auth = settings({ secret: SECRET, issuer: 'me' });
    const found = await new RoomTokens(auth).verify(await mintToken(auth, { ...request, see: 'all' }, 60));
    expect(found).toMatchObject({ ...request, see: 'all' });
    expect(found.exp - found.iat).toBe(60);
  });

  it('reads the secret from a file, and refuses one that can be guessed', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, `${SECRET}\n`);
    const token = await mintToken(settings({ secretFile: file }), request, 60);
    expect((await new RoomTokens(settings()).verify(token)).sub).toBe('mia');
    writeFileSync(file, 'short');
    expect(() => new RoomTokens(settings({ secretFile: file }))).toThrow(/shorter than 32 bytes/);
  });

  it('does nothing without a secret, and makes none that lives too long', async () => {
    await expect(mintToken(settings({}), request, 60)).rejects.toThrow(/UNDERTONE_AUTH_SECRET/);
    await expect(mintToken(settings(), request, 100_000)).rejects.toThrow(/auth\.maxTtlS/);
  });
});
