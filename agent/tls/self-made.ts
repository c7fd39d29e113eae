/** A certificate of one's own making for `--lan`: browsers give pages a camera over HTTPS only. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { generate } from 'selfsigned';
import type { CertifiedKey } from './pem-files.ts';

const DAY_MS = 86_400_000;
/** Browsers of some makers refuse certificates that hold for longer than 398 days. */
const VALID_DAYS = 365;
const RENEW_BEFORE_DAYS = 14;
/** Clocks of telephones may be a little behind. */
const BACKDATED_DAYS = 1;

export interface SelfMade extends CertifiedKey {
  /** SHA-256 of the certificate, as browsers show it: `AB:CD:...`. */
  readonly fingerprint: string;
  /** False when the one of an earlier start still serves. */
  readonly made: boolean;
}

export interface SelfMadeOptions {
  /** Addresses and names that it is for. */
  readonly names: readonly string[];
  /** Where it is kept; default `$XDG_CACHE_HOME/undertone`, else `~/.cache/undertone`. */
  readonly folder?: string | undefined;
  readonly nowMs?: number | undefined;
}

/**
 * The certificate of an earlier start, or a new one: when there is none, when it ends within two weeks, when an address
 * is not in it, or when somebody else could have read its key.
 * @throws {Error} when the folder cannot be written
 */
export async function selfMadeCertificate({
  names,
  folder = cacheFolder(),
  nowMs = Date.now(),
}: SelfMadeOptions): Promise<SelfMade> {
  // Key and certificate in one file: they are replaced together or not at all.
  const file = join(folder, 'lan.pem');
  const kept = await read(file);
  if (kept !== undefined && serves(kept, names, nowMs)) return describe(kept, false);
  const pem = await make(names, nowMs);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, pem, { mode: 0o600 });
  await rename(draft, file);
  return describe(pem, true);
}

/** The certificate (PEM, without its key) that this user's `--lan` serves with, if there is one. */
export async function keptCertificate(folder = cacheFolder()): Promise<string | undefined> {
  const kept = await read(join(folder, 'lan.pem'));
  return kept === undefined ? undefined : new X509Certificate(kept).toString();
}

async function make(names: readonly string[], nowMs: number): Promise<string> {
  const made = await generate([{ name: 'commonName', value: 'Undertone on this network' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - BACKDATED_DAYS * DAY_MS),
    notAfterDate: new Date(nowMs + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return `${made.private.trim()}\n${made.cert.trim()}\n`;
}

/** The file's text; undefined when it is not there, or when others than its owner may read it. */
async function read(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return undefined;
    return await readFile(file, 'utf8');
  } catch {
    return undefined; // made anew
  }
}

function serves(pem: string, names: readonly string[], nowMs: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const inTime =
      Date.parse(certificate.validFrom) <= nowMs &&
      Date.parse(certificate.validTo) > nowMs + RENEW_BEFORE_DAYS * DAY_MS;
    const forAll = names.every(
      (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined,
    );
    return inTime && forAll && certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    return false; // not a certificate, or not with its key
  }
}

function describe(pem: string, made: boolean): SelfMade {
  return { cert: pem, key: pem, fingerprint: new X509Certificate(pem).fingerprint256, made };
}

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'undertone');
}
