import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from '../bench-error.ts';
import { AgentProcess } from '../latency/agent-process.ts';
import type { ChildOptions } from '../latency/child.ts';
import { warnOfFaceless } from '../latency/faceless.ts';
import type { LatencyRecorder } from '../latency/latency-recorder.ts';
import { RoomSession, type ShiftListener } from '../latency/room-session.ts';
import { type LoadMedia, LoadProcess } from './load-process.ts';
import type { MediaKind } from './replay.ts';

const ROOM = 'benchmark';
const LOOK_EVERY_MS = 100;
/** What a measured agent runs with: nobody hears of others, so that who listens costs the same however many speak; all come from one address. */
const ENVIRONMENT = {
  UNDERTONE_POLICY_VISIBILITY: 'self',
  UNDERTONE_SERVER_MAX_SESSIONS: '1024',
  UNDERTONE_SERVER_LIMITS_PUBLISHES_PER_MINUTE: '1024',
  UNDERTONE_SERVER_LIMITS_CONNECTIONS_PER_ADDRESS: '1024',
  UNDERTONE_LOG_LEVEL: 'warn',
};

export interface LoadCallOptions extends LoadMedia {
  /** Further arguments of `undertone start`. */
  readonly agentArgs: readonly string[];
  /** How the agent's process is started; its `env` goes over what the benchmark sets. */
  readonly agent?: ChildOptions;
  readonly kinds: readonly MediaKind[];
  readonly signal: AbortSignal;
}

/** Whoever takes what the sessions hear; it may change while a call goes on. */
export type Listener = Pick<LatencyRecorder, 'description' | 'delivered' | 'state' | 'signal'> & ShiftListener;

interface Seat {
  readonly caller: number;
  readonly session: RoomSession;
  described: boolean;
}

/** A call of any number of participants: the agent in a process of its own, all callers replayed by another, all described to this one. */
export class LoadCall implements AsyncDisposable {
  readonly agent: AgentProcess;
  readonly load: LoadProcess;
  /** Takes what is heard from now on. */
  listener: Listener | undefined;
  readonly #options: LoadCallOptions;
  readonly #seats: Seat[] = [];
  /** Stays, so that the room and its clock outlive everybody who comes and goes. */
  #host: RoomSession | undefined;
  #nextCaller = 0;

  /** Starts both processes and a session that stays; nobody publishes yet. Throws {@link BenchError}; nothing is left running then. */
  static async open(options: LoadCallOptions): Promise<LoadCall> {
    const agent = await AgentProcess.start(options.agentArgs, options.signal, {
      ...options.agent,
      env: { ...ENVIRONMENT, ...options.agent?.env },
    });
    try {
      const call = new LoadCall(agent, await LoadProcess.start(options, options.signal), options);
      if (options.kinds.includes('video')) warnOfFaceless(call.load.title);
      call.#host = await call.#session(() => {});
      return call;
    } catch (error) {
      await agent.close();
      throw error;
    }
  }

  private constructor(agent: AgentProcess, load: LoadProcess, options: LoadCallOptions) {
    this.agent = agent;
    this.load = load;
    this.#options = options;
  }

  get participants(): number {
    return this.#seats.length;
  }

  /** Callers by number, those who came first first. */
  get callers(): readonly number[] {
    return this.#seats.map(({ caller }) => caller);
  }

  get pack(): string {
    return this.#host?.ready.pack ?? '';
  }

  /** Room time now, in ms. */
  get roomMs(): number {
    return this.#host?.clock.roomMs(performance.now()) ?? Number.NaN;
  }

  /** Participants of whom nothing has been said yet. */
  get undescribed(): number {
    return this.#seats.filter(({ described }) => !described).length;
  }

  /** What went wrong so far, in the words of those it went wrong for. */
  get trouble(): string {
    const told = this.#seats.map(({ session }) => session.lastError).filter((error) => error !== undefined);
    return [...new Set(told), this.agent.stderr, this.load.stderr].filter((text) => text !== '').join('\n');
  }

