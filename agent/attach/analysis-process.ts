/** The analysis of this process's attachments, in a child process that is started again when it dies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caption, MediaWish, TrackInfo, UnstampedEvent } from '../../pipeline/index.ts';
import type { TapSink } from '../../sfu/index.ts';
import { backOffMs } from '../client/back-off.ts';
import { AnalysisChild, type Ready } from './analysis-child.ts';
import { AttachError } from './attach-error.ts';
import { SendQueue } from './send-queue.ts';
import type { AnalysisOptions, FromProcess, ToProcess } from './wire.ts';

const BACK_OFF = { firstMs: 500, lastMs: 30_000, jitter: 0.3 };
/** A child that lived so long had not died of what killed the one before. */
const STABLE_MS = 60_000;
/** Promised to the person: cleared within a second. */
const CLEAR_WITHIN_MS = 1000;
/** About a second of forty people; what is older is worth nothing to a live description. */
const WAITING_PACKETS = 4096;
const IN_FLIGHT_PACKETS = 2048;

/** What somebody's session is told. */
export interface SessionListener {
  onEvent(event: UnstampedEvent): void;
  /** The person rests (true): their taps may hand over more rarely, and less; or they no longer do. */
  onRest(resting: boolean): void;
  onTrouble(trouble: AttachError): void;
}

/** One person's seat in the analysis. */
export interface ProcessSession {
  readonly resting: boolean;
  track(info: TrackInfo, onWish: (wish: MediaWish) => void): TapSink;
  caption(caption: Caption): void;
  /** Forgets everything of the person. Idempotent. */
  close(): Promise<void>;
}

interface TrackRecord {
  readonly info: TrackInfo;
  readonly onWish: (wish: MediaWish) => void;
  muted: boolean;
}

interface SessionRecord {
  readonly participant: string;
  readonly epochUs: number;
  readonly listener: SessionListener;
  readonly tracks: Map<number, TrackRecord>;
  resting: boolean;
}

const shared = new Map<string, { readonly process: AnalysisProcess; users: number }>();

export class AnalysisProcess {
  readonly #options: AnalysisOptions;
  readonly #queue: SendQueue;
  readonly #sessions = new Map<number, SessionRecord>();
  readonly #waiting = new Map<number, () => void>();
  #child: AnalysisChild | undefined;
  #ready: Ready | undefined;
  #starting: Promise<void> | undefined;
  #next = 1;
  #attempt = 0;
  #restarts = 0;
  #missed = 0;
  #closed = false;

