/** The main thread's side of the analysis: spreads participants over worker threads and only moves bytes. */
import type { UnstampedEvent } from '../events.ts';
import type { Caption, TrackInfo } from '../types.ts';
import { AnalysisWorker } from './worker-handle.ts';
import type { ReportMessage, WorkerOptions, WorkerStats } from './messages.ts';

/** What the pool reports of itself; never words, faces or names. */
export type PoolLog = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

export interface AnalysisPoolOptions {
  /** Folder of the model pack. */
  readonly packDir: string;
  /** Where the converted face models are cached; default: the user's cache folder. */
  readonly faceCacheDir?: string;
  /** Execution providers in order of preference; default `['cpu']`. */
  readonly providers?: readonly string[];
  /** Worker threads; each carries its participants in one batch. Default 1. */
  readonly workers?: number;
  readonly log?: PoolLog;
}

export interface JoinOptions {
  /** Time zero of the room on the process's monotonic clock, in microseconds ({@link nowUs}). */
  readonly epochUs: number;
  /** `closedUs`: when the event's hop closed, on the same clock. */
  onEvent(event: UnstampedEvent, closedUs: number): void;
  /** The analysis of this participant ended and will not come back (its worker died). */
  onGone?(error: Error): void;
}

/** Takes one track's packets; fits the SFU's tap. Never blocks, never throws. */
export interface TrackInput {
  packet(rtp: Uint8Array, arrivalUs: number): void;
  senderReport(report: ReportMessage): void;
  muted(muted: boolean): void;
  closed(error?: Error): void;
}

/** One participant under analysis. */
export interface AnalysisSession {
  track(info: TrackInfo, requestKeyFrame?: () => void): TrackInput;
  caption(caption: Caption): void;
  /** Forgets everything heard and seen of this person: buffers, memory, baselines. Resolves when it is gone. */
  clear(): Promise<void>;
  /** Clears and leaves. Idempotent. */
  close(): Promise<void>;
}

export class AnalysisPool {
  readonly #workers: readonly AnalysisWorker[];
  /** What each worker runs on: provider, pack, and why other providers fell away. */
  readonly notes: readonly string[];

  private constructor(workers: readonly AnalysisWorker[]) {
    this.#workers = workers;
    this.notes = workers[0].notes;
  }

  /** Starts the workers and loads the models in each; throws {@link AnalysisError} when that fails. */
  static async open(options: AnalysisPoolOptions): Promise<AnalysisPool> {
    const settings: WorkerOptions = {
      packDir: options.packDir,
      faceCacheDir: options.faceCacheDir,
      providers: options.providers ?? ['cpu'],
    };
    const workers: AnalysisWorker[] = [];
    try {
      // One after the other: the first one fills the cache of converted models.
      for (let i = 0; i < (options.workers ?? 1); i++)
        workers.push(await AnalysisWorker.start(settings, options.log ?? (() => {})));
    } catch (error) {
      await Promise.all(workers.map((worker) => worker.close()));
      throw error;
    }
    return new AnalysisPool(workers);
  }

  /** The pack in use, `name@version`. */
  get pack(): string {
    return this.#workers[0].pack;
  }

  get provider(): string {
    return this.#workers[0].provider;
  }

  join(participant: string, options: JoinOptions): AnalysisSession {
    const alive = this.#workers.filter((worker) => !worker.gone);
    const [first, ...rest] = alive.length > 0 ? alive : this.#workers;
    const least = rest.reduce((a, b) => (b.load < a.load ? b : a), first);
    return least.join(participant, options);
  }

  async stats(): Promise<WorkerStats> {
    const all = await Promise.all(this.#workers.map((worker) => worker.stats()));
    return all.reduce((sum, one) => ({
      participants: sum.participants + one.participants,
      hops: sum.hops + one.hops,
      hopsShed: sum.hopsShed + one.hopsShed,
      facesShed: sum.facesShed + one.facesShed,
      descriptions: sum.descriptions + one.descriptions,
      errors: sum.errors + one.errors,
    }));
  }

  /** Drains the workers and ends them. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
