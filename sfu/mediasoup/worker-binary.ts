/** Where mediasoup's worker program is, and how the package comes to use it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package, once loaded. */
export type Mediasoup = typeof import('mediasoup');

/** What makes the worker where there is none. Printed wherever one is missed. */
export const SETUP_COMMAND = /[\\/]node_modules[\\/]undertone[\\/]/.test(fileURLToPath(import.meta.url))
  ? 'node node_modules/undertone/dist/sfu/mediasoup/setup.js'
  : 'npm run sfu:setup';

/** Older npm (10 comes with Node 20) runs the package's install script whatever `allowScripts` says, and drops the package when that fails. */
export const INSTALL_ADVICE = `The optional package mediasoup is not installed: "npm install --no-save --ignore-scripts mediasoup@3.19.3" installs it, then run "${SETUP_COMMAND}".`;

/** A worker program, and who put it there. */
export interface WorkerBinary {
  readonly path: string;
  readonly origin: 'MEDIASOUP_WORKER_BIN' | 'the mediasoup package' | 'the cache';
}

/** What this process has told the package by way of the environment, which is nobody else's word then. */
let told: WorkerBinary | undefined;

/** The installed package's folder and version; undefined when this optional dependency is not installed. */
export function mediasoupPackage(): { readonly dir: string; readonly version: string } | undefined {
  const require = createRequire(import.meta.url);
  try {
    const dir = join(dirname(require.resolve('mediasoup')), '..', '..');
    const { version } = require(join(dir, 'package.json')) as { version: string };
    return { dir, version };
  } catch {
    return undefined;
  }
}

/** Where a built worker is kept: by version, system and processor, for it serves no other. */
export function cachedWorkerPath(version: string, cacheDir = defaultCacheDir()): string {
  return join(cacheDir, 'mediasoup', `${version}-${process.platform}-${process.arch}`, 'mediasoup-worker');
}

/** The worker to use: the one the environment names, else the package's prebuilt one, else a built one from the cache. */
export function findWorker(): WorkerBinary | undefined {
  const named = process.env['MEDIASOUP_WORKER_BIN'];
  if (named) return named === told?.path ? told : { path: named, origin: 'MEDIASOUP_WORKER_BIN' };
  const installed = mediasoupPackage();
  if (!installed) return undefined;
  const prebuilt = join(installed.dir, 'worker', 'out', 'Release', 'mediasoup-worker');
  if (existsSync(prebuilt)) return { path: prebuilt, origin: 'the mediasoup package' };
  const cached = cachedWorkerPath(installed.version);
  return existsSync(cached) ? { path: cached, origin: 'the cache' } : undefined;
}

/** Loads the package with this worker. mediasoup reads the path once, when it is first imported in a process. */
export async function loadMediasoup(binary: WorkerBinary): Promise<Mediasoup> {
  told = binary;
  process.env['MEDIASOUP_WORKER_BIN'] = binary.path;
  return import('mediasoup');
}

function defaultCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'undertone');
}
