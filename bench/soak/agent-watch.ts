import { readdir } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { BenchError } from '../bench-error.ts';
import { residentBytesOfTree } from '../latency/process-tree.ts';
import { type ProbeTold, probeSchema } from './probe-messages.ts';

const ANSWER_WITHIN_MS = 30_000;

/** Node's own arguments for an agent that can be watched; see agent-probe.ts. */
export function watchArguments(): string[] {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return ['--expose-gc', '--import', new URL(`./agent-probe${ending}`, import.meta.url).href];
}

/** One look at the agent's process; bytes, after a collection in every thread. */
export interface Look {
  /** With the processes that it started, such as an SFU's workers, where the system tells of them. */
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly handles: number;
  /** Open files and sockets of the agent's own process; null where the system does not tell. */
  readonly descriptors: number | null;
  readonly lagMs: number;
  /** Threads whose heaps are in the sum. */
  readonly threads: number;
}

/** Asks the probe. Throws {@link BenchError} `agent-failed` when it does not answer. */
export async function lookAt(agent: ChildProcess, number: number): Promise<Look> {
  const told = await ask(agent, number);
  const sum = (key: 'heapBytes' | 'externalBytes'): number =>
    told.threads.reduce((total, thread) => total + thread[key], 0);
  return {
    rssBytes: (await residentBytesOfTree(agent.pid)) ?? told.rssBytes,
    heapBytes: sum('heapBytes'),
    externalBytes: sum('externalBytes'),
    handles: told.handles,
    descriptors: await descriptorsOf(agent.pid),
    lagMs: Math.max(...told.threads.map(({ lagMs }) => lagMs)),
    threads: told.threads.length,
  };
}

function ask(agent: ChildProcess, number: number): Promise<ProbeTold> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      agent.off('message', hear);
      agent.off('exit', gone);
    };
    const hear = (message: unknown): void => {
      const parsed = probeSchema.safeParse(message);
      if (!parsed.success || parsed.data.probe !== number) return;
      end();
      resolve(parsed.data);
    };
    const fail = (why: string): void => {
      end();
      reject(new BenchError('agent-failed', why));
    };
    const gone = (): void => fail('The agent ended during the test.');
    const timer = setTimeout(
      () =>
        fail(`The agent did not tell of its memory within ${ANSWER_WITHIN_MS / 1000} s: its main thread stands still.`),
      ANSWER_WITHIN_MS,
    );
    agent.on('message', hear);
    agent.once('exit', gone);
    agent.send({ probe: number });
  });
}

async function descriptorsOf(pid: number | undefined): Promise<number | null> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => null);
  return names?.length ?? null;
}
