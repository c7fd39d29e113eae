/** mediasoup's worker processes: one per core, each with one port for all its peers; one that dies is replaced. */
import { availableParallelism, networkInterfaces } from 'node:os';
import type { TransportListenInfo, WebRtcServer, Worker } from 'mediasoup/types';
import { putMediaFirst } from '../media-priority.ts';
import { SfuError } from '../sfu-error.ts';
import { SOCKET_BUFFER_BYTES } from '../sfu-options.ts';
import { findWorker, type Mediasoup, SETUP_COMMAND } from './worker-binary.ts';

/** A worker that dies again this soon after its start is not started once more at once. */
const RESTART_PAUSE_MS = 1_000;
/** Ctrl-C and service managers tell workers to stop beside this process, which says so itself within this time. */
const STOP_WITHIN_MS = 5_000;

/** Where the workers listen. */
export interface WorkerPoolOptions {
  readonly listenIps: readonly string[];
  /** Every worker takes one port of the range per address; any port when absent. */
  readonly ports?: { readonly min: number; readonly max: number } | undefined;
  /** Announced instead of the listening address (NAT, container, public IP). */
  readonly announcedAddress?: string | undefined;
  /** ICE over TCP beside UDP, for networks that let nothing else out. */
  readonly tcp: boolean;
  /** Default: one per core, and no more than the range has ports. */
  readonly workers?: number | undefined;
}

/** What a worker process has used since its start. */
export interface WorkerUsage {
  readonly pid: number;
  readonly rooms: number;
  /** Time on the processor, in ms. */
  readonly cpuMs: number;
  /** The most memory it ever held, in bytes. */
  readonly maxRssBytes: number;
}

/** A worker with its port. */
export interface PooledWorker {
  readonly worker: Worker;
  readonly server: WebRtcServer;
  /** Where plain RTP is taken. */
  readonly plain: TransportListenInfo;
  /** Rooms placed here. */
  rooms: number;
}

/** The running workers. */
export class WorkerPool {
  /** Workers that died, ever. */
  deaths = 0;
  readonly #mediasoup: Mediasoup;
  readonly #options: WorkerPoolOptions;
  readonly #log: (message: string) => void;
  readonly #workers = new Set<PooledWorker>();
  #mediaFirst = true;
  #restart: NodeJS.Timeout | undefined;
  #adding = false;
  #wanted: number;
  #closed = false;

  private constructor(mediasoup: Mediasoup, options: WorkerPoolOptions, log: (message: string) => void) {
    this.#mediasoup = mediasoup;
    this.#options = options;
    this.#log = log;
    this.#wanted = options.workers ?? defaultCount(options);
  }

