/** One client's session over its WebSocket: reads its messages, and keeps it informed. */
import type { Logger } from 'pino';
import { nowUs, type AffectEvent } from '../../pipeline/index.ts';
import type { Access } from '../auth/access.ts';
import type { AuthError } from '../auth/auth-error.ts';
import { ReceiptOutdatedError } from '../consent/ledger.ts';
import { AnalysisStoppedError } from '../policy/analysis-switch.ts';
import type { LatencyRecord } from '../latency.ts';
import { clientMessageSchema, type ClientMessage } from '../protocol/client-messages.ts';
import { decodeFrame } from '../protocol/decode.ts';
import { PROTOCOL_VERSION } from '../protocol/protocol-version.ts';
import type { ErrorMessage, Receipt, ServerMessage, SessionReady } from '../protocol/server-messages.ts';
import { RoomError, type RoomDirectory, type Seat } from '../rooms/directory.ts';
import type { Telemetry } from '../telemetry.ts';
import { Deliveries } from './deliveries.ts';
import { Outbox, type Wire } from './outbox.ts';
import { TokenBucket } from './token-bucket.ts';

/** Enough for candidates in a burst and captions word by word; far below what could hurt. */
const MESSAGES_PER_SECOND = 50;
const MESSAGE_BURST = 150;

/** What every session of a process shares. */
export interface SessionContext {
  readonly directory: RoomDirectory;
  /** The words that hold in a room. */
  receiptOf(room: string): Receipt;
  /** `deployment.context` */
  readonly context: string;
  readonly results: SessionReady['results'];
  readonly pack: string;
  readonly latency: LatencyRecord;
  readonly telemetry: Telemetry;
  readonly log: Logger;
}

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
  #states = false;
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
      onEnd(4008, 'Too far behind: connect again');
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

  /** Ends everything of this session. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.telemetry.subscribers.closed(this.#outbox);
    this.#outbox.close();
    if (this.#seat) await this.#context.directory.leave(this.#seat);
  }

  #handle(message: ClientMessage): void {
    if (message.type === 'ping') this.#outbox.post({ type: 'pong', id: message.id });
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
    try {
      this.#seat = this.#context.directory.enter(room, {
        access,
        name: message.name,
        externalId: message.externalId,
        subscriber: {
          send: (sent) => this.#outbox.post(sent),
          event: (event, closedUs) => this.#event(event, closedUs),
          forget: (participant) => this.#outbox.forget(participant),
          end: (why) => this.end(why),
        },
      });
    } catch (error) {
      return this.#explain(error);
    }
    this.#states = message.states;
    this.#welcome(this.#seat);
    if (message.watch) void this.#context.directory.watch(this.#seat).catch((error: unknown) => this.#explain(error));
  }

  #welcome({ room, member }: Seat): void {
    const { receiptOf, context, results, pack } = this.#context;
    this.#outbox.post({
      type: 'session.ready',
      protocol: PROTOCOL_VERSION,
      room: room.name,
      participant: member.info,
      token: member.token,
      whip: `/whip/${room.name}`,
      context,
      results,
      pack,
      receipt: receiptOf(room.name),
      roomMs: room.nowMs,
      participants: room.members.filter((other) => other !== member).map((other) => other.info),
      resume: { withinMs: 0, events: 0 },
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
      case 'mute':
        return this.#context.directory.mute(seat, message.kind, message.muted);
      case 'ack':
        return this.#acknowledge(message.seq);
      case 'answer':
        return (await member.viewer)?.answer(message.number, message.sdp);
      case 'candidate':
        return (await member.viewer)?.candidate(message.candidate);
      case 'restart':
        return (await member.viewer)?.restart();
    }
  }

  #event(event: AffectEvent, closedUs: number): void {
    if (event.type === 'affect.state' && !this.#states) return;
    if (event.type === 'affect.description') this.#deliveries.sent(event, closedUs);
    this.#outbox.post(event);
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
