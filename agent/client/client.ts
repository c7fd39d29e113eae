/** A session in a room, kept up: `for await` what is said there, and say something. */
import { clientMessageSchema, type ClientMessageInput } from '../protocol/client-messages.ts';
import type { Answer, ServerMessage, SessionReady } from '../protocol/server-messages.ts';
import { BACK_OFF_DEFAULTS, backOffMs, type BackOffOptions } from './back-off.ts';
import { ClientError } from './client-error.ts';
import type { ClientEvent, ClientEventOf } from './client-events.ts';
import { EventHub } from './event-hub.ts';
import type { EventStream } from './event-queue.ts';
import { Link } from './link.ts';
import { Questions } from './questions.ts';
import { chooseSocket, systemRuntime, type Runtime, type SocketConstructor } from './runtime.ts';
import { socketUrl } from './socket-url.ts';

const QUEUE_CAPACITY = 256;
const TIMEOUT_MS = 10_000;
const BEAT_MS = 5000;
const ANSWER_MS = 10_000;

export interface ClientOptions {
  /** Of the server: `http://127.0.0.1:8080`, or its WebSocket, `wss://host/ws`. */
  readonly url: string;
  readonly room: string;
  /** Shown to the others in the room. */
  readonly name?: string;
  /** True to receive `affect.state` every hop as well. */
  readonly states?: boolean;
  /** True to receive `affect.delta`, words as they are found, as well. */
  readonly deltas?: boolean;
  /** Room token, for servers that ask for one; a function is asked anew for each connection. */
  readonly token?: string | (() => string | Promise<string>);
  /** What the platform calls this participant. */
  readonly externalId?: string;
  /** True to be offered the media of the others (`offer`); answer with {@link UndertoneClient.send}. */
  readonly watch?: boolean;
  /** For runtimes without a global one, e.g. that of the package `ws`. */
  readonly WebSocket?: SocketConstructor;
  /** From opening a connection to a session in it, in milliseconds. */
  readonly timeoutMs?: number;
  /** Between two pings, in milliseconds; after three without an answer the connection counts as lost. */
  readonly beatMs?: number;
  readonly backOff?: Partial<BackOffOptions>;
  /** Time and chance, for tests. */
  readonly runtime?: Runtime;
}

/** What was lost or left out since the client began; all counts only grow. */
export interface ClientCounters {
  /** Events that `for await` loops were too slow for. */
  readonly dropped: number;
  /** Messages of the server that were not in the protocol. */
  readonly badFrames: number;
  /** Messages that were not sent because there was no connection. */
  readonly unsent: number;
  readonly reconnects: number;
}

export interface CaptionInput {
  /** Room time, see {@link UndertoneClient.roomMs}. */
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  /** False while the recogniser may still change the words. */
  readonly final?: boolean;
}

export interface SubscribeInput {
  readonly states?: boolean;
  readonly deltas?: boolean;
  /** Whose results to send, among those that may be seen; null for all of them, which is how it begins. */
  readonly participants?: readonly string[] | null;
}

export interface AskOptions {
  /** The last half minute, as the model remembers it (the default), or the whole call, from what was summed up of it. */
  readonly over?: Answer['over'];
  /** Default: 10 s. */
  readonly timeoutMs?: number;
}

/**
 * A session that comes back by itself after a lost connection: the same one, without loss, when that is soon enough
 * (`session.resume`). A new session has another identity and no consent: consent is a person's act, so the client never
 * repeats it.
 */
export class UndertoneClient {
  readonly #options: ClientOptions;
  readonly #runtime: Runtime;
  readonly #hub = new EventHub();
  #link: Link | undefined;
  readonly #questions: Questions;
  #cancelRetry: () => void = () => {};
  #ready: SessionReady | undefined;
  /** The newest event that came, for who resumes. */
  #seq = -1;
  #chosen: SubscribeInput;
  /** Room time minus the runtime's time. */
  #offsetMs = 0;
  #attempt = 0;
  #badFrames = 0;
  #unsent = 0;
  #reconnects = 0;
  /** A withdrawal that could not be sent: the session may come back, and its consent with it. */
  #withdrawing = false;
  #closed = false;

  private constructor(options: ClientOptions) {
    this.#options = options;
    this.#runtime = options.runtime ?? systemRuntime;
    this.#questions = new Questions(this.#runtime);
    this.#chosen = { states: options.states, deltas: options.deltas };
  }

