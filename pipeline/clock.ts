/** The process's one clock. `performance.now()` starts anew in every worker thread; `hrtime` does not. */

/** Microseconds on the process's monotonic clock, the same in every thread. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
