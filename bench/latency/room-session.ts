import { WebSocket } from 'ws';
import { BenchError } from '../bench-error.ts';
import type { LatencyRecorder } from './latency-recorder.ts';
import { monotonicMs } from './monotonic.ts';
import { RoomClock } from './room-clock.ts';
import { type Heard, type Ready, readHeard } from './session-messages.ts';

const PING_EVERY_MS = 1000;
const READY_WITHIN_MS = 15_000;

export interface ShiftListener {
  /** `receivedMs` on the machine's monotonic clock: what changed has its moment on that. */
  shift?(event: Extract<Heard, { type: 'affect.shift' }>, receivedMs: number): void;
}

export interface RoomSessionOptions {
  /** The agent's page, e.g. `http://127.0.0.1:8080/`. */
  readonly agentUrl: string;
  readonly room: string;
  readonly recorder: Pick<LatencyRecorder, 'description' | 'delivered' | 'state' | 'signal'> &
    Partial<Pick<LatencyRecorder, 'turn'>> &
    ShiftListener;
  /** The first affect event of this session arrived, at this room time in ms. */
  onFirstEvent(roomMs: number): void;
}

/** One participant's session as any client has it: consents, listens, acknowledges descriptions at once. */
export class RoomSession {
  readonly ready: Ready;
  readonly clock = new RoomClock();
  readonly #socket: WebSocket;
  readonly #options: RoomSessionOptions;
  readonly #pings = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #ping = 0;
  #heardAffect = false;
  #superseded = 0;
  #lastError: string | undefined;

  /** Connects, starts the session and consents. Throws {@link BenchError} `agent-failed`. */
  static async open(options: RoomSessionOptions): Promise<RoomSession> {
    const url = new URL(`/ws?room=${options.room}`, options.agentUrl);
    url.protocol = 'ws:';
    const socket = new WebSocket(url);
    try {
      const [ready, atMs] = await firstReady(socket);
      return new RoomSession(socket, ready, atMs, options);
    } catch (error) {
      socket.terminate();
      throw error;
    }
  }

  private constructor(socket: WebSocket, ready: Ready, atMs: number, options: RoomSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.ready = ready;
    this.clock.observe(ready.roomMs, atMs);
    socket.removeAllListeners('error').removeAllListeners('close');
    socket.on('error', (error) => (this.#lastError = error.message));
    socket.on('message', (data: Buffer) => {
      const nowMs = performance.now();
      const message = readHeard(data.toString());
      if (message) this.#hear(message, nowMs);
    });
    this.#send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    this.#timer = setInterval(() => this.#sendPing(), PING_EVERY_MS);
  }

  /** Events that the agent replaced by newer ones before they could be sent. */
  get superseded(): number {
    return this.#superseded;
  }

  /** The last trouble that the agent or the socket told of. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Tells the agent that this participant muted a kind of media, or no longer does. */
  mute(kind: 'audio' | 'video', muted: boolean): void {
    this.#send({ type: 'mute', kind, muted });
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #hear(message: Heard, nowMs: number): void {
    const { recorder } = this.#options;
    if ('roomMs' in message) this.clock.observe(message.roomMs, nowMs);
    if (message.type === 'pong') this.#pong(message.id, nowMs);
    else if (message.type === 'delivered')
      recorder.delivered({ room: this.#options.room, ...message }, this.clock.roomMs(nowMs));
    else if (message.type === 'stats') this.#superseded = message.superseded;
    else if (message.type === 'error') this.#lastError = message.message;
    else if (message.type === 'signal' && message.participant === this.ready.participant.id)
      recorder.signal(message.modality, message.state);
    else if (message.type === 'affect.shift') {
      if (message.participant === this.ready.participant.id) recorder.shift?.(message, monotonicMs());
    } else if (message.type === 'affect.turn') {
      if (message.participant === this.ready.participant.id) recorder.turn?.(message, this.clock.roomMs(nowMs));
    } else if (message.type === 'affect.state' || message.type === 'affect.description') this.#affect(message, nowMs);
  }

  #affect(event: Extract<Heard, { type: 'affect.state' | 'affect.description' }>, nowMs: number): void {
    if (event.participant !== this.ready.participant.id) return;
    const { recorder } = this.#options;
    const roomMs = this.clock.roomMs(nowMs);
    if (event.type === 'affect.description') {
      this.#send({ type: 'ack', seq: event.seq, receivedMs: nowMs });
      recorder.description(event, roomMs);
    } else {
      recorder.state(event, roomMs);
    }
    if (this.#heardAffect) return;
    this.#heardAffect = true;
    this.#options.onFirstEvent(roomMs);
  }

  #sendPing(): void {
    this.#pings.clear();
    this.#pings.set(++this.#ping, performance.now());
    this.#send({ type: 'ping', id: this.#ping });
  }

  #pong(id: number | undefined, nowMs: number): void {
    const sentMs = this.#pings.get(id ?? -1);
    if (sentMs !== undefined) this.clock.roundTrip(nowMs - sentMs);
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** Starts the session; resolves with the agent's first word and when it came. */
function firstReady(socket: WebSocket): Promise<[Ready, number]> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => {
      clearTimeout(timer);
      reject(new BenchError('agent-failed', why, cause));
    };
    const timer = setTimeout(
      () => fail(`The agent did not begin the session within ${READY_WITHIN_MS / 1000} s.`),
      READY_WITHIN_MS,
    );
    socket.once('open', () => socket.send(JSON.stringify({ type: 'session.start', name: 'Benchmark', states: true })));
    socket.once('error', (cause) => fail(`No session with the agent at ${socket.url} (${cause.message}).`, cause));
    socket.once('close', () => fail('The agent ended the session before it began. Its log says why.'));
    socket.on('message', function listen(data: Buffer) {
      const message = readHeard(data.toString());
      if (message?.type === 'error') fail(`The agent refused the session: ${message.message}`);
      if (message?.type !== 'session.ready') return;
      clearTimeout(timer);
      socket.off('message', listen);
      resolve([message, performance.now()]);
    });
  });
}
