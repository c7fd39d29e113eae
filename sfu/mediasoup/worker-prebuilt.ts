/** Fetches the worker that mediasoup's authors have built, as the install script of the package would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepWorker } from './worker-build.ts';

const RELEASES = 'https://github.com/versatica/mediasoup/releases/download';
const WITHIN_MS = 60_000;

/** Where the prebuilt worker of a version is for this machine; the package's own variable names another place (a mirror). */
export function prebuiltUrl(version: string): string {
  const base = process.env['MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL'] || RELEASES;
  const kernel = process.platform === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  return `${base}/${version}/mediasoup-worker-${version}-${process.platform}-${process.arch}${kernel}.tgz`;
}

/**
 * Fetches into a temporary folder and hands the program to `accept`; only when that resolves does it go to `target`.
 * @returns why there is none, in words; undefined when it is there
 * @throws what `accept` throws; `target` is untouched then
 */
export async function fetchWorker(
  url: string,
  target: string,
  accept: (program: string) => Promise<void>,
): Promise<string | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'undertone-mediasoup-'));
  try {
    const problem = await download(url, dir);
    if (problem !== undefined) return problem;
    const program = join(dir, 'mediasoup-worker');
    await accept(program);
    await keepWorker(program, target);
    return undefined;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function download(url: string, dir: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
    if (response.status === 404) return 'none is published for this system';
    return response.ok
      ? await unpack(Buffer.from(await response.arrayBuffer()), dir)
      : `the answer was ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

async function unpack(archive: Buffer, dir: string): Promise<string | undefined> {
  const tar = spawn('tar', ['-xzf', '-', '-C', dir, 'mediasoup-worker'], { stdio: ['pipe', 'ignore', 'ignore'] });
  // It stops reading when the archive is none.
  tar.stdin.on('error', () => {});
  tar.stdin.end(archive);
  const [code] = await once(tar, 'close');
  return code === 0 ? undefined : 'what came is not the archive that it should be';
}
