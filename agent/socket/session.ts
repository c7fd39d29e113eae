/** One client's session over its WebSocket: reads its messages, and keeps it informed. */
import type { Logger } from 'pino';
import { nowUs, type AffectEvent, type Reply } from '../../pipeline/index.ts';
import type { Access } from '../auth/access.ts';
import type { AuthError } from '../auth/auth-error.ts';
import { ReceiptOutdatedError } from '../consent/ledger.ts';
import { AnalysisStoppedError } from '../policy/analysis-switch.ts';
import type { LatencyRecord } from '../latency.ts';
import { CLOSE_TOO_FAR_BEHIND } from '../protocol/close-codes.ts';
import { clientMessageSchema, type ClientMessage } from '../protocol/client-messages.ts';
import { decodeFrame } from '../protocol/decode.ts';
import { PROTOCOL_VERSION } from '../protocol/protocol-version.ts';
import type { ErrorMessage, Receipt, ServerMessage, SessionReady } from '../protocol/server-messages.ts';
import { RESUME_WITHIN_MS, RoomError, type RoomDirectory, type Seat } from '../rooms/directory.ts';
import { RING_EVENTS } from '../rooms/event-ring.ts';
import type { Subscriber } from '../rooms/member.ts';
import type { Telemetry } from '../telemetry.ts';
import { Deliveries } from './deliveries.ts';
import { Outbox, type Wire } from './outbox.ts';
import { TokenBucket } from './token-bucket.ts';

/** Enough for candidates in a burst and captions word by word; far below what could hurt. */
const MESSAGES_PER_SECOND = 50;
const MESSAGE_BURST = 150;
/** Questions of one session that may wait for their answers. */
const QUESTIONS_LIMIT = 4;
const BUSY: Reply = {
  status: 'busy',
  text: `${QUESTIONS_LIMIT} questions of this session wait already. Ask again later.`,
};

/** What every session of a process shares. */
export interface SessionContext {
  readonly directory: RoomDirectory;
  /** The words that hold in a room. */
  readonly receiptOf: (room: string) => Receipt;
  /** `sfu.iceServers` */
  readonly iceServers?: SessionReady['iceServers'];
  /** `deployment.context` */
  readonly context: string;
  readonly results: SessionReady['results'];
  readonly pack: string;
  readonly latency: LatencyRecord;
  readonly telemetry: Telemetry;
  readonly log: Logger;
}

type Of<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>;
type Started = Exclude<ClientMessage, { type: 'session.start' | 'ping' }>;

