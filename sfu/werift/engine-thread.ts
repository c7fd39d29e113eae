/** The main thread's end of the engine: starts the thread, matches replies to requests, notices its death. */
import { Worker } from 'node:worker_threads';
import { SfuError } from '../sfu-error.ts';
import type { EngineCalls, EngineConfig, EngineMessage } from './messages.ts';

/** A message that is nobody's reply. */
export type EngineNews = Exclude<EngineMessage, { type: 'ready' | 'reply' | 'refusal' | 'failed' }>;

/** What the thread reports. */
export interface EngineThreadEvents {
  news(news: EngineNews): void;
  /** The thread is gone and did not say goodbye. Every open request has been refused. */
  gone(error: SfuError): void;
}

/** Whoever waits for a reply; the reply's type is that of its call. */
interface Waiting {
  resolve(value: unknown): void;
  reject(error: SfuError): void;
}

/** A running engine thread. */
export class EngineThread {
  readonly #worker: Worker;
  readonly #events: EngineThreadEvents;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #gone: SfuError | undefined;

  constructor(config: EngineConfig, events: EngineThreadEvents) {
    this.#events = events;
    this.#worker = spawn(config);
    this.#worker.on('message', (message: EngineMessage) => this.#receive(message));
    this.#worker.on('error', (error) =>
      this.#end(
        new SfuError('engine-gone', 'The SFU engine crashed: publish and view again on a new one.', { cause: error }),
      ),
    );
    this.#worker.on('exit', () =>
      this.#end(new SfuError('engine-gone', 'The SFU engine has stopped: publish and view again on a new one.')),
    );
  }

  /** Resolves when the engine listens. Rejects with what kept it from it. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.set(0, { resolve: () => resolve(), reject }));
  }

  /** Sends a request. Rejects with {@link SfuError}; never hangs, for the thread's end refuses what is open. */
  call<K extends keyof EngineCalls>(call: K, ...args: EngineCalls[K]['args']): Promise<EngineCalls[K]['result']> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
      this.#worker.postMessage({ id, call, args });
    });
  }

  /** Sends a request whose outcome is nobody's business. */
  tell<K extends keyof EngineCalls>(call: K, ...args: EngineCalls[K]['args']): void {
    this.call(call, ...args).catch(() => {});
  }

  /** Ends the thread. Idempotent. */
  async terminate(): Promise<void> {
    this.#end(new SfuError('closed', 'The SFU is closed.'), false);
    await this.#worker.terminate();
  }

  #receive(message: EngineMessage): void {
    switch (message.type) {
      case 'ready':
        return this.#settle(0, (waiting) => waiting.resolve(undefined));
      case 'failed':
        return this.#settle(0, (waiting) => waiting.reject(new SfuError(message.code, message.message)));
      case 'reply':
        return this.#settle(message.id, (waiting) => waiting.resolve(message.value));
      case 'refusal':
        return this.#settle(message.id, (waiting) => waiting.reject(new SfuError(message.code, message.message)));
      default:
        return this.#events.news(message);
    }
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) settle(waiting);
  }

  #end(error: SfuError, tell = true): void {
    if (this.#gone) return;
    this.#gone = error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    if (tell) this.#events.gone(error);
  }
}

function spawn(workerData: EngineConfig): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  // Node 20 cannot start a .ts worker: a line of JavaScript registers tsx in the new thread first.
  const source = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  return new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`, {
    eval: true,
    workerData,
  });
}
