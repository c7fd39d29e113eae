/**
 * `npm run sfu:setup`: sees to it that mediasoup's worker runs on this machine. One that is there is tried; else the prebuilt
 * one is fetched; else it is built. Each counts only when it has shaken hands with peers.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { shakeHands } from './handshake.ts';
import { cachedWorkerPath, findWorker, INSTALL_ADVICE, mediasoupPackage } from './worker-binary.ts';
import { buildWorker, WorkerBuildError } from './worker-build.ts';
import { fetchWorker, prebuiltUrl } from './worker-prebuilt.ts';

const TRY = '--try';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function setUp(): Promise<void> {
  const installed = mediasoupPackage();
  if (!installed) throw new WorkerBuildError(INSTALL_ADVICE);
  const found = findWorker();
  if (found) {
    const { problem, peers } = await tryWorker(found.path);
    if (problem === undefined)
      return void say(`The mediasoup worker from ${found.origin} works (${peers} shook hands): ${found.path}`);
    say(`The mediasoup worker from ${found.origin} does not work (${problem}): ${found.path}`);
    if (found.origin === 'MEDIASOUP_WORKER_BIN')
      throw new WorkerBuildError('Unset MEDIASOUP_WORKER_BIN to have one built, or let it name one that works.');
  }
  const target = cachedWorkerPath(installed.version);
  if (await fetched(installed.version, target)) return;
  say(`Building the worker of mediasoup ${installed.version}: a few minutes.`);
  const peers = await buildWith((accept) => buildWorker(installed.dir, target, accept));
  say(`Built, and ${peers} shook hands with it: ${target}`);
}

/** The prebuilt worker, where it can be had and works. */
async function fetched(version: string, target: string): Promise<boolean> {
  const url = prebuiltUrl(version);
  say(`Fetching the prebuilt worker: ${url}`);
  try {
    let why: string | undefined;
    const peers = await buildWith(async (accept) => (why = await fetchWorker(url, target, accept)));
    if (why === undefined) say(`Fetched, and ${peers} shook hands with it: ${target}`);
    else say(`It cannot be had (${why}).`);
    return why === undefined;
  } catch (error) {
    if (!(error instanceof WorkerBuildError)) throw error;
    say(`${error.message} It is not kept.`);
    return false;
  }
}

/** Makes a worker; returns who has shaken hands with it. Throws {@link WorkerBuildError} when nobody could. */
async function buildWith(make: (accept: (program: string) => Promise<void>) => Promise<unknown>): Promise<string> {
  let shook = '';
  await make(async (program) => {
    const { problem, peers } = await tryWorker(program);
    if (problem !== undefined) throw new WorkerBuildError(`The worker is there but does not work: ${problem}`);
    shook = peers;
  });
  return shook;
}

/** In a process of its own: mediasoup keeps to the first worker that a process names. Returns what is wrong, or who shook hands. */
async function tryWorker(path: string): Promise<{ readonly problem?: string; readonly peers: string }> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), TRY];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, MEDIASOUP_WORKER_BIN: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [peers, words] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (peers += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  const [code] = await once(child, 'close');
  if (code === 0) return { peers: peers.trim() };
  return { problem: words.trim().split('\n').at(-1) || `it ended with ${code}`, peers: '' };
}

try {
  if (process.argv.includes(TRY)) say((await shakeHands()).join(' and '));
  else await setUp();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