  private constructor(options: AnalysisOptions) {
    this.#options = options;
    this.#queue = new SendQueue({
      waiting: WAITING_PACKETS,
      inFlight: IN_FLIGHT_PACKETS,
      send: (batch) => this.#send(batch),
    });
  }

  /**
   * The process for these options: one for all who ask for the same. Every call is paired with a {@link release}.
   * @throws {AttachError} `analysis-start`
   */
  static async share(options: AnalysisOptions): Promise<AnalysisProcess> {
    const key = JSON.stringify(options);
    const entry = shared.get(key) ?? { process: new AnalysisProcess(options), users: 0 };
    shared.set(key, entry);
    entry.users++;
    try {
      await (entry.process.#starting ??= entry.process.#start());
      return entry.process;
    } catch (error) {
      await entry.process.release();
      throw error;
    }
  }

  /** Ends the child when nobody else uses it. */
  async release(): Promise<void> {
    for (const [key, entry] of shared) {
      if (entry.process !== this || --entry.users > 0) continue;
      shared.delete(key);
      this.#closed = true;
      this.#queue.clear();
      await this.#child?.close();
    }
  }

  /** `name@version` of the model pack. */
  get pack(): string {
    return this.#ready?.pack ?? '';
  }

  /** The child's process id; undefined while it is being started. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** `missed`: packets that came while the child was being started again. */
  get counts(): { readonly dropped: number; readonly missed: number; readonly restarts: number } {
    return { dropped: this.#queue.dropped, missed: this.#missed, restarts: this.#restarts };
  }

  join(participant: string, epochUs: number, listener: SessionListener): ProcessSession {
    const session = this.#next++;
    const record: SessionRecord = { participant, epochUs, listener, tracks: new Map(), resting: false };
    this.#sessions.set(session, record);
    this.#send({ type: 'join', session, participant, epochUs });
    return {
      get resting() {
        return record.resting;
      },
      track: (info, onWish) => this.#track(session, record, { info, onWish, muted: false }),
      caption: (caption) => this.#send({ type: 'caption', session, caption }),
      close: () => this.#leave(session, record),
    };
  }

  #track(session: number, seat: SessionRecord, record: TrackRecord): TapSink {
    const { tracks } = seat;
    const track = this.#next++;
    tracks.set(track, record);
    this.#send({ type: 'track', session, track, info: record.info });
    const open = (): boolean => tracks.has(track);
    return {
      packet: (rtp, arrivalUs) => {
        if (!open()) return;
        if (this.#child) this.#queue.push(track, rtp, arrivalUs, seat.resting);
        else this.#missed++;
      },
      senderReport: ({ ntpUs, rtpTimestamp, arrivalUs }) => {
        if (open()) this.#send({ type: 'report', track, report: { ntpUs, rtpTimestamp, arrivalUs } });
      },
      muted: (muted) => {
        record.muted = muted;
        if (open()) this.#send({ type: 'muted', track, muted });
      },
      closed: () => {
        if (!tracks.delete(track)) return;
        this.#queue.flush();
        this.#queue.forget(track);
        this.#send({ type: 'track-closed', track });
      },
    };
  }

  async #leave(session: number, { tracks, listener }: SessionRecord): Promise<void> {
    if (!this.#sessions.delete(session)) return;
    for (const track of tracks.keys()) this.#queue.forget(track);
    tracks.clear();
    const child = this.#child;
    if (!child) return;
    const request = this.#next++;
    const done = new Promise<'done'>((resolve) => this.#waiting.set(request, () => resolve('done')));
    this.#send({ type: 'leave', session, request });
    const timeout = new AbortController();
    const late = sleep(CLEAR_WITHIN_MS, 'late' as const, { signal: timeout.signal }).catch(() => 'done' as const);
    const outcome = await Promise.race([done, late]);
    timeout.abort();
    this.#waiting.delete(request);
    if (outcome === 'done') return;
    child.kill();
    const message =
      'Clearing a person was not confirmed within a second, so the process that analyses was ended: with it everything is gone.';
    listener.onTrouble(new AttachError('not-cleared', message));
  }

  /** One child's life up to being ready; its death is watched from then on. */
  async #start(): Promise<void> {
    const [child, ready] = await AnalysisChild.start(this.#options, (message) => this.#hear(message));
    if (this.#closed) return void child.close();
    this.#child = child;
    this.#ready = ready;
    const sinceMs = performance.now();
    void child.exited.then((how) => this.#lost(how + child.lastWords, performance.now() - sinceMs));
    for (const [session, record] of this.#sessions) this.#rejoin(session, record);
  }

  #rejoin(session: number, { participant, epochUs, tracks }: SessionRecord): void {
    this.#send({ type: 'join', session, participant, epochUs });
    for (const [track, { info, muted, onWish }] of tracks) {
      this.#send({ type: 'track', session, track, info });
      if (muted) this.#send({ type: 'muted', track, muted });
      else onWish('key-frame');
    }
  }

  #lost(how: string, livedMs: number): void {
    this.#child = undefined;
    this.#queue.clear();
    // Whoever waits for a person to be cleared may go on: the process that held them is gone.
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
    // The next one knows nobody yet: whoever rested has to be looked at anew.
    for (const record of this.#sessions.values()) rest(record, false);
    if (this.#closed) return;
    if (livedMs > STABLE_MS) this.#attempt = 0;
    this.#tellAll(
      new AttachError(
        'analysis-lost',
        `The process that analyses ${how}\nIt is started again; calls go on meanwhile, without descriptions.`,
      ),
    );
    void this.#restart();
  }

  async #restart(): Promise<void> {
    while (!this.#closed && !this.#child) {
      await sleep(backOffMs(this.#attempt++, Math.random(), BACK_OFF), undefined, { ref: false });
      if (this.#closed) return;
      this.#restarts++;
      try {
        await this.#start();
      } catch (error) {
        this.#tellAll(error instanceof AttachError ? error : new AttachError('analysis-start', String(error)));
      }
    }
  }

  #hear(message: FromProcess): void {
    switch (message.type) {
      case 'event':
        return this.#sessions.get(message.session)?.listener.onEvent(message.event);
      case 'resting': {
        const record = this.#sessions.get(message.session);
        if (record) rest(record, message.resting);
        return undefined;
      }
      case 'taken':
        return this.#queue.taken(message.count);
      case 'wish':
        for (const { tracks } of this.#sessions.values()) tracks.get(message.track)?.onWish(message.wish);
        return undefined;
      case 'done':
        return this.#waiting.get(message.request)?.();
      case 'log':
        if (message.level !== 'info') this.#tellAll(new AttachError('problem', message.message));
        return undefined;
      default:
        return undefined;
    }
  }

  #tellAll(trouble: AttachError): void {
    for (const { listener } of this.#sessions.values()) listener.onTrouble(trouble);
  }

  #send(message: ToProcess): void {
    this.#child?.send(message);
  }
}

function rest(record: SessionRecord, resting: boolean): void {
  if (record.resting === resting) return;
  record.resting = resting;
  record.listener.onRest(resting);
}
