/** One attachment to a router: who is analysed on it, and where their events go. */
import type { Producer, Router } from 'mediasoup/types';
import { type AffectEvent, type Caption, nowUs, type TrackInfo, type UnstampedEvent } from '../../pipeline/index.ts';
import { type ConsentGrant, RouterTaps, type RouterTap, type TapSink } from '../../sfu/index.ts';
import { EventQueue, type EventStream } from '../client/event-queue.ts';
import type { AnalysisProcess, ProcessSession } from './analysis-process.ts';
import type { AnyProducer, AnyRouter, GrantOf } from './any-mediasoup.ts';
import { AttachError } from './attach-error.ts';
import { checkProducer } from './check-arguments.ts';
import { holdWhileConsented } from './consent.ts';
import { watchProducers } from './watch-producers.ts';

/** Events that wait for one `for await` loop: minutes of a call, were it not read at all. */
const WAITING_EVENTS = 512;

export interface AttachmentOptions {
  readonly grant: ConsentGrant | GrantOf;
  onEvent?(event: AffectEvent): void;
  onTrouble?(trouble: AttachError): void;
}

/** Counts since the attachment was made. */
export interface AttachmentStats {
  /** People and producers analysed now. */
  readonly participants: number;
  readonly producers: number;
  readonly packets: number;
  readonly events: number;
  /** Packets that fell because the process that analyses lagged, or was being started again; all attachments together. */
  readonly packetsDropped: number;
  /** Times that process was started again. */
  readonly restarts: number;
}

interface Person {
  readonly session: ProcessSession;
  readonly letGo: () => void;
  /** Whoever asks them to leave waits for the same end. */
  leaving?: Promise<void>;
}

interface Forked {
  readonly person: Person;
  /** Absent while the router is still asked. */
  readonly tap?: RouterTap;
}

/** Analyses what consenting people publish on a router. `for await` over it gives the events; so does `onEvent`. */
export class Attachment implements AsyncIterable<AffectEvent> {
  readonly #options: AttachmentOptions;
  readonly #process: AnalysisProcess;
  readonly #router: Router;
  readonly #taps: RouterTaps;
  readonly #epochUs = nowUs();
  readonly #people = new Map<ConsentGrant, Person>();
  readonly #producers = new Map<string, Forked>();
  readonly #readers = new Set<EventQueue<AffectEvent>>();
  readonly #onRouterClose = (): void => void this.close();
  #unwatch: () => void = () => {};
  #seq = 0;
  #packets = 0;
  #closing: Promise<void> | undefined;

  /** Takes a router that has been checked. */
  constructor(router: AnyRouter, analysis: AnalysisProcess, options: AttachmentOptions) {
    this.#router = router as Router;
    this.#process = analysis;
    this.#options = options;
    this.#taps = new RouterTaps(this.#router, nowUs);
    this.#router.observer.once('close', this.#onRouterClose);
  }

  /** The model pack in use, `name@version`. */
  get pack(): string {
    return this.#process.pack;
  }

