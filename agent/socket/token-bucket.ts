/** A limit on how often something may happen. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** True when it may happen now; it then counts, as much as `amount`. */
  take(nowMs: number, amount = 1): boolean {
    if (!this.has(nowMs, amount)) return false;
    this.#tokens -= amount;
    return true;
  }

  /** True when it may happen now; nothing is counted. */
  has(nowMs: number, amount = 1): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#perSecond);
    this.#atMs = nowMs;
    return this.#tokens >= amount;
  }
}
