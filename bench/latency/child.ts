import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuMsOfTree, residentBytesOfTree } from './process-tree.ts';

const GRACE_MS = 5000;
/** Of a child's standard error, this much is kept for the message when it fails. */
const TAIL_CHARS = 4000;

const fromSources = import.meta.url.endsWith('.ts');
const ENDING = fromSources ? '.ts' : '.js';

export interface ChildOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node itself, before the program. */
  readonly nodeArgs?: readonly string[];
}

/** One of the project's own programs in a process of its own, from the sources or from the build, as this one runs. */
export class Child {
  readonly process: ChildProcess;
  #stderr = '';

  /** `path` relative to bench/latency, without its ending; `signal` ends it. */
  constructor(path: string, args: readonly string[], signal: AbortSignal, options: ChildOptions = {}) {
    const loader = fromSources ? ['--import', import.meta.resolve('tsx')] : [];
    const program = fileURLToPath(new URL(`${path}${ENDING}`, import.meta.url));
    this.process = spawn(process.execPath, [...loader, ...(options.nodeArgs ?? []), program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...options.env },
      signal,
    });
    // Whoever waits for the child hears of it too; without a listener the process would end here.
    this.process.on('error', () => {});
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-TAIL_CHARS);
    });
  }

  /** The end of what it wrote to standard error. */
  get stderr(): string {
    return this.#stderr.trim();
  }

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** CPU time used so far in ms by it and by what it started, such as an SFU's workers; null where the system does not tell. */
  cpuMs(): Promise<number | null> {
    return cpuMsOfTree(this.process.pid);
  }

  /** Memory that it and what it started hold now (resident sets), in bytes; null where the system does not tell. */
  residentBytes(): Promise<number | null> {
    return residentBytesOfTree(this.process.pid);
  }

  /** Asks it to end, and after 5 s makes it. Idempotent. */
  async close(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), GRACE_MS);
    await exit;
    clearTimeout(timer);
  }
}
