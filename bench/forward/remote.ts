/** Calls to a program of the benchmark in a process of its own, over its IPC channel. */
import { execFile } from 'node:child_process';
import { setPriority } from 'node:os';
import { promisify } from 'node:util';
import { BenchError, type BenchErrorCode } from '../bench-error.ts';
import { Child } from '../latency/child.ts';

const run = promisify(execFile);
/** As media runs in the engines. */
const AHEAD_NICE = -10;

/** Calls by name: what they take and give. Both travel as JSON. */
export type Calls<T> = Record<keyof T, { readonly takes: object; readonly gives: unknown }>;

/** The methods that answer {@link Calls}. */
export type Methods<T extends Calls<T>> = {
  [K in keyof T]: (takes: T[K]['takes']) => T[K]['gives'] | Promise<T[K]['gives']>;
};

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly takes: object;
}

interface Said {
  readonly id?: number;
  readonly gives?: unknown;
  readonly failed?: string;
  readonly news?: unknown;
}

interface Waiting {
  resolve(gives: unknown): void;
  reject(error: Error): void;
}

/** The caller's end. */
export class Remote<T extends Calls<T>> {
  readonly child: Child;
  readonly #code: BenchErrorCode;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  /** `path` as for {@link Child}. `onNews` hears what the program says unasked. */
  constructor(path: string, code: BenchErrorCode, signal: AbortSignal, onNews: (news: unknown) => void = () => {}) {
    this.#code = code;
    this.child = new Child(path, [], signal);
    this.child.process.on('message', (said: Said) => (said.id === undefined ? onNews(said.news) : this.#hear(said)));
    this.child.process.on('exit', (exit, killedBy) => this.#lost(killedBy ?? `code ${exit}`));
    this.child.process.on('error', (error) => this.#lost(error.message));
  }

  /** Throws {@link BenchError} with what the program says. */
  call<K extends keyof T & string>(method: K, takes: T[K]['takes']): Promise<T[K]['gives']> {
    const id = this.#next++;
    return new Promise<unknown>((resolve, reject) => {
      if (this.child.ended) return reject(this.#error(`it has ended. ${this.child.stderr}`));
      this.#waiting.set(id, { resolve, reject });
      this.child.process.send({ id, method, takes } satisfies Asked);
    });
  }

  /** Keeps it, its threads and what it starts later on one core. False where the system does not allow it. */
  async pin(core: number): Promise<boolean> {
    try {
      await run('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(this.child.process.pid)]);
      return true;
    } catch {
      return false;
    }
  }

  /** Lets it run ahead of what else is on the machine, where the system allows it: a load that comes late measures itself. */
  putAhead(): void {
    try {
      setPriority(this.child.process.pid!, AHEAD_NICE);
    } catch {
      // It takes a right that few have.
    }
  }

  /** It stands still until it is resumed: no call is answered, nothing is read. */
  pause(): void {
    this.child.process.kill('SIGSTOP');
  }

  resume(): void {
    this.child.process.kill('SIGCONT');
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.resume();
    return this.child.close();
  }

  #hear({ id, gives, failed }: Said): void {
    const waiting = this.#waiting.get(id ?? 0);
    this.#waiting.delete(id ?? 0);
    if (failed === undefined) waiting?.resolve(gives);
    else waiting?.reject(this.#error(failed));
  }

  #lost(how: string): void {
    const error = this.#error(`it ended with ${how}. ${this.child.stderr}`);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #error(why: string): BenchError {
    return new BenchError(this.#code, `A program of the benchmark failed: ${why}`);
  }
}

/** The program's end: answers until the benchmark is gone. */
export function answer<T extends Calls<T>>(methods: Methods<T>): void {
  process.on('message', (asked: Asked) => {
    const { id, method, takes } = asked;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Remote pairs each name with what it takes
    const known: (takes: object) => unknown = methods[method as keyof T];
    Promise.resolve()
      .then(() => known(takes))
      .then((gives) => process.send?.({ id, gives }))
      .catch((error: unknown) => {
        process.send?.({ id, failed: error instanceof Error ? error.message : String(error) });
      });
  });
  process.once('disconnect', () => process.exit(0));
  process.once('SIGTERM', () => process.exit(0));
}

/** Says something unasked. */
export function news(what: object): void {
  process.send?.({ news: what });
}
