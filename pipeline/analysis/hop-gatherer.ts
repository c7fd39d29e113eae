/** Gathers the hops that participants close at about the same time into one batch: one run for all of them. */

/** One participant's closed hop, as it waits for its turn. */
export interface Waiting<H> {
  readonly session: number;
  readonly hop: H;
}

export interface HopGathererOptions<H> {
  /** How long the first closed hop waits for the others, in milliseconds. */
  readonly gatherMs: number;
  /** Sessions that are expected to close a hop on this grid. */
  expected(): number;
  /** Runs one batch, at most one hop per session. A rejection is the runner's to report. */
  run(batch: readonly Waiting<H>[]): Promise<void>;
  /** A hop fell: its session was more than {@link MAX_BEHIND} hops behind. */
  onShed(session: number): void;
}

/** Hops of one session that may wait; beyond, the oldest falls (newest wins: a live call has no use for old news). */
const MAX_BEHIND = 2;

export class HopGatherer<H> {
  readonly #options: HopGathererOptions<H>;
  readonly #waiting = new Map<number, H[]>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: HopGathererOptions<H>) {
    this.#options = options;
  }

  /** Hops that wait for their batch. */
  get waiting(): number {
    let count = 0;
    for (const queue of this.#waiting.values()) count += queue.length;
    return count;
  }

  push(session: number, hop: H): void {
    if (this.#closed) return;
    const queue = this.#waiting.get(session) ?? [];
    queue.push(hop);
    if (queue.length > MAX_BEHIND) {
      queue.shift();
      this.#options.onShed(session);
    }
    this.#waiting.set(session, queue);
    this.#plan();
  }

  /** Forgets what a session has waiting; nothing of it enters a batch from here on. */
  drop(session: number): void {
    this.#waiting.delete(session);
  }

  /** Resolves when no batch is running. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
    await this.idle();
  }

  #plan(): void {
    if (this.#running || this.#waiting.size === 0 || this.#closed) return;
    if (this.#waiting.size >= this.#options.expected()) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#options.gatherMs);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running || this.#closed) return;
    const batch: Waiting<H>[] = [];
    for (const [session, queue] of this.#waiting) {
      const hop = queue.shift();
      if (hop !== undefined) batch.push({ session, hop });
      if (queue.length === 0) this.#waiting.delete(session);
    }
    if (batch.length === 0) return;
    this.#running = this.#options.run(batch).finally(() => {
      this.#running = undefined;
      this.#plan();
    });
  }
}