  /** Throws {@link BenchError} when a process has ended, or the benchmark was stopped. */
  check(): void {
    this.#options.signal.throwIfAborted();
    if (this.agent.ended)
      throw new BenchError('agent-failed', `The agent ended during the call.\n${this.agent.stderr}`);
    if (this.load.ended)
      throw new BenchError('caller-failed', `The load process ended during the call.\n${this.load.stderr}`);
  }

  /** One more participant; resolves when its media flow, with the moment (monotonic ms) that counts as the media's first. */
  async join(): Promise<{ readonly caller: number; readonly mediaZeroMs: number }> {
    const caller = this.#nextCaller++;
    const seat: { described: boolean } = { described: false };
    const session = await this.#session(() => (seat.described = true));
    try {
      const { whip, token } = session.ready;
      const mediaZeroMs = await this.load.join(caller, new URL(whip, this.agent.url).href, token, this.#options.kinds);
      this.#seats.push(Object.assign(seat, { caller, session }));
      return { caller, mediaZeroMs };
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** Hangs up for one caller. */
  async leave(caller: number): Promise<void> {
    const at = this.#seats.findIndex((seat) => seat.caller === caller);
    const [seat] = at < 0 ? [] : this.#seats.splice(at, 1);
    if (seat === undefined) return;
    await this.load.leave(caller);
    seat.session.close();
  }

  /** Somebody mutes a kind of media, or no longer does: signalled, and nothing of it is sent. */
  async mute(caller: number, kind: MediaKind, muted: boolean): Promise<void> {
    this.tellMuted(caller, kind, muted);
    await this.load.pause(caller, kind, muted);
  }

  /** Only signalled, as a page does whose encoder goes on and says itself that there is nothing to send. */
  tellMuted(caller: number, kind: MediaKind, muted: boolean): void {
    this.#seats.find((seat) => seat.caller === caller)?.session.mute(kind, muted);
  }

  /** Has people join, or the last ones leave, until there are so many. */
  async setParticipants(count: number): Promise<void> {
    while (this.#seats.length < count) {
      this.check();
      await this.join();
    }
    for (let last = this.#seats.at(-1); last && this.#seats.length > count; last = this.#seats.at(-1))
      await this.leave(last.caller);
  }

  /** Waits, and fails at once when a process ends meanwhile. */
  async pass(ms: number, onTime: (passedMs: number) => void = () => {}): Promise<void> {
    const startMs = performance.now();
    for (let passedMs = 0; passedMs < ms; passedMs = performance.now() - startMs) {
      this.check();
      onTime(passedMs);
      await sleep(Math.min(LOOK_EVERY_MS, ms - passedMs));
    }
  }

  /** Waits until something was said of everybody, at most so long. */
  async untilDescribed(withinMs: number): Promise<boolean> {
    const endMs = performance.now() + withinMs;
    while (this.undescribed > 0 && performance.now() < endMs) await this.pass(LOOK_EVERY_MS);
    return this.undescribed === 0;
  }

  /** Hangs up and ends both processes. Idempotent. */
  async close(): Promise<void> {
    for (const { session } of this.#seats.splice(0)) session.close();
    this.#host?.close();
    await Promise.all([this.load.close(), this.agent.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #session(onFirstEvent: () => void): Promise<RoomSession> {
    return RoomSession.open({
      agentUrl: this.agent.url,
      room: ROOM,
      onFirstEvent,
      recorder: {
        description: (event, atMs) => this.listener?.description(event, atMs),
        delivered: (delivered, atMs) => this.listener?.delivered(delivered, atMs),
        state: (event, atMs) => this.listener?.state(event, atMs),
        signal: (modality, state) => this.listener?.signal(modality, state),
        shift: (event, atMs) => this.listener?.shift?.(event, atMs),
      },
    });
  }
}
