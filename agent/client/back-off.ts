/** How long to wait before the next attempt to connect. */

export interface BackOffOptions {
  /** Before the first attempt, in milliseconds. */
  readonly firstMs: number;
  /** Never longer than this, before jitter. */
  readonly lastMs: number;
  /** Share of the delay that chance adds or takes away, so that clients do not all come back at once. */
  readonly jitter: number;
}

export const BACK_OFF_DEFAULTS: BackOffOptions = { firstMs: 500, lastMs: 15_000, jitter: 0.3 };

/** @param attempt from 0; @param random 0..1 */
export function backOffMs(attempt: number, random: number, options: BackOffOptions): number {
  const { firstMs, lastMs, jitter } = options;
  return Math.min(lastMs, firstMs * 2 ** Math.min(attempt, 30)) * (1 - jitter + 2 * jitter * random);
}
