/** Says when the main thread was blocked: then packets wait, and with mediasoup its worker's memory grows. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';

/** Each is a wake of the thread, also when nobody is there. What is measured is the time between two of them. */
const RESOLUTION_MS = 100;
const LOOK_EVERY_MS = 5000;
/** A tenth of this is usual under load; a blocked main thread shows far above. */
const ALARM_MS = 200;

/** @returns what ends the watch */
export function watchEventLoop(log: Logger): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const timer = setInterval(() => {
    const lagMs = Math.round(delays.max / 1e6) - RESOLUTION_MS;
    delays.reset();
    if (lagMs > ALARM_MS)
      log.warn({ lagMs }, 'the main thread was blocked; is the machine overloaded? Analyse fewer people on it');
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}
