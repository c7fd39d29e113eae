import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../agent/config/config-error.ts';
import { checkDeployment } from '../../../agent/config/deployment.ts';
import { configSchema } from '../../../agent/config/schema.ts';
import { SECRET } from '../auth/tokens.ts';

function refusal(settings: Record<string, unknown>): string | undefined {
  try {
    checkDeployment(configSchema.parse({ deployment: { context: 'customer' }, ...settings }));
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const auth = { secret: SECRET };
const tls = { certFile: 'cert.pem', keyFile: 'key.pem' };

describe('a server that other machines can reach', () => {
  it.each(['0.0.0.0', '::', '192.168.1.2', 'calls.example.org'])('on %s must ask for tokens', (host) => {
    expect(refusal({ server: { host, tls } })).toMatch(/^binding-refused: .*no key for room tokens.*auth\.secret/);
    expect(refusal({ server: { host, tls }, auth })).toBeUndefined();
  });

  it('must not have tokens travel in the clear', () => {
    const host = '0.0.0.0';
    expect(refusal({ server: { host }, auth })).toMatch(/in the clear.*server\.tls.*server\.trustedProxies/);
    expect(refusal({ server: { host, trustedProxies: ['10.0.0.0/8'] }, auth })).toBeUndefined();
  });

  it('is never the demo, unless by invitation', () => {
    const settings = { deployment: { context: 'demo' }, server: { host: '0.0.0.0', tls }, auth };
    expect(refusal(settings)).toMatch(/demo asks nobody.*--lan/);
  });
});

describe('a server on this machine alone', () => {
  it('may do without tokens, and may ask for them', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ auth })).toBeUndefined();
  });
});

describe('settings of auth', () => {
  const problems = (settings: Record<string, unknown>): string =>
    JSON.stringify(configSchema.safeParse({ deployment: { context: 'demo' }, ...settings }).error?.issues ?? []);

  it('refuse secrets that can be guessed, two sources of one key, keys from plain HTTP, and signatures that prove nothing', () => {
    expect(problems({ auth: { secret: 'short' } })).toContain('at least 32 characters');
    expect(problems({ auth: { secret: 'short' } })).not.toContain('"short"');
    expect(problems({ auth: { secret: SECRET, secretFile: 'x' } })).toContain('keep one of them');
    expect(problems({ auth: { jwksFile: 'x', jwksUrl: 'https://keys.example' } })).toContain('keep one of them');
    expect(problems({ auth: { jwksUrl: 'http://keys.example' } })).not.toBe('[]');
    expect(problems({ auth: { algorithms: ['none'] } })).not.toBe('[]');
    expect(problems({ auth: { algorithms: ['HS256', 'RS256'] } })).toBe('[]');
  });

  it('refuse proxies that are not addresses', () => {
    expect(problems({ server: { trustedProxies: ['proxy.example'] } })).not.toBe('[]');
    expect(problems({ server: { trustedProxies: ['10.0.0.0/8', '::1'] } })).toBe('[]');
  });
});
