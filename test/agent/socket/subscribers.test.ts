import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OPEN_ACCESS } from '../../../agent/auth/access.ts';
import { ConsentLedger } from '../../../agent/consent/ledger.ts';
import { AuditLog } from '../../../agent/consent/audit-log.ts';
import { LatencyRecord } from '../../../agent/latency.ts';
import { AnalysisSwitch } from '../../../agent/policy/analysis-switch.ts';
import type { ServerMessage } from '../../../agent/protocol/server-messages.ts';
import { RoomDirectory } from '../../../agent/rooms/directory.ts';
import { keepAlive } from '../../../agent/socket/heartbeat.ts';
import { Session, type SessionContext } from '../../../agent/socket/session.ts';
import { Telemetry } from '../../../agent/telemetry.ts';
import type { UnstampedEvent } from '../../../pipeline/index.ts';
import { shifted, state } from '../client/fakes.ts';
import { description, FakeAnalysis, FakeSfu, silentLog } from '../fakes.ts';

const HOP_MS = 500;
const PEOPLE = 4;
const MINUTES = 10;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection of so many bytes a second whose other end answers pings, as soon as they get through. */
class SimulatedSocket extends EventEmitter {
  bufferedAmount = 0;
  readonly #bytesPerS: number;
  readonly #queue: { bytes: number; through: () => void }[] = [];
  readonly #onText: (message: ServerMessage) => void;
  closed = '';

  constructor(bytesPerS: number, onText: (message: ServerMessage) => void = () => {}) {
    super();
    this.#bytesPerS = bytesPerS;
    this.#onText = onText;
  }

  send(text: string, done: () => void): void {
    this.#put(text.length, () => {
      this.#onText(JSON.parse(text) as ServerMessage);
      done();
    });
  }
  ping(): void {
    this.#put(2, () => this.emit('pong'));
  }
  terminate(): void {
    this.closed ||= 'terminated';
  }
  close(code: number): void {
    this.closed ||= String(code);
  }
  advance(ms: number): void {
    for (let budget = (this.#bytesPerS * ms) / 1000; budget > 0 && this.#queue.length > 0;) {
      const [head] = this.#queue;
      const sent = Math.min(budget, head.bytes);
      head.bytes -= sent;
      budget -= sent;
      this.bufferedAmount -= sent;
      if (head.bytes > 0) return;
      this.#queue.shift();
      head.through();
    }
  }
  #put(bytes: number, through: () => void): void {
    this.bufferedAmount += bytes;
    this.#queue.push({ bytes, through });
    if (this.#bytesPerS === Infinity) this.advance(1);
  }
}

function context(analysis: FakeAnalysis): SessionContext {
  const purposes = ['to try things out'];
  const audit = new AuditLog({ log: silentLog });
  const ledger = new ConsentLedger({ purposes, audit, receiptVersion: () => 'r1' });
  const rooms = { sfu: new FakeSfu(), analysis, ledger, visibility: 'room' as const, switch: new AnalysisSwitch() };
  return {
    directory: new RoomDirectory({ ...rooms, log: silentLog, maxSessions: 100 }),
    receiptOf: () => ({ version: 'r1', title: '', paragraphs: [] }),
    context: 'demo',
    results: 'room',
    pack: 'fake@1',
    latency: new LatencyRecord(),
    telemetry: new Telemetry(),
    log: silentLog,
  };
}

function join(shared: SessionContext, socket: SimulatedSocket, name: string): Session {
  const session = new Session(shared, socket, 'lobby', (code) => socket.close(code));
  session.admit(OPEN_ACCESS);
  const stop = keepAlive(socket as never, session);
  socket.once('gone', () => {
    stop();
    void session.close({ lost: true });
  });
  session.receive(JSON.stringify({ type: 'session.start', name, states: true, deltas: true }));
  return session;
}

/** What one person gives in one hop: numbers, words as they are found, now and then a shift. */
function* hopOf(id: string, hop: number): Generator<UnstampedEvent> {
  const endMs = hop * HOP_MS;
  yield state(endMs, Math.sin(hop), 0, { participant: id });
  if (hop % 60 === 0) yield shifted(endMs, 0.5, { participant: id, id: `${id}!${hop}` });
  if (hop % 4 !== 0) return;
  const described = {
    ...description(id, `Hop ${hop}. ${'A sentence of usual length. '.repeat(24)}`),
    id: `${id}@${hop}`,
  };
  const { pack, startMs } = described;
  for (let words = 1; words <= 4; words++)
    yield {
      type: 'affect.delta',
      participant: id,
      pack,
      startMs,
      endMs,
      id: described.id,
      version: 1,
      text: `${words} words`,
    };
  yield described;
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('keeps a fast subscriber in time for ten minutes, whatever a slow one and a dead one do, in flat memory', () => {
  const analysis = new FakeAnalysis();
  const shared = context(analysis);
  const heard: number[] = [];
  let now = 0;
  const fast = new SimulatedSocket(Infinity, (message) => {
    if (message.type === 'affect.description') heard.push(now - Number(/^Hop (\d+)/.exec(message.text)?.[1]));
  });
  let slowest = 0;
  const slow = new SimulatedSocket(5000);
  const dead = new SimulatedSocket(0);
  const [, slowSession, deadSession] = [fast, slow, dead].map((socket, i) => join(shared, socket, `subscriber ${i}`));
  for (let i = 0; i < PEOPLE; i++) {
    const speaker = join(shared, new SimulatedSocket(Infinity), `speaker ${i}`);
    speaker.receive(JSON.stringify({ type: 'consent.set', granted: true, receiptVersion: 'r1' }));
  }
  let early = 0;
  for (now = 1; now <= (MINUTES * 60_000) / HOP_MS; now++) {
    for (const { participant, join: seat } of analysis.seats)
      for (const event of hopOf(participant, now)) seat.onEvent(event, 0);
    for (const socket of [slow, dead]) {
      socket.advance(HOP_MS);
      if (socket.closed) socket.emit('gone');
    }
    vi.advanceTimersByTime(HOP_MS);
    slowest = Math.max(slowest, slowSession.waiting);
    if (now === (2 * 60_000) / HOP_MS) early = heapBytes();
  }
  const hops = (MINUTES * 60_000) / HOP_MS;
  expect(heard).toEqual(Array<number>((hops / 4) * PEOPLE).fill(0));
  expect([fast.closed, slow.closed, dead.closed]).toEqual(['', '', 'terminated']);
  // For each person at most a state, words, a description and what was taken back; shifts; stats; pongs.
  expect(slowest).toBeGreaterThan(PEOPLE);
  expect(slowest).toBeLessThanOrEqual(PEOPLE * 4 + 32 + 2);
  expect(deadSession.waiting).toBe(0);
  expect(shared.directory.sessions).toBe(2 + PEOPLE);
  expect(heapBytes() - early).toBeLessThan(4e6);
});
