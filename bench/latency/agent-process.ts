import type { ChildProcess } from 'node:child_process';
import { BenchError } from '../bench-error.ts';
import { Child, type ChildOptions } from './child.ts';

/** A first start may convert the face models. */
const START_WITHIN_MS = 180_000;

/** The real agent in a process of its own, on a free port of this machine. */
export class AgentProcess {
  readonly url: string;
  readonly #child: Child;

  /** `args` follow `start --port 0`. Throws {@link BenchError} `agent-failed` with what the agent wrote. */
  static async start(args: readonly string[], signal: AbortSignal, options?: ChildOptions): Promise<AgentProcess> {
    const child = new Child('../../agent/cli/main', ['start', '--port', '0', ...args], signal, options);
    try {
      return new AgentProcess(child, await firstUrl(child));
    } catch (error) {
      await child.close();
      throw error;
    }
  }

  private constructor(child: Child, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** The process itself, for who speaks with a probe in it. */
  get process(): ChildProcess {
    return this.#child.process;
  }

  get ended(): boolean {
    return this.#child.ended;
  }

  get stderr(): string {
    return this.#child.stderr;
  }

  cpuMs(): Promise<number | null> {
    return this.#child.cpuMs();
  }

  residentBytes(): Promise<number | null> {
    return this.#child.residentBytes();
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#child.close();
  }
}

function firstUrl(child: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new BenchError('agent-failed', `The agent did not start: ${why}\n${child.stderr}`));
    };
    const timer = setTimeout(() => fail(`it printed no address within ${START_WITHIN_MS / 1000} s.`), START_WITHIN_MS);
    let text = '';
    child.process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-10_000);
      const url = /http:\/\/[\w.:[\]-]+\//.exec(text)?.[0];
      if (url === undefined || !text.includes('\n')) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.process.once('exit', (code, signal) => fail(`it ended with ${signal ?? `code ${code}`}.`));
    child.process.once('error', (error) => fail(error.message));
  });
}
