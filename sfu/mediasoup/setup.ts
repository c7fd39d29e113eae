/**
 * `npm run sfu:setup`: sees to it that mediasoup's worker runs on this machine. One that is there is tried; else it is
 * built, and kept only when it has shaken hands with a peer: a worker can start well and still die at the first handshake.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { RTCPeerConnection } from 'werift';
import { createMediasoupSfu } from './mediasoup-sfu.ts';
import { cachedWorkerPath, findWorker, mediasoupPackage } from './worker-binary.ts';
import { buildWorker, WorkerBuildError } from './worker-build.ts';

const HANDSHAKE_WITHIN_MS = 20_000;
const TRY = '--try';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function setUp(): Promise<void> {
  const installed = mediasoupPackage();
  if (!installed)
    throw new WorkerBuildError('The optional package mediasoup is not installed: npm install mediasoup@3.19.3.');
  const found = findWorker();
  if (found) {
    const problem = await tryWorker(found.path);
    if (problem === undefined) return void say(`The mediasoup worker from ${found.origin} works: ${found.path}`);
    say(`The mediasoup worker from ${found.origin} does not work (${problem}): ${found.path}`);
    if (found.origin === 'MEDIASOUP_WORKER_BIN')
      throw new WorkerBuildError('Unset MEDIASOUP_WORKER_BIN to have one built, or let it name one that works.');
  }
  const target = cachedWorkerPath(installed.version);
  say(`Building the worker of mediasoup ${installed.version}: a few minutes.`);
  await buildWorker(installed.dir, target, async (program) => {
    const problem = await tryWorker(program);
    if (problem !== undefined) throw new WorkerBuildError(`The worker was built but does not work: ${problem}`);
  });
  say(`Built, and it has shaken hands with a peer: ${target}`);
}

/** In a process of its own: mediasoup keeps to the first worker that a process names. Returns what is wrong. */
async function tryWorker(path: string): Promise<string | undefined> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), TRY];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, MEDIASOUP_WORKER_BIN: path },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  const [code] = await once(child, 'close');
  return code === 0 ? undefined : words.trim().split('\n').at(-1) || `it ended with ${code}`;
}

/** A peer publishes by DTLS and SRTP, as a browser does. */
async function shakeHands(): Promise<void> {
  const sfu = await createMediasoupSfu({ workers: 1 });
  const peer = new RTCPeerConnection();
  try {
    peer.addTransceiver('audio', { direction: 'sendonly' });
    await peer.setLocalDescription(await peer.createOffer());
    const offer = peer.localDescription?.sdp ?? '';
    const shown = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no handshake in time')), HANDSHAKE_WITHIN_MS);
      sfu.onEvent((event) => {
        clearTimeout(late);
        if (event.type === 'track-added') resolve();
        else if (event.type === 'publication-closed') reject(new Error(`the connection ended: ${event.reason}`));
      });
    });
    const { answerSdp } = await sfu.publish('setup', 'setup', offer);
    await peer.setRemoteDescription({ type: 'answer', sdp: answerSdp });
    await shown;
  } finally {
    await peer.close();
    await sfu.close();
  }
}

try {
  await (process.argv.includes(TRY) ? shakeHands() : setUp());
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
