/** Certificate and key from files (`server.tls`). */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';

/** PEM texts. */
export interface CertifiedKey {
  readonly cert: string;
  readonly key: string;
}

/** @throws {ConfigError} when a file cannot be read, or certificate and key do not fit */
export function readPemFiles(files: { readonly certFile: string; readonly keyFile: string }): CertifiedKey {
  const pems = { cert: read(files.certFile, 'certFile'), key: read(files.keyFile, 'keyFile') };
  try {
    createSecureContext(pems);
    return pems;
  } catch (cause) {
    throw new ConfigError(
      'config-invalid',
      'server.tls: certificate and key cannot be used together. Both must be PEM files, the certificate first in its chain, the key without a passphrase.',
      { cause },
    );
  }
}

function read(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('config-unreadable', `server.tls.${name}: ${file} cannot be read.`, { cause });
  }
}
