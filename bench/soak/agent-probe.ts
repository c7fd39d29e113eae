/**
 * Loaded into the agent's process before anything else (`node --import`), by the endurance test alone: tells, when the
 * benchmark asks over the process's channel, what every thread holds after a collection. The product has no part in it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';
import type { ThreadTold } from './probe-messages.ts';

const CHANNEL = 'undertone-bench-probe';
/** Threads that have not answered by then are busy; their last answer stands. */
const ANSWER_WITHIN_MS = 1000;

const lag = monitorEventLoopDelay({ resolution: 10 });
lag.enable();

function tell(): ThreadTold {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const lagMs = lag.max / 1e6;
  lag.reset();
  // `external` holds the array buffers already.
  return { thread: threadId, heapBytes: heapUsed, externalBytes: Math.max(external, arrayBuffers), lagMs };
}

const channel = new BroadcastChannel(CHANNEL);
channel.unref();
// A channel between threads has no origin to name.
const say = channel.postMessage.bind(channel);

if (isMainThread) {
  const known = new Map<number, ThreadTold>();
  const waiting = new Set<number>();
  let allAnswered = (): void => {};
  channel.onmessage = ({ data }: { data: unknown }) => {
    const { told } = data as { told?: ThreadTold };
    if (told === undefined) return;
    known.set(told.thread, told);
    waiting.delete(told.thread);
    if (waiting.size === 0) allAnswered();
  };
  const askThreads = async (): Promise<void> => {
    if (known.size === 0) return;
    for (const thread of known.keys()) waiting.add(thread);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWER_WITHIN_MS);
      allAnswered = () => {
        clearTimeout(timer);
        resolve();
      };
      say({ ask: true });
    });
    waiting.clear();
  };
  const answer = async (request: number): Promise<void> => {
    await askThreads();
    process.send?.({
      probe: request,
      handles: process.getActiveResourcesInfo().length,
      rssBytes: process.memoryUsage.rss(),
      threads: [tell(), ...known.values()],
    });
  };
  process.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'probe' in message) void answer(Number(message.probe));
  });
  process.channel?.unref();
} else {
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (typeof data === 'object' && data !== null && 'ask' in data) say({ told: tell() });
  };
  // The main thread learns of this one.
  say({ told: tell() });
}
