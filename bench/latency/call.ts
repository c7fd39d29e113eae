import { BenchError } from '../bench-error.ts';
import { AgentProcess } from './agent-process.ts';
import { CallerProcess } from './caller-process.ts';
import type { ClipChoice } from './load-clip.ts';
import type { LatencyRecorder } from './latency-recorder.ts';
import { RoomSession } from './room-session.ts';

const ROOM = 'benchmark';

export interface CallOptions extends ClipChoice {
  readonly participants: number;
  /** Further arguments of `undertone start`. */
  readonly agentArgs: readonly string[];
  /** Ends everything that was started. */
  readonly signal: AbortSignal;
}

/** CPU time used so far in ms, by processes with what they started; null where the system does not tell. */
export interface CpuTimes {
  readonly agent: number | null;
  readonly callers: number | null;
}

/** A real call: the agent in a process of its own, and callers in theirs, all described to this process. */
export class Call implements AsyncDisposable {
  readonly #agent: AgentProcess;
  readonly #signal: AbortSignal;
  readonly #callers: CallerProcess[] = [];
  readonly #sessions: RoomSession[] = [];
  readonly #described = new Set<RoomSession>();

  /** Resolves when the media of all callers flow. Throws {@link BenchError}; nothing is left running then. */
  static async open(options: CallOptions, recorder: LatencyRecorder): Promise<Call> {
    const call = new Call(await AgentProcess.start(options.agentArgs, options.signal), options.signal);
    try {
      while (call.#callers.length < options.participants) await call.#join(options, recorder);
      return call;
    } catch (error) {
      await call.close();
      throw error;
    }
  }

  private constructor(agent: AgentProcess, signal: AbortSignal) {
    this.#agent = agent;
    this.#signal = signal;
  }

  /** Whether every caller got at least one affect event. */
  get allDescribed(): boolean {
    return this.#described.size === this.#sessions.length;
  }

  /** The first caller's session; all share one room and its time. */
  get session(): RoomSession {
    const [first] = this.#sessions;
    if (first === undefined) throw new BenchError('nothing-measured', 'There must be at least one participant.');
    return first;
  }

  /** What the callers play. */
  get played(): string {
    return this.#callers[0]?.title ?? '';
  }

  /** Events that the agent replaced by newer ones before they could be sent. */
  get superseded(): number {
    return this.#sessions.reduce((sum, { superseded }) => sum + superseded, 0);
  }

  /** What went wrong so far, in the words of those it went wrong for. */
  get trouble(): string {
    const told = this.#sessions.map(({ lastError }) => lastError).filter((error) => error !== undefined);
    return [...told, this.#agent.stderr].join('\n');
  }

  /** Throws {@link BenchError} when a process has ended, or the benchmark was stopped. */
  check(): void {
    this.#signal.throwIfAborted();
    if (this.#agent.ended)
      throw new BenchError('agent-failed', `The agent ended during the call.\n${this.#agent.stderr}`);
    if (this.#callers.some(({ ended }) => ended))
      throw new BenchError('caller-failed', 'A caller ended during the call.');
  }

  async cpu(): Promise<CpuTimes> {
    const times = await Promise.all(this.#callers.map((caller) => caller.cpuMs()));
    return {
      agent: await this.#agent.cpuMs(),
      callers: times.reduce<number | null>((sum, time) => (sum === null || time === null ? null : sum + time), 0),
    };
  }

  /** Hangs up and ends the agent. Idempotent. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.close();
    await Promise.all(this.#callers.map((caller) => caller.close()));
    await this.#agent.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #join({ media, voice }: ClipChoice, recorder: LatencyRecorder): Promise<void> {
    const agentUrl = this.#agent.url;
    const session = await RoomSession.open({
      agentUrl,
      room: ROOM,
      recorder,
      onFirstEvent: () => this.#described.add(session),
    });
    this.#sessions.push(session);
    const { whip, token } = session.ready;
    this.#callers.push(
      await CallerProcess.start({ whipUrl: new URL(whip, agentUrl).href, token, media, voice }, this.#signal),
    );
  }
}
