import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { BenchError } from '../bench-error.ts';
import { Child } from '../latency/child.ts';
import type { ClipChoice } from '../latency/load-clip.ts';
import { type LoadOrder, type LoadReply, loadReplySchema } from './load-messages.ts';
import type { MediaKind } from './replay.ts';

const run = promisify(execFile);
type Order<T> = T extends { request: number } ? Omit<T, 'request'> : never;

/** What callers play: a clip, scenes of it in turns (from and to, in ms), or the voice whose changes are known. */
export interface LoadMedia extends ClipChoice {
  readonly cues?: boolean | undefined;
  readonly scenes?: ReadonlyArray<readonly [number, number]> | undefined;
  /** Pictures in three temporal layers, as the demo page sends them; by default in none. */
  readonly layered?: boolean | undefined;
  /** Instead of the clip, the same person who neither speaks nor moves. */
  readonly resting?: boolean | undefined;
}

/** What the load has done so far. */
export interface LoadTold {
  readonly sent: number;
  readonly lost: number;
  /** Media time that was skipped because the load itself was late: above 0, the machine was too full to load itself. */
  readonly skippedMs: number;
}

/** The process that holds all callers of a load, kept on one core where the system allows it. */
export class LoadProcess {
  /** What the callers play. */
  readonly title: string;
  /** When it begins anew. */
  readonly lengthMs: number;
  /** What one of them sends, in kbit/s without headers. */
  readonly kbps: number;
  /** When something changes in it; empty where that is not known. */
  readonly onsetsMs: readonly number[];
  /** The core it is kept on; null where that could not be had (`taskset` is missing, or there is only one core). */
  readonly core: number | null;
  readonly #orders: Orders;

  /** Records the clip and resolves. Throws {@link BenchError} `caller-failed`. */
  static async start(
    { media, voice, cues, scenes, layered, resting }: LoadMedia,
    signal: AbortSignal,
  ): Promise<LoadProcess> {
    const orders = new Orders(new Child('../load/load-main', [], signal));
    try {
      const core = await pin(orders.child.process.pid);
      const turns = scenes?.map(([fromMs, toMs]): [number, number] => [fromMs, toMs]);
      const recorded = await orders.give({ do: 'record', media, voice, cues, scenes: turns, layered, resting });
      return new LoadProcess(orders, recorded, core);
    } catch (error) {
      await orders.child.close();
      throw error;
    }
  }

  private constructor(
    orders: Orders,
    { title = '', lengthMs = 0, kbps = 0, onsetsMs = [] }: LoadReply,
    core: number | null,
  ) {
    this.#orders = orders;
    this.title = title;
    this.lengthMs = lengthMs;
    this.kbps = kbps;
    this.onsetsMs = onsetsMs;
    this.core = core;
  }

  get ended(): boolean {
    return this.#orders.child.ended;
  }

  get stderr(): string {
    return this.#orders.child.stderr;
  }

  cpuMs(): Promise<number | null> {
    return this.#orders.child.cpuMs();
  }

  /** Resolves when its media flow, with the moment (monotonic ms) that counts as the recording's first. */
  async join(caller: number, whipUrl: string, token: string, kinds: readonly MediaKind[]): Promise<number> {
    const { mediaZeroMs } = await this.#orders.give({ do: 'join', caller, whipUrl, token, kinds: [...kinds] });
    return mediaZeroMs ?? Number.NaN;
  }

  async leave(caller: number): Promise<void> {
    await this.#orders.give({ do: 'leave', caller });
  }

  async lose(caller: number, share: number): Promise<void> {
    await this.#orders.give({ do: 'lose', caller, share });
  }

  async pause(caller: number, kind: MediaKind, paused: boolean): Promise<void> {
    await this.#orders.give({ do: 'pause', caller, kind, paused });
  }

  async tell(): Promise<LoadTold> {
    const { sent = 0, lost = 0, skippedMs = 0 } = await this.#orders.give({ do: 'tell' });
    return { sent, lost, skippedMs };
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#orders.child.close();
  }
}

/** Gives orders to the child and matches the replies. */
class Orders {
  readonly child: Child;
  readonly #waiting = new Map<number, { resolve(reply: LoadReply): void; reject(error: Error): void }>();
  #next = 1;

  constructor(child: Child) {
    this.child = child;
    child.process.on('message', (message) => this.#hear(loadReplySchema.parse(message)));
    child.process.on('exit', (code, killedBy) => this.#lost(killedBy ?? `code ${code}`));
    child.process.on('error', (error) => this.#lost(error.message));
  }

  give(order: Order<LoadOrder>): Promise<LoadReply> {
    const request = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.child.ended) {
        reject(new BenchError('caller-failed', `The load process has ended.\n${this.child.stderr}`));
        return;
      }
      this.#waiting.set(request, { resolve, reject });
      this.child.process.send({ ...order, request });
    });
  }

  #hear(reply: LoadReply): void {
    const waiting = this.#waiting.get(reply.request);
    this.#waiting.delete(reply.request);
    if (reply.failed === undefined) waiting?.resolve(reply);
    else waiting?.reject(new BenchError('caller-failed', reply.failed));
  }

  #lost(how: string): void {
    const error = new BenchError('caller-failed', `The load process ended with ${how}.\n${this.child.stderr}`);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** Keeps a process and all its threads on the last core, so that the scheduler's moving it about is not measured. */
async function pin(pid: number | undefined): Promise<number | null> {
  const core = cpus().length - 1;
  if (pid === undefined || core === 0) return null;
  try {
    await run('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)]);
    return core;
  } catch {
    return null;
  }
}
