/** Builds the worker from the source in the npm package: a compiler, CMake and libraries of the distribution, no download. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

/** What Debian 12 and Ubuntu 24.04 need for the build; the flatc of Ubuntu 22.04 is too old. */
export const BUILD_PACKAGES =
  'g++ cmake ninja-build pkg-config libssl-dev libuv1-dev libusrsctp-dev libabsl-dev libflatbuffers-dev flatbuffers-compiler libsrtp2-dev';

/** The build failed; `message` says what to install or where the compiler's words are. */
export class WorkerBuildError extends Error {
  override readonly name = 'WorkerBuildError';
  readonly code = 'worker-build';
}

/**
 * Builds in a temporary folder and hands the program to `accept`; only when that resolves does it go to `target`.
 * @throws {WorkerBuildError} and what `accept` throws; `target` is untouched then
 */
export async function buildWorker(
  sourceDir: string,
  target: string,
  accept: (program: string) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'undertone-mediasoup-'));
  await configureAndCompile(sourceDir, dir);
  const program = join(dir, 'mediasoup-worker');
  await accept(program);
  await keepWorker(program, target);
  await rm(dir, { recursive: true, force: true });
}

/** Puts a program where it is kept. Whoever starts a worker meanwhile finds none or the whole one. */
export async function keepWorker(program: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const draft = `${target}.${process.pid}`;
  await copyFile(program, draft);
  await chmod(draft, 0o755);
  await rename(draft, target);
}

async function configureAndCompile(sourceDir: string, dir: string): Promise<void> {
  const log = join(dir, 'build.log');
  const recipe = ['-G', 'Ninja', '-S', recipeDir(), '-B', dir, `-DWORKER_SOURCE=${join(sourceDir, 'worker')}`];
  const jobs = String(Math.max(1, availableParallelism()));
  for (const args of [recipe, ['--build', dir, '--parallel', jobs]]) {
    const status = await run('cmake', args, log);
    if (status === 0) continue;
    throw new WorkerBuildError(
      status === 'missing'
        ? `There is no cmake here. Install what the build needs (Debian, Ubuntu: apt-get install ${BUILD_PACKAGES}) and run this again.`
        : `The build of the mediasoup worker failed${await firstReason(log)}; ${log} says more. Most often a library is missing (Debian, Ubuntu: apt-get install ${BUILD_PACKAGES}).`,
    );
  }
}

/** What CMake gave as its first error, in one line; empty when the compiler it was that failed. */
async function firstReason(log: string): Promise<string> {
  const [, indented = ''] = /^CMake Error.*:\n\n?((?: {2,}.*\n)+)/m.exec(await readFile(log, 'utf8')) ?? [];
  const words = indented.trim().replaceAll(/\s+/g, ' ');
  return words && ` (${words.replace(/\.$/, '')})`;
}

async function run(program: string, args: readonly string[], log: string): Promise<number | 'missing'> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const file = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  try {
    const [code] = await once(child, 'close');
    return typeof code === 'number' ? code : 1;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing';
    throw error;
  } finally {
    file.end();
    await finished(file);
  }
}

/** The recipe lies in the package's `sfu` folder, also when this runs from `dist`. */
function recipeDir(): string {
  const places = ['./worker-build', '../../../sfu/mediasoup/worker-build'];
  const found = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(join(place, 'CMakeLists.txt')));
  if (found) return found;
  throw new WorkerBuildError('The recipe sfu/mediasoup/worker-build is missing: install undertone again.');
}