  /** Time of the events' `startMs` and `endMs`, now: milliseconds since the attachment was made. */
  get nowMs(): number {
    return (nowUs() - this.#epochUs) / 1000;
  }

  /** The process that decodes and infers; undefined while it is being started again. */
  get analysisPid(): number | undefined {
    return this.#process.pid;
  }

  /** Takes every producer that is made on the router from now on. */
  watch(): void {
    this.#unwatch = watchProducers(this.#router, (producer) => this.add(producer));
  }

  /**
   * Analyses one more producer, once: a second call for the same one does nothing. Without a live grant nothing is
   * forked. What fails later is told to `onTrouble`; the call goes on.
   * @param grant whose media it is; what `attach` was given when left out
   * @throws {AttachError} `bad-argument` for what is no producer
   */
  add(producer: AnyProducer, grant?: ConsentGrant): void {
    checkProducer(producer);
    if (this.#closing || producer.closed || this.#producers.has(producer.id)) return;
    const given = grant ?? this.#grantOf(producer);
    if (!given || given.revoked.aborted) return;
    try {
      const person = this.#person(given);
      this.#producers.set(producer.id, { person });
      void this.#tap(producer as Producer, given, person);
    } catch (error) {
      this.#trouble(asAttachError(error));
    }
  }

  /** Words of a person under analysis, as your captions have them; times as in {@link nowMs}. Others' words go nowhere. */
  caption(
    participant: string,
    words: { readonly text: string; readonly startMs: number; readonly endMs: number; readonly final: boolean },
  ): void {
    const { text, final } = words;
    const startUs = this.#epochUs + words.startMs * 1000;
    const caption: Caption = { text, final, startUs, endUs: this.#epochUs + words.endMs * 1000 };
    for (const [grant, { session }] of this.#people)
      if (grant.participant === participant && !grant.revoked.aborted) session.caption(caption);
  }

  /** A stream of its own for every loop: bounded (512), the oldest numbers fall before descriptions do. */
  [Symbol.asyncIterator](): EventStream<AffectEvent> {
    const queue = new EventQueue<AffectEvent>(WAITING_EVENTS, (ended) => this.#readers.delete(ended));
    if (this.#closing) queue.end();
    else this.#readers.add(queue);
    return queue;
  }

  stats(): AttachmentStats {
    const { dropped, missed, restarts } = this.#process.counts;
    return {
      participants: this.#people.size,
      producers: this.#producers.size,
      packets: this.#packets,
      events: this.#seq,
      packetsDropped: dropped + missed,
      restarts,
    };
  }

  /** Ends every fork, forgets everybody, ends the loops. The router stays as it is. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#unwatch();
    this.#router.observer.off('close', this.#onRouterClose);
    const people = [...this.#people];
    await this.#taps.close();
    await Promise.all(people.map(([grant, person]) => this.#leave(grant, person)));
    for (const reader of this.#readers) reader.end();
    await this.#process.release();
  }

  #grantOf(producer: AnyProducer): ConsentGrant | undefined {
    const { grant } = this.#options;
    if (typeof grant !== 'function') return grant;
    try {
      return grant(producer);
    } catch (cause) {
      this.#trouble(new AttachError('listener-failed', 'The function "grant" threw: nothing was forked.', { cause }));
      return undefined;
    }
  }

  #person(grant: ConsentGrant): Person {
    const known = this.#people.get(grant);
    if (known) return known;
    const letGo = holdWhileConsented(grant, async () => {
      for (const reader of this.#readers) reader.forget(grant.participant);
      await this.#leave(grant, person);
    });
    const session = this.#process.join(grant.participant, this.#epochUs, {
      onEvent: (event) => this.#tell(event, grant),
      onRest: (resting) => this.#rest(person, resting),
      onTrouble: (trouble) => this.#trouble(trouble),
    });
    const person: Person = { session, letGo };
    this.#people.set(grant, person);
    return person;
  }

  /** What nobody is in a hurry for may come together, and less of it. */
  #rest(person: Person, resting: boolean): void {
    for (const forked of this.#producers.values()) if (forked.person === person) forked.tap?.rest(resting);
  }

  async #tap(producer: Producer, grant: ConsentGrant, person: Person): Promise<void> {
    const info = trackInfo(producer);
    const input = person.session.track(info, (wish) => {
      const tap = this.#producers.get(producer.id)?.tap;
      if (wish === 'key-frame') tap?.requestKeyFrame();
      else tap?.enlarge();
    });
    try {
      const gone = (): void => this.#gone(producer.id, grant, person);
      const tap = await this.#taps.tap(producer, grant, this.#sink(input, gone));
      if (this.#producers.has(producer.id)) this.#producers.set(producer.id, { person, tap });
      if (person.session.resting) tap.rest(true);
    } catch (cause) {
      input.closed();
      this.#gone(producer.id, grant, person);
      // Withdrawn or closed meanwhile: that is no trouble.
      if (this.#closing || grant.revoked.aborted || producer.closed) return;
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#trouble(new AttachError('tap-failed', `A producer is not analysed: ${why}`, { cause }));
    }
  }

  #sink(input: TapSink, gone: () => void): TapSink {
    return {
      packet: (rtp, arrivalUs) => {
        this.#packets++;
        input.packet(rtp, arrivalUs);
      },
      senderReport: (report) => input.senderReport(report),
      muted: (muted) => input.muted(muted),
      closed: (error) => {
        input.closed(error);
        gone();
        // That the router goes is its owner's doing: the attachment ends with it.
        if (error && !this.#router.closed)
          this.#trouble(new AttachError('tap-failed', `A fork ended: ${error.message}`, { cause: error }));
      },
    };
  }

  /** Has everything of a person forgotten: a withdrawal that comes meanwhile waits for it too. */
  #leave(grant: ConsentGrant, person: Person): Promise<void> {
    if (this.#people.get(grant) === person) this.#people.delete(grant);
    person.leaving ??= person.session.close().finally(person.letGo);
    return person.leaving;
  }

  /** A producer is gone; who has none left has left the call. */
  #gone(producerId: string, grant: ConsentGrant, person: Person): void {
    this.#producers.delete(producerId);
    if ([...this.#producers.values()].some((forked) => forked.person === person)) return;
    void this.#leave(grant, person);
  }

  #tell(unstamped: UnstampedEvent, grant: ConsentGrant): void {
    if (this.#closing || grant.revoked.aborted) return;
    const event: AffectEvent = { ...unstamped, seq: this.#seq++, room: grant.room };
    for (const reader of this.#readers) reader.push(event);
    try {
      this.#options.onEvent?.(event);
    } catch (cause) {
      this.#trouble(
        new AttachError('listener-failed', 'onEvent threw; the next event is told all the same.', { cause }),
      );
    }
  }

  /** Nothing of ours may throw into the platform; without a listener Node prints a warning. */
  #trouble(trouble: AttachError): void {
    if (this.#closing) return;
    try {
      if (this.#options.onTrouble) this.#options.onTrouble(trouble);
      else process.emitWarning(trouble.message, { type: 'UndertoneWarning', code: trouble.code });
    } catch {
      // There is nobody left to tell.
    }
  }
}

function trackInfo({ id, kind, rtpParameters }: Producer): TrackInfo {
  const [{ mimeType, clockRate, channels, parameters }] = rtpParameters.codecs;
  const written = Object.entries(parameters ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  return { id, kind, mimeType, clockRateHz: clockRate, channels, parameters: written.join(';') };
}

function asAttachError(error: unknown): AttachError {
  if (error instanceof AttachError) return error;
  return new AttachError('problem', error instanceof Error ? error.message : String(error), { cause: error });
}