/** One wrong message never ends a good session: it is answered with `error`, and the session goes on. */
export class Session {
  readonly #context: SessionContext;
  readonly #outbox: Outbox;
  readonly #addressRoom: string | undefined;
  readonly #deliveries = new Deliveries();
  readonly #bucket = new TokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST, nowUs() / 1000);
  readonly #onEnd: (closeCode: number, reason: string) => void;
  #access: Access | undefined;
  #seat: Seat | undefined;
  readonly #subscriber: Subscriber = {
    send: (sent) => this.#outbox.post(sent),
    event: (event, closedUs) => this.#event(event, closedUs),
    forget: (participant) => this.#outbox.forget(participant),
    end: (why) => this.end(why),
  };
  #states = false;
  #deltas = false;
  /** Whose results to send; undefined: of all that may be seen. */
  #chosen: ReadonlySet<string> | undefined;
  #questions = 0;
  /** True when the server ended this: then there is nothing to come back to. */
  #ended = false;
  #complainedMs = -Infinity;
  #closed = false;

  /**
   * @param addressRoom the room named in the address, if one was
   * @param onEnd the connection is to be closed: the client is too far behind, or may not be here (any longer)
   */
  constructor(
    context: SessionContext,
    wire: Wire,
    addressRoom: string | undefined,
    onEnd: (closeCode: number, reason: string) => void,
  ) {
    this.#context = context;
    this.#outbox = new Outbox(wire, () => {
      context.telemetry.subscribers.gaveUp();
      onEnd(CLOSE_TOO_FAR_BEHIND, 'Too far behind: connect again');
    });
    context.telemetry.subscribers.opened(this.#outbox);
    this.#addressRoom = addressRoom;
    this.#onEnd = onEnd;
  }

  /** It is known who speaks; without this no session starts. */
  admit(access: Access): void {
    this.#access = access;
  }

  /** Says why somebody may not be here (any longer), and has the connection closed. */
  end(why: AuthError): void {
    const code = why.status === 401 ? 'unauthorised' : why.status === 429 ? 'too-fast' : 'forbidden';
    this.#ended = true;
    this.#fail(code, why.message, why.retryable);
    this.#onEnd(why.closeCode, why.code);
  }

  get started(): boolean {
    return this.#seat !== undefined;
  }

  /** Messages that wait to be sent. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** One text frame of the client. Never throws. */
  receive(text: string): void {
    const nowMs = nowUs() / 1000;
    if (!this.#bucket.take(nowMs)) {
      if (nowMs - this.#complainedMs < 1000) return;
      this.#complainedMs = nowMs;
      this.#fail(
        'too-fast',
        `More than ${MESSAGES_PER_SECOND} messages a second: some were ignored. Send less often.`,
        true,
      );
      return;
    }
    const decoded = decodeFrame(clientMessageSchema, text);
    if (decoded.ok) this.#handle(decoded.message);
    else this.#fail('bad-message', `Ignored a message: ${decoded.reason}. The session goes on.`, false);
  }

  /** A frame that is not text. */
  receiveBinary(): void {
    this.#fail('bad-message', 'Ignored a binary frame: send JSON as text. The session goes on.', false);
  }

  tell(message: ServerMessage): void {
    this.#outbox.post(message);
  }

  tellStats(): void {
    const { latency, directory } = this.#context;
    this.#outbox.post({
      type: 'stats',
      sessions: directory.sessions,
      deliveredP50Ms: latency.quantile(0.5),
      deliveredP95Ms: latency.quantile(0.95),
      superseded: this.#outbox.superseded,
    });
  }

  /** Every few seconds: says how things go, and lets go of who takes nothing in. */
  beat(): void {
    if (this.started) this.tellStats();
    this.#outbox.beat();
  }

  /**
   * The connection ended. One that was closed ends everything of this session; one that was lost can be resumed for a while.
   * Idempotent.
   */
  async close({ lost = false } = {}): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.telemetry.subscribers.closed(this.#outbox);
    this.#outbox.close();
    const { directory } = this.#context;
    if (!this.#seat || this.#seat.member.subscriber !== this.#subscriber) return;
    if (lost && !this.#ended && !directory.draining) directory.hold(this.#seat, this.#subscriber);
    else await directory.leave(this.#seat);
  }

  #handle(message: ClientMessage): void {
    if (message.type === 'ping') this.#pong(message.id);
    else if (message.type === 'session.start') this.#start(message);
    else if (!this.#seat) this.#fail('not-started', 'Send session.start first.', false);
    else void this.#act(message, this.#seat).catch((error: unknown) => this.#explain(error));
  }

  #start(message: ClientMessage & { type: 'session.start' }): void {
    const access = this.#access;
    if (!access) return this.#fail('unauthorised', 'Nobody vouched for this session.', false);
    const room = message.room ?? this.#addressRoom ?? access.room;
    if (this.#seat)
      return this.#fail(
        'already-started',
        'This session has started already. Open another connection for another room.',
        false,
      );
    if (room === undefined)
      return this.#fail('bad-message', 'session.start names no room: add "room", or connect to /ws?room=NAME.', false);
    if (room !== (access.room ?? room))
      return this.#fail('forbidden', 'The token is for another room. Get one for the room you want to enter.', false);
    this.#states = message.states;
    this.#deltas = message.deltas;
    const { directory } = this.#context;
    try {
      const { resume, name, externalId } = message;
      const subscriber = this.#subscriber;
      const resumed = resume && directory.resume(room, resume.token, access, subscriber);
      this.#seat = resumed ?? directory.enter(room, { access, name, externalId, subscriber });
      if (resume) this.#resume(this.#seat, resumed ? resume.seq : undefined);
      else this.#welcome(this.#seat);
      if (message.watch) void this.#watch(this.#seat, resumed !== undefined);
    } catch (error) {
      this.#explain(error);
    }
  }

  /** Tells what was missed. `seq`: the newest event that arrived; undefined when the session is a new one. */
  #resume(seat: Seat, seq: number | undefined): void {
    const missed = seq === undefined ? undefined : seat.room.missed(seat.member, seq);
    const events = missed?.events.filter(({ event }) => this.#wants(event)) ?? [];
    this.#welcome(seat, { complete: missed?.complete ?? false, replayed: events.length });
    for (const { event, closedUs } of events) this.#event(event, closedUs);
  }

  async #watch(seat: Seat, again: boolean): Promise<void> {
    try {
      const known = again && seat.member.viewer !== undefined;
      const viewer = await this.#context.directory.watch(seat);
      // What was offered to the lost connection may never have arrived.
      if (known) await viewer.restart();
    } catch (error) {
      this.#explain(error);
    }
  }

  #pong(id: number | undefined): void {
    const roomMs = this.#seat?.room.nowMs;
    this.#outbox.post({ type: 'pong', id, ...(roomMs !== undefined && { roomMs }) });
  }

  #welcome({ room, member }: Seat, resumed?: SessionReady['resumed']): void {
    const { receiptOf, iceServers, context, results, pack } = this.#context;
    this.#outbox.post({
      type: 'session.ready',
      protocol: PROTOCOL_VERSION,
      room: room.name,
      participant: member.info,
      token: member.token,
      whip: `/whip/${room.name}`,
      ...(iceServers?.length && { iceServers }),
      context,
      results,
      pack,
      receipt: receiptOf(room.name),
      roomMs: room.nowMs,
      participants: room.members.filter((other) => other !== member).map((other) => other.info),
      resume: { withinMs: RESUME_WITHIN_MS, events: RING_EVENTS },
      ...(resumed && { resumed }),
    });
    if (room.stopped !== undefined)
      this.#outbox.post({ type: 'analysis.changed', scope: room.stopped, enabled: false, roomMs: room.nowMs });
  }

  async #act(message: Started, seat: Seat): Promise<void> {
    const { room, member } = seat;
    switch (message.type) {
      case 'consent.set':
        if (message.granted) return room.consent(member, message.receiptVersion);
        return room.withdraw(member, 'person');
      case 'caption':
        return room.caption(member, message);
      case 'subscribe':
        return this.#choose(message);
      case 'query':
        return this.#query(message, seat);
      case 'mute':
        return this.#context.directory.mute(seat, message.kind, message.muted);
      case 'ack':
        return this.#acknowledge(message.seq);
      case 'answer':
        return (await member.viewer)?.answer(message.number, message.sdp);
      case 'candidate':
        return (await member.viewer)?.candidate(message.candidate);
      case 'restart':
        // Who lost the connection for good has none to restart: they get a new one.
        return member.watching ? this.#watch(seat, true) : undefined;
    }
  }

  #event(event: AffectEvent, closedUs: number): void {
    if (!this.#wants(event)) return;
    if (event.type === 'affect.description') this.#deliveries.sent(event, closedUs);
    this.#outbox.post(event);
  }

  #wants({ type, participant }: AffectEvent): boolean {
    if (type === 'affect.state' && !this.#states) return false;
    if (type === 'affect.delta' && !this.#deltas) return false;
    return this.#chosen?.has(participant) ?? true;
  }

  #choose({ states, deltas, participants }: Of<'subscribe'>): void {
    this.#states = states ?? this.#states;
    this.#deltas = deltas ?? this.#deltas;
    if (participants !== undefined) this.#chosen = participants === null ? undefined : new Set(participants);
  }

  async #query({ id, participant, task, over }: Of<'query'>, { room, member }: Seat): Promise<void> {
    const about = { type: 'answer', id, participant, task, over } as const;
    if (this.#questions >= QUESTIONS_LIMIT) return this.#outbox.post({ ...about, ...BUSY });
    this.#questions++;
    try {
      this.#outbox.post({ ...about, ...(await room.ask(member, participant, { task, over })) });
    } finally {
      this.#questions--;
    }
  }

  #acknowledge(seq: number): void {
    const delivery = this.#deliveries.acknowledged(seq);
    if (!delivery) return;
    const { deliveredMs, sinceHopMs } = delivery;
    this.#context.latency.add(deliveredMs);
    this.#context.telemetry.delivered(delivery);
    this.#outbox.post({ type: 'delivered', seq, deliveredMs, sinceHopMs });
  }

  #explain(error: unknown): void {
    if (error instanceof ReceiptOutdatedError) return this.#fail('receipt-outdated', error.message, true);
    if (error instanceof AnalysisStoppedError) return this.#fail('analysis-stopped', error.message, true);
    if (error instanceof RoomError) {
      return this.#fail(
        error.code === 'draining' || error.code === 'room-full' || error.code === 'forbidden' ? error.code : 'internal',
        error.message,
        true,
      );
    }
    // The SFU and the pipeline explain themselves in their messages; those hold no media and no names.
    this.#context.log.warn({ err: error, participant: this.#seat?.member.id }, 'a request of a session failed');
    const why = error instanceof Error && 'code' in error ? error.message : 'Something went wrong on the server.';
    this.#fail('media-failed', `${why} The session goes on; try again.`, true);
  }

  #fail(code: ErrorMessage['code'], message: string, retryable: boolean): void {
    this.#outbox.post({ type: 'error', code, message, retryable });
  }
}
