/** The main thread's side of the analysis: spreads participants over worker threads and only moves bytes. */
import type { AnalysisModelOptions } from './analysis-models.ts';
import type { WorkerStats } from './messages.ts';
import type { AnalysisSession, JoinOptions, PoolLog } from './session.ts';
import { AnalysisWorker } from './worker-handle.ts';

export interface AnalysisPoolOptions extends AnalysisModelOptions {
  /** Worker threads; each carries its participants in one batch. Default 1. */
  readonly workers?: number;
  readonly log?: PoolLog;
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
    const { packDir, faceCacheDir, providers } = options;
    const workers: AnalysisWorker[] = [];
    try {
      // One after the other: the first one fills the cache of converted models.
      for (let i = 0; i < (options.workers ?? 1); i++)
        workers.push(await AnalysisWorker.start({ packDir, faceCacheDir, providers }, options.log ?? (() => {})));
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

  /** Worker threads started, and those that were lost since. */
  get workers(): { readonly started: number; readonly lost: number } {
    return { started: this.#workers.length, lost: this.#workers.filter(({ gone }) => gone).length };
  }

  /** One entry for each worker thread; undefined for one that is gone. Waits until each has answered. */
  stats(): Promise<ReadonlyArray<WorkerStats | undefined>> {
    return Promise.all(this.#workers.map((worker) => worker.stats()));
  }

  /** Drains the workers and ends them. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