  /**
   * Connects and starts a session. This first attempt is not repeated; sessions lost later are.
   * @throws {ClientError} `bad-argument`, `no-websocket`, `unreachable`, `timeout`, `refused` or `protocol-mismatch`
   */
  static async connect(options: ClientOptions): Promise<UndertoneClient> {
    const client = new UndertoneClient(options);
    await new Promise<void>((resolve, reject) => {
      client.#open(
        () => resolve(),
        (error) => {
          client.close();
          reject(error);
        },
      );
    });
    return client;
  }

  /** The present session, or the last one: the room, its people, the receipt to consent to, who one is. */
  get session(): SessionReady {
    if (this.#ready) return this.#ready;
    throw new ClientError('not-connected', 'There has been no session yet.', { retryable: true });
  }

  get connected(): boolean {
    return this.#link?.ready ?? false;
  }

  get counters(): ClientCounters {
    const { dropped } = this.#hub;
    return { dropped, badFrames: this.#badFrames, unsent: this.#unsent, reconnects: this.#reconnects };
  }

  /** The room's clock now, in milliseconds: right within half the time that `session.start` took to be answered. */
  roomMs(): number {
    return this.#runtime.nowMs() + this.#offsetMs;
  }

  /**
   * Everything from now on, for one loop. At most `capacity` events wait for it; then old ones are dropped (numbers first)
   * and counted. Ends when the client is closed, and throws the {@link ClientError} when it gave up.
   */
  events(capacity = QUEUE_CAPACITY): EventStream {
    const queue = this.#hub.queue(Math.max(1, capacity));
    if (this.#closed) queue.end();
    return queue;
  }

  /** Calls `listener` for every event of a type. @returns what ends that */
  on<T extends ClientEvent['type']>(type: T, listener: (event: ClientEventOf<T>) => void): () => void {
    return this.#hub.on(type, listener);
  }

  /**
   * Sends any message of the protocol.
   * @returns false when there is no session at the moment: the message is lost, and counted as `unsent`
   * @throws {ClientError} `bad-argument` when the message is not as the protocol says
   */
  send(message: ClientMessageInput): boolean {
    const parsed = clientMessageSchema.safeParse(message);
    if (!parsed.success) {
      const where = parsed.error.issues[0]?.path.join('.');
      throw new ClientError('bad-argument', `Not sent: ${where} is not as the protocol says.`, { cause: parsed.error });
    }
    const sent = this.#link?.send(message) ?? false;
    if (!sent) this.#unsent++;
    return sent;
  }

  /** Passes on what this participant says, as the platform's own captions have it. As {@link send}. */
  sendCaption(caption: CaptionInput): boolean {
    if (caption.endMs < caption.startMs)
      throw new ClientError('bad-argument', 'Not sent: a caption ends before it starts.');
    // Words that were begun before the room was are the room's from its beginning.
    return this.send({ type: 'caption', ...caption, startMs: Math.max(0, caption.startMs) });
  }

  /**
   * Chooses what is sent from now on, also after a lost connection; what is not named stays as it is.
   * As {@link send}.
   */
  subscribe(wanted: SubscribeInput): boolean {
    this.#chosen = { ...this.#chosen, ...wanted };
    const { participants, ...rest } = wanted;
    return this.send({
      type: 'subscribe',
      ...rest,
      ...(participants !== undefined && { participants: listOf(participants) }),
    });
  }

  /**
   * Asks about a participant. Resolves also when there is nothing to tell: `status` and `text` say why.
   * @throws {ClientError} `not-connected`, `timeout`, or `lost`
   */
  ask(participant: string, task: Answer['task'], options: AskOptions = {}): Promise<Answer> {
    const { over, timeoutMs = ANSWER_MS } = options;
    const send = (id: number): boolean => this.send({ type: 'query', id, participant, task, over });
    return this.#questions.ask(send, timeoutMs);
  }

  /**
   * Says whether this participant wants to be analysed. To agree takes the version of the receipt that the person read
   * (`session.receipt`). The server's answer is `consent.changed`, or an `error` (`receipt-outdated`).
   * @throws {ClientError} `not-connected` when agreeing could not be sent. Withdrawing always holds: without a connection it
   *   is the first thing that is said when the session comes back; one that does not come back has no consent.
   */
  setConsent(consent: { readonly granted: true; readonly receiptVersion: string } | { readonly granted: false }): void {
    const sent = this.send({ type: 'consent.set', ...consent });
    if (!consent.granted) this.#withdrawing = !sent;
    if (sent || !consent.granted) return;
    throw new ClientError('not-connected', 'There is no connection: ask again after connection.restored.', {
      retryable: true,
    });
  }

  /** Leaves the room. Loops end. Idempotent. */
  close(): void {
    this.#finish();
  }

  #open(onReady: () => void, onEnd: (error: ClientError) => void): void {
    const { token } = this.#options;
    if (typeof token !== 'function') return this.#dial(token, onReady, onEnd);
    void Promise.resolve()
      .then(token)
      .then(
        (fresh) => this.#closed || this.#dial(fresh, onReady, onEnd),
        (cause: unknown) =>
          onEnd(
            new ClientError('unreachable', 'No room token was to be had. See the cause.', { cause, retryable: true }),
          ),
      );
  }

  #dial(token: string | undefined, onReady: () => void, onEnd: (error: ClientError) => void): void {
    const { room, name, watch, externalId, timeoutMs = TIMEOUT_MS, beatMs = BEAT_MS } = this.#options;
    const { states, deltas } = this.#chosen;
    const last = this.#ready;
    const resume = last && { token: last.token, seq: this.#seq };
    let began = false;
    try {
      this.#link = new Link({
        WebSocket: chooseSocket(this.#options.WebSocket),
        url: socketUrl(this.#options.url, room),
        start: { type: 'session.start', room, name, states, deltas, watch, externalId, token, resume },
        runtime: this.#runtime,
        timeoutMs,
        beatMs,
        onReady: (ready, tookMs) => {
          began = true;
          this.#begin(ready, tookMs);
          onReady();
        },
        onMessage: (message) => this.#receive(message),
        onFault: (error) => {
          this.#badFrames++;
          this.#hub.emit({ type: 'client.fault', error });
        },
        onEnd: (error) => {
          if (!began) onEnd(error);
          else if (error.retryable) this.#lost(error);
          else this.#finish(error);
        },
      });
    } catch (error) {
      onEnd(error instanceof ClientError ? error : new ClientError('bad-argument', String(error), { cause: error }));
    }
  }

  #begin(ready: SessionReady, tookMs: number): void {
    this.#attempt = 0;
    if (!isSame(this.#ready, ready)) this.#seq = -1;
    this.#ready = ready;
    if (this.#withdrawing) this.setConsent({ granted: false });
    const { participants } = this.#chosen;
    if (participants) this.#link?.send({ type: 'subscribe', participants: listOf(participants) });
    this.#offsetMs = ready.roomMs + tookMs / 2 - this.#runtime.nowMs();
    this.#hub.emit(ready);
  }

  #receive(message: ServerMessage): void {
    if ('seq' in message && message.type !== 'delivered') this.#seq = Math.max(this.#seq, message.seq);
    if (message.type === 'answer') this.#questions.answered(message);
    if (message.type === 'affect.description') {
      this.#link?.send({ type: 'ack', seq: message.seq, receivedMs: this.#runtime.nowMs() });
    }
    const gone = leaver(message);
    if (gone !== undefined) this.#hub.forget(gone);
    this.#hub.emit(message);
  }

  #lost(error: ClientError): void {
    const attempt = this.#attempt++;
    this.#questions.lost(
      new ClientError('lost', 'The connection was lost. Ask again.', { cause: error, retryable: true }),
    );
    const retryMs = backOffMs(attempt, this.#runtime.random(), { ...BACK_OFF_DEFAULTS, ...this.#options.backOff });
    this.#cancelRetry = this.#runtime.after(retryMs, () => this.#retry());
    this.#hub.emit({ type: 'connection.lost', error, retryMs, attempt });
  }

  #retry(): void {
    const before = this.#ready;
    this.#open(
      () => {
        const ready = this.session;
        const resumed = isSame(before, ready);
        this.#reconnects++;
        this.#hub.emit({
          type: 'connection.restored',
          ready,
          resumed,
          complete: resumed && (ready.resumed?.complete ?? false),
        });
      },
      (error) => (error.retryable ? this.#lost(error) : this.#finish(error)),
    );
  }

  #finish(error?: ClientError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    this.#link?.close();
    this.#questions.lost(error ?? new ClientError('closed', 'The client was closed.'));
    this.#hub.emit({ type: 'connection.closed', ...(error && { error }) });
    this.#hub.close(error);
  }
}

/** Whether a session is the one before: then what is known of the room still holds. */
function isSame(before: SessionReady | undefined, now: SessionReady): boolean {
  return now.resumed !== undefined && before?.participant.id === now.participant.id && before.token === now.token;
}

function listOf(participants: SubscribeInput['participants']): string[] | null {
  return participants ? [...participants] : null;
}

/** Whose results must not be read any more. */
function leaver(message: ServerMessage): string | undefined {
  if (message.type === 'participant.left') return message.participant;
  return message.type === 'consent.changed' && !message.granted ? message.participant : undefined;
}
