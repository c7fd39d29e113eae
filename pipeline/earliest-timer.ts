/** One timer for many waits: it fires once, when the first of them is over. */
export class EarliestTimer {
  readonly #fire: () => void;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;

  constructor(fire: () => void) {
    this.#fire = fire;
  }

  /** Has it fire within so many milliseconds, sooner if it is due sooner already. */
  within(waitMs: number): void {
    const dueMs = performance.now() + waitMs;
    if (dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.stop();
      this.#fire();
    }, waitMs);
  }

  /** Forgets every wait. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueMs = Infinity;
  }
}