  /** Starts all of them. Throws {@link SfuError} `no-port`, or `engine-gone` when the program does not start. */
  static async start(
    mediasoup: Mediasoup,
    options: WorkerPoolOptions,
    log: (message: string) => void,
  ): Promise<WorkerPool> {
    const pool = new WorkerPool(mediasoup, options, log);
    try {
      await pool.#fill();
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  get size(): number {
    return this.#workers.size;
  }

  /** Whether all workers could be put ahead of other work, see {@link putMediaFirst}. */
  get mediaFirst(): boolean {
    return this.#mediaFirst;
  }

  /** The worker with the fewest rooms. Throws {@link SfuError} `engine-gone` while none runs. */
  leastLoaded(): PooledWorker {
    // One that has just died says so to its rooms before it says so here.
    const running = [...this.#workers].filter(({ worker }) => !worker.closed);
    const [least] = running.sort((a, b) => a.rooms - b.rooms);
    if (!least)
      throw new SfuError(
        'engine-gone',
        'No media worker is running just now; a new one starts: try again in a second.',
      );
    return least;
  }

  /** What each worker costs; one that dies meanwhile is left out. */
  async usage(): Promise<WorkerUsage[]> {
    const asked = [...this.#workers].map(async ({ worker, rooms }) => {
      const used = await worker.getResourceUsage();
      // libuv gives kilobytes.
      return { pid: worker.pid, rooms, cpuMs: used.ru_utime + used.ru_stime, maxRssBytes: used.ru_maxrss * 1024 };
    });
    const answers = await Promise.allSettled(asked);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /** Ends all workers. Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#restart);
    for (const { worker } of this.#workers) worker.close();
    this.#workers.clear();
  }

  /** One after the other: two that look for a port in the same range at once may find the same one. */
  async #fill(): Promise<void> {
    while (!this.#closed && this.#workers.size < this.#wanted) await this.#add();
  }

  async #add(): Promise<void> {
    const worker = await this.#spawn();
    try {
      this.#mediaFirst = putMediaFirst(worker.pid) && this.#mediaFirst;
      const infos = listenInfos(this.#options);
      const server = await worker.createWebRtcServer({ listenInfos: infos });
      const pooled: PooledWorker = { worker, server, plain: infos[0], rooms: 0 };
      if (this.#closed) throw new SfuError('closed', 'The SFU is closed.');
      this.#workers.add(pooled);
      worker.once('died', (error) => this.#mourn(pooled, error));
    } catch (error) {
      worker.close();
      throw error instanceof SfuError ? error : cannotListen(this.#options, error);
    }
  }

  async #spawn(): Promise<Worker> {
    try {
      return await this.#mediasoup.createWorker({ logLevel: 'error' });
    } catch (cause) {
      throw new SfuError('engine-gone', whyNoWorker(this.#mediasoup.workerBin, cause), { cause });
    }
  }

  #mourn(pooled: PooledWorker, error: Error): void {
    this.#workers.delete(pooled);
    this.deaths++;
    if (this.#closed) return;
    if (!wasToldToStop(error)) {
      this.#log(`A media worker died with ${pooled.rooms} rooms (${error.message}); a new one starts.`);
      return this.#replace();
    }
    // Most likely we are told the same in a moment. If not, somebody has stopped it by hand.
    this.#restart ??= setTimeout(() => {
      this.#log('A media worker was stopped from outside, and this process was not; a new one starts.');
      this.#replace();
    }, STOP_WITHIN_MS);
  }

  #replace(): void {
    clearTimeout(this.#restart);
    this.#restart = undefined;
    if (this.#adding) return;
    this.#adding = true;
    this.#fill()
      .catch((error: unknown) => {
        if (this.#closed) return;
        this.#log(
          `No new media worker could start (${error instanceof Error ? error.message : String(error)}); trying again.`,
        );
        this.#restart ??= setTimeout(() => this.#replace(), RESTART_PAUSE_MS);
      })
      .finally(() => {
        this.#adding = false;
      });
  }
}

function whyNoWorker(program: string, cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause);
  const named = findWorker()?.origin === 'MEDIASOUP_WORKER_BIN';
  return `The mediasoup worker ${program}${named ? ', which MEDIASOUP_WORKER_BIN names,' : ''} does not start (${why}): ${named ? 'correct or unset MEDIASOUP_WORKER_BIN' : `run "${SETUP_COMMAND}"`}, or choose sfu.engine: werift.`;
}

/** A worker ends itself with status 0 at SIGINT and SIGTERM; mediasoup tells the status in words only. */
function wasToldToStop({ message }: Error): boolean {
  return /\bcode:0\b/.test(message);
}

function defaultCount({ ports }: WorkerPoolOptions): number {
  const cores = availableParallelism();
  return ports ? Math.min(cores, ports.max - ports.min + 1) : cores;
}

function listenInfos({ listenIps, ports, announcedAddress, tcp }: WorkerPoolOptions): TransportListenInfo[] {
  const places = announcedAddress
    ? listenIps.map((ip) => ({ ip, announcedAddress }))
    : listenIps.flatMap((ip) => reachable(ip).map((each) => ({ ip: each })));
  return places.flatMap((place) =>
    (tcp ? (['udp', 'tcp'] as const) : (['udp'] as const)).map((protocol) => ({
      ...place,
      protocol,
      ...(protocol === 'udp' ? { recvBufferSize: SOCKET_BUFFER_BYTES, sendBufferSize: SOCKET_BUFFER_BYTES } : {}),
      ...(ports ? { portRange: { ...ports } } : {}),
    })),
  );
}

/** mediasoup announces what it listens on: for "every address" that has to be each of them by itself. */
function reachable(ip: string): string[] {
  if (ip !== '0.0.0.0' && ip !== '::') return [ip];
  const family = ip === '::' ? 'IPv6' : 'IPv4';
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter((entry) => entry.family === family && !entry.internal).map((entry) => entry.address),
  );
}

function cannotListen({ listenIps, ports }: WorkerPoolOptions, cause: unknown): SfuError {
  const where = ports ? `between ${ports.min} and ${ports.max}` : 'of any number';
  return new SfuError(
    'no-port',
    `A media worker found no free port ${where} on ${listenIps.join(', ')} (${cause instanceof Error ? cause.message : String(cause)}): widen media.udpPorts (one port per worker), run fewer workers, or choose an address of this machine.`,
    { cause },
  );
}
