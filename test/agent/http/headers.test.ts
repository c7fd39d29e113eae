import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { refuseForeign } from '../../../agent/http/same-origin.ts';
import { GUARDED } from '../auth/tokens.ts';
import { startTestAgent } from '../fakes.ts';

let agent: Agent | undefined;
afterEach(() => agent?.close());

async function begin(server: Record<string, unknown> = {}): Promise<void> {
  const settings = { ...GUARDED, server: { port: 0, ...server } };
  ({ agent } = await startTestAgent(settings));
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fetch(new URL(path, agent?.url), { method, headers });
}

describe('every answer', () => {
  it.each([
    ['GET', '/healthz'],
    ['GET', '/'],
    ['GET', '/nothing'],
    ['POST', '/whip/lobby'],
    ['DELETE', '/whip/lobby/x'],
  ])('to %s %s forbids framing, sniffing, foreign code and telling where one came from', async (method, path) => {
    await begin();
    const { headers } = await get(path, {}, method);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'.*form-action 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('permissions-policy')).toContain('camera=(self), microphone=(self), geolocation=()');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('promises HTTPS where it is spoken, and not elsewhere', async () => {
    await begin({ trustedProxies: ['127.0.0.1'] });
    expect((await get('/healthz')).headers.get('strict-transport-security')).toBeNull();
    const secure = await get('/healthz', { 'X-Forwarded-Proto': 'https' });
    expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});

describe('pages of other sites', () => {
  const origin = 'https://calls.example';

  it('may publish from a listed origin, and read where to and by which ICE servers', async () => {
    await begin({ origins: [origin] });
    const asked = await get('/whip/lobby', { Origin: origin, 'Access-Control-Request-Method': 'POST' }, 'OPTIONS');
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization');
    const answered = await get('/whip/lobby', { Origin: origin }, 'POST');
    expect(answered.headers.get('access-control-expose-headers')).toBe('ETag,Link,Location');
    expect(answered.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('are refused from any other, and get nothing to read', async () => {
    await begin({ origins: [origin] });
    for (const foreign of ['https://evil.example', 'null', `${origin}.evil.example`, 'http://calls.example']) {
      const { status, headers } = await get('/healthz', { Origin: foreign });
      expect([foreign, status, headers.get('access-control-allow-origin')]).toEqual([foreign, 403, null]);
    }
  });
});

describe('the host that is asked for', () => {
  const welcome = { origins: ['https://calls.example'], names: ['192.168.1.5', 'box.local'], addresses: false };

  it.each([
    ['localhost:8080', true],
    ['127.0.0.1', true],
    ['[::1]:8080', true],
    ['calls.example', true],
    ['CALLS.example', true],
    ['box.local:8080', true],
    ['192.168.1.5:8080', true],
    ['192.168.1.6', false],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    [undefined, false],
  ])('%s: welcome is %s', (host, expected) => {
    expect(refuseForeign({ host }, welcome) === undefined).toBe(expected);
  });

  it('may be any address where people are asked who they are: no name was rebound', () => {
    expect(refuseForeign({ host: '10.0.0.5:8080' }, { ...welcome, addresses: true })).toBeUndefined();
    expect(refuseForeign({ host: 'evil.example' }, { ...welcome, addresses: true })).toBeDefined();
  });
});
