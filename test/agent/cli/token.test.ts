import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoomTokens } from '../../../agent/auth/room-tokens.ts';
import { readDuration, token, type TokenOptions } from '../../../agent/cli/token.ts';
import { SECRET } from '../auth/tokens.ts';
import { config } from '../fakes.ts';

let folder: string;
let printed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-token-'));
  writeFileSync(join(folder, 'settings.yaml'), 'deployment: {context: research}\n');
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function make(options: Partial<TokenOptions> = {}): Promise<void> {
  return token({
    room: 'lobby',
    identity: 'mia',
    see: 'self',
    ttl: 3600,
    config: join(folder, 'settings.yaml'),
    ...options,
  });
}

describe('undertone token', () => {
  it('prints a token that the server accepts, and nothing else', async () => {
    vi.stubEnv('UNDERTONE_AUTH_SECRET', SECRET);
    await make({ publish: true, see: 'ben,zoe', role: ['coach'] });
    const [line, rest] = printed.split('\n');
    const claims = await new RoomTokens(config({ auth: { secret: SECRET } }).auth).verify(line ?? '');
    expect(claims).toMatchObject({
      sub: 'mia',
      publish: true,
      subscribe: false,
      see: ['ben', 'zoe'],
      roles: ['coach'],
    });
    expect([claims.exp - claims.iat, rest]).toEqual([3600, '']);
  });

  it('says what is missing or wrong', async () => {
    await expect(make()).rejects.toThrow(/UNDERTONE_AUTH_SECRET.*openssl/);
    vi.stubEnv('UNDERTONE_AUTH_SECRET', SECRET);
    await expect(make({ identity: 'mia@example.org' })).rejects.toThrow(/^--identity: .*no mail addresses/);
    await expect(make({ room: 'a b' })).rejects.toThrow(/room name/);
    expect(printed).toBe('');
  });

  it('reads times as people write them', () => {
    expect(['90s', '15m', '1h', '7d'].map(readDuration)).toEqual([90, 900, 3600, 604_800]);
    for (const wrong of ['', '1', '0h', '-1h', '1y', 'h', '1.5h']) expect(() => readDuration(wrong)).toThrow(/90s/);
  });
});
