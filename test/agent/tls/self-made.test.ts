import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../agent/config/config-error.ts';
import { lanAddresses, lanNames } from '../../../agent/tls/lan-addresses.ts';
import { readPemFiles } from '../../../agent/tls/pem-files.ts';
import { selfMadeCertificate } from '../../../agent/tls/self-made.ts';

const NAMES = ['192.168.1.5', 'box.local', 'localhost', '127.0.0.1'];
const DAY_MS = 86_400_000;

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'undertone-tls-')), 'cache');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe('the certificate of one’s own making', () => {
  it('holds for every address and name, for less than 398 days, and fits its key', async () => {
    const made = await selfMadeCertificate({ names: NAMES, folder });
    const certificate = new X509Certificate(made.cert);
    expect(certificate.subjectAltName).toBe(
      'IP Address:192.168.1.5, DNS:box.local, DNS:localhost, IP Address:127.0.0.1',
    );
    expect(certificate.ca).toBe(false);
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBeLessThan(398 * DAY_MS);
    expect(made.fingerprint).toBe(certificate.fingerprint256);
    expect(made.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    createSecureContext({ cert: made.cert, key: made.key });
  });

  it('is kept where only its owner can read it', async () => {
    await selfMadeCertificate({ names: NAMES, folder });
    expect([statSync(join(folder, 'lan.pem')).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('serves again at the next start', async () => {
    const first = await selfMadeCertificate({ names: NAMES, folder });
    const second = await selfMadeCertificate({ names: ['localhost', '192.168.1.5'], folder });
    expect([first.made, second.made, second.fingerprint]).toEqual([true, false, first.fingerprint]);
  });

  it.each([
    ['an address is new', { names: [...NAMES, '10.0.0.7'] }],
    ['a name is new', { names: [...NAMES, 'other.local'] }],
    ['it ends within two weeks', { names: NAMES, nowMs: Date.now() + 352 * DAY_MS }],
    ['the clock was set back to before it', { names: NAMES, nowMs: Date.now() - 3 * DAY_MS }],
  ])('is made anew when %s', async (_what, options) => {
    const first = await selfMadeCertificate({ names: NAMES, folder });
    const second = await selfMadeCertificate({ ...options, folder });
    expect(second.made).toBe(true);
    expect(second.fingerprint).not.toBe(first.fingerprint);
  });

  it.each([
    ['others could have read its key', (file: string) => chmodSync(file, 0o644)],
    ['its file is broken', (file: string) => writeFileSync(file, 'nonsense')],
    ['its key is of another', (file: string) => writeFileSync(file, otherKey(readFileSync(file, 'utf8')))],
  ])('is made anew when %s', async (_what, harm) => {
    await selfMadeCertificate({ names: NAMES, folder });
    harm(join(folder, 'lan.pem'));
    expect((await selfMadeCertificate({ names: NAMES, folder })).made).toBe(true);
  });
});

/** Key and certificate that do not belong together. */
function otherKey(pem: string): string {
  const certificate = pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'));
  return `-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n${certificate}`;
}

describe('certificates from files', () => {
  it('are read, and refused in words when absent or not fitting', async () => {
    const { cert, key } = await selfMadeCertificate({ names: NAMES, folder });
    const other = await selfMadeCertificate({ names: NAMES, folder: join(folder, 'other') });
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const onlyKey = (pem: string): string => pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE'));
    const certFile = write('cert.pem', cert);
    expect(readPemFiles({ certFile, keyFile: write('key.pem', key) }).cert).toBe(cert);
    const mixed = { certFile, keyFile: write('other.pem', onlyKey(other.key)) };
    expect(() => readPemFiles(mixed)).toThrow(/cannot be used together/);
    expect(() => readPemFiles({ certFile, keyFile: join(folder, 'absent.pem') })).toThrow(ConfigError);
  });
});

describe('this machine on its network', () => {
  it('is known by IPv4 addresses that others can reach', () => {
    const address = (text: string, family: 'IPv4' | 'IPv6' = 'IPv4', internal = false) => ({
      address: text,
      family,
      internal,
    });
    const interfaces = {
      lo: [address('127.0.0.1', 'IPv4', true)],
      wlan0: [address('192.168.1.5'), address('fe80::1', 'IPv6')],
      eth0: [address('10.0.0.7'), address('169.254.3.4')],
      docker0: [address('172.17.0.1')],
    };
    expect(lanAddresses(interfaces)).toEqual(['192.168.1.5', '10.0.0.7']);
  });

  it('is known by its name, if that can stand in an address', () => {
    expect(lanNames('Box.local')).toEqual(['box.local', 'box']);
    expect(lanNames('my box')).toEqual([]);
    expect(lanNames('build.example.org')).toEqual([]);
  });
});
