/** The engine's thread: requests in, replies and media out. Started by {@link startEngineThread}. */
import { parentPort, workerData } from 'node:worker_threads';
import { putMediaFirst } from '../media-priority.ts';
import { SfuError } from '../sfu-error.ts';
import { Engine, type Post } from './engine.ts';
import type { EngineConfig, EngineRequest } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts is the inside of a worker thread: call createWeriftSfu instead.');

const post: Post = (message, transfer = []) => port.postMessage(message, transfer);
let engine: Engine | undefined;

// werift abandons promises when a handshake fails. A peer must not be able to end everybody's call that way.
process.on('unhandledRejection', (reason) => {
  if (engine) engine.counters.strayErrors++;
  post({
    type: 'log',
    message: `werift left an error behind: ${reason instanceof Error ? reason.message : String(reason)}`,
  });
});

async function answer(request: EngineRequest, running: Engine): Promise<void> {
  const { id, call } = request;
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- EngineRequest pairs each call with its arguments
    const method = running[call] as (...args: unknown[]) => unknown;
    const value = await method.apply(running, [...request.args]);
    post({ type: 'reply', id, value });
  } catch (error) {
    if (error instanceof SfuError) post({ type: 'refusal', id, code: error.code, message: error.message });
    else
      post({
        type: 'refusal',
        id,
        code: 'engine-gone',
        message: `The engine failed at "${call}": ${error instanceof Error ? error.message : String(error)}`,
      });
  }
}

try {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by EngineThread
  const running = await Engine.start(workerData as EngineConfig, post);
  engine = running;
  running.counters.mediaFirst = putMediaFirst() ? 1 : 0;
  port.on('message', (request: EngineRequest) => void answer(request, running));
  post({ type: 'ready' });
} catch (error) {
  const code = error instanceof SfuError ? error.code : 'engine-gone';
  post({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
}
