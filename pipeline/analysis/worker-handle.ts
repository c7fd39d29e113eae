/** One analysis worker thread, seen from the main thread. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { AnalysisModelOptions } from './analysis-models.ts';
import type { Question, Reply } from '../describe/asking.ts';
import { AnalysisError } from './analysis-error.ts';
import { PacketMail } from './packet-mail.ts';
import type { FromWorker, ReportMessage, ToWorker, WorkerStats } from './messages.ts';
import type { AnalysisSession, JoinOptions, PoolLog, TrackInput } from './session.ts';
import type { MediaWish, TrackInfo } from '../types.ts';

type Ready = Extract<FromWorker, { type: 'ready' }>;
type Done = Extract<FromWorker, { type: 'done' }>;

/** Questions that may wait for the thread; hops go on between them. */
const MAX_QUESTIONS = 16;

const BUSY: Reply = { status: 'busy', text: 'Too many questions wait already. Ask again in a second.' };
const FAILED: Reply = {
  status: 'unavailable',
  text: 'The analysis could not answer. Ask again; if it stays so, look into the log of the agent.',
};

interface Seat {
  readonly options: JoinOptions;
  /** They have neither spoken nor moved for long: nobody is in a hurry for their packets. */
  resting: boolean;
}

export class AnalysisWorker {
  readonly #worker: Worker;
  readonly #log: PoolLog;
  readonly #ready: Ready;
  readonly #sessions = new Map<number, Seat>();
  readonly #mail = new PacketMail((mail, reports) => this.#give({ type: 'packets', mail, reports }, [mail.buffer]));
  readonly #wishes = new Map<number, (wish: MediaWish) => void>();
  readonly #waiting = new Map<number, (done: Done | undefined) => void>();
  #next = 1;
  #questions = 0;
  #closing: Promise<void> | undefined;
  #gone = false;

  private constructor(worker: Worker, ready: Ready, log: PoolLog) {
    this.#worker = worker;
    this.#ready = ready;
    this.#log = log;
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#lost(error));
    worker.on('exit', (code) => this.#lost(new Error(`the analysis thread ended with code ${code}`)));
  }

  static async start(options: AnalysisModelOptions, log: PoolLog): Promise<AnalysisWorker> {
    const worker = spawn(options);
    const exit = once(worker, 'exit').then(([code]) => {
      throw new AnalysisError('worker-exit', `The analysis thread ended with code ${code} while it was starting.`);
    });
    const [message] = (await Promise.race([once(worker, 'message'), exit])) as [FromWorker];
    exit.catch(() => {}); // later exits are the handle's business
    if (message.type === 'ready') return new AnalysisWorker(worker, message, log);
    await worker.terminate();
    if (message.type === 'failed') throw new AnalysisError(message.code, message.message);
    throw new AnalysisError('worker-protocol', `The analysis thread began with '${message.type}'.`);
  }

  get pack(): string {
    return this.#ready.pack;
  }

  get provider(): string {
    return this.#ready.provider;
  }

  get notes(): readonly string[] {
    return this.#ready.notes;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Participants carried now. */
  get load(): number {
    return this.#sessions.size;
  }

  join(participant: string, options: JoinOptions): AnalysisSession {
    if (this.#gone || this.#closing) throw new AnalysisError('closed', 'The analysis has ended; restart the agent.');
    const session = this.#next++;
    const seat: Seat = { options, resting: false };
    this.#sessions.set(session, seat);
    this.#post({ type: 'join', session, participant, epochUs: options.epochUs });
    return {
      track: (info, onWish) => this.#track(session, seat, info, onWish),
      caption: (caption, speaker) => this.#post({ type: 'caption', session, caption, speaker }),
      unhear: (speaker) => this.#post({ type: 'unhear', session, speaker }),
      ask: (question) => this.#ask(session, question),
      clear: async () => {
        await this.#request((request) => ({ type: 'clear', session, request }));
      },
      close: async () => {
        if (!this.#sessions.delete(session)) return;
        await this.#request((request) => ({ type: 'leave', session, request }));
      },
    };
  }

  /** Undefined when the thread is gone. */
  async stats(): Promise<WorkerStats | undefined> {
    const done = await this.#request((request) => ({ type: 'stats', request }));
    return done?.stats;
  }

  /** Drains: ending a thread in the middle of an inference run would abort the whole process. */
  close(): Promise<void> {
    this.#closing ??= this.#request((request) => ({ type: 'close', request })).then(async () => {
      this.#gone = true;
      await this.#worker.terminate();
    });
    return this.#closing;
  }

  async #ask(session: number, question: Question): Promise<Reply> {
    if (this.#questions >= MAX_QUESTIONS) return BUSY;
    this.#questions++;
    try {
      const done = await this.#request((request) => ({ type: 'ask', session, request, question }));
      return done?.reply ?? FAILED;
    } finally {
      this.#questions--;
    }
  }

  #track(session: number, seat: Seat, info: TrackInfo, onWish?: (wish: MediaWish) => void): TrackInput {
    const track = this.#next++;
    if (onWish) this.#wishes.set(track, onWish);
    this.#post({ type: 'track', session, track, info });
    return {
      packet: (rtp, arrivalUs) => this.#mail.add(track, rtp, arrivalUs, seat.resting),
      senderReport: ({ ntpUs, rtpTimestamp, arrivalUs }: ReportMessage) =>
        this.#mail.report({ track, ntpUs, rtpTimestamp, arrivalUs }, seat.resting),
      muted: (muted) => this.#post({ type: 'muted', track, muted }),
      closed: (error) => {
        this.#wishes.delete(track);
        this.#post({ type: 'track-closed', track, reason: error?.message });
      },
    };
  }

  /** Tells the thread, after the packets that came before. */
  #post(message: ToWorker): void {
    this.#mail.flush();
    this.#give(message);
  }

  #give(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (!this.#gone) this.#worker.postMessage(message, transfer);
  }

  #request(make: (request: number) => ToWorker): Promise<Done | undefined> {
    if (this.#gone) return Promise.resolve(undefined);
    const request = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#post(make(request));
    });
  }

  #receive(message: FromWorker): void {
    if (message.type === 'event') this.#sessions.get(message.session)?.options.onEvent(message.event, message.closedUs);
    else if (message.type === 'resting') this.#rest(message);
    else if (message.type === 'wish') this.#wishes.get(message.track)?.(message.wish);
    else if (message.type === 'problem') this.#log('warn', message.message, { code: message.code });
    else if (message.type === 'done') {
      this.#waiting.get(message.request)?.(message);
      this.#waiting.delete(message.request);
    }
  }

  #rest({ session, resting }: Extract<FromWorker, { type: 'resting' }>): void {
    const seat = this.#sessions.get(session);
    if (!seat) return;
    seat.resting = resting;
    seat.options.onRest?.(resting);
  }

  #lost(cause: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
    if (this.#closing) return;
    const error = new AnalysisError(
      'worker-lost',
      `The analysis thread was lost (${cause.message}); its participants are no longer analysed.`,
      { cause },
    );
    this.#log('error', error.message);
    for (const { options } of this.#sessions.values()) options.onGone?.(error);
    this.#sessions.clear();
  }
}

/** Node 20 cannot start a `.ts` worker: from source, `tsx` is registered inside the thread first. */
function spawn(workerData: AnalysisModelOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const entry = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  const boot = `import('tsx/esm/api').then(({ register }) => { register(); return import(${entry}); });`;
  return new Worker(boot, { eval: true, workerData });
}
