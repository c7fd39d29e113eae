/** A clock that goes when told to, and a WebSocket whose server is the test. */
import type { ClientMessageInput } from '../../../agent/protocol/client-messages.ts';
import type { ServerMessage } from '../../../agent/protocol/server-messages.ts';
import {
  PROTOCOL_VERSION,
  type Runtime,
  type SocketConstructor,
  type SocketLike,
} from '../../../agent/client/index.ts';
import { description } from '../fakes.ts';

export class FakeRuntime implements Runtime {
  timeMs = 0;
  chance = 0.5;
  readonly #tasks = new Set<{ atMs: number; task: () => void }>();

  nowMs(): number {
    return this.timeMs;
  }
  random(): number {
    return this.chance;
  }
  after(ms: number, task: () => void): () => void {
    const entry = { atMs: this.timeMs + ms, task };
    this.#tasks.add(entry);
    return () => void this.#tasks.delete(entry);
  }
  get waiting(): number {
    return this.#tasks.size;
  }
  advance(ms: number): void {
    const untilMs = this.timeMs + ms;
    for (;;) {
      const [due] = [...this.#tasks].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (!due) break;
      this.#tasks.delete(due);
      this.timeMs = due.atMs;
      due.task();
    }
    this.timeMs = untilMs;
  }
}

type Listener = (event: never) => void;

export class FakeSocket implements SocketLike {
  readonly sent: ClientMessageInput[] = [];
  readonly url: string;
  closed = false;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(url: string) {
    this.url = url;
  }
  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessageInput);
  }
  close(): void {
    this.closed = true;
  }
  fire(type: string, event: object = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
  say(message: ServerMessage): void {
    this.fire('message', { data: JSON.stringify(message) });
  }
  begin(settings: Partial<Ready> = {}): void {
    this.fire('open');
    this.say({ ...ready(), ...settings });
  }
}

/** Keeps every socket that the client opens. */
export function fakeSockets(): { sockets: FakeSocket[]; WebSocket: SocketConstructor } {
  const sockets: FakeSocket[] = [];
  class Recorded extends FakeSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  return { sockets, WebSocket: Recorded };
}

type Ready = Extract<ServerMessage, { type: 'session.ready' }>;

export function ready(): Ready {
  return {
    type: 'session.ready',
    protocol: PROTOCOL_VERSION,
    room: 'lobby',
    participant: person('p-0'),
    token: 't',
    whip: '/whip/lobby',
    context: 'demo',
    results: 'room',
    pack: 'fake@1',
    receipt: { version: 'r1', title: '', paragraphs: [] },
    roomMs: 1000,
    participants: [],
    resume: { withinMs: 10_000, events: 512 },
  };
}

export function person(id: string, name = id, analysis = true): Ready['participant'] {
  return { id, name, analysis, audio: 'none', video: 'none' };
}

type Description = Extract<ServerMessage, { type: 'affect.description' }>;
type State = Extract<ServerMessage, { type: 'affect.state' }>;

export function described(endMs: number, settings: Partial<Description> = {}): Description {
  const times = { startMs: endMs - 500, endMs, id: `d@${endMs}` };
  return { ...description('p-1'), seq: endMs, room: 'lobby', ...times, ...settings };
}

type AffectShift = Extract<ServerMessage, { type: 'affect.shift' }>;

/** A shift that was certain at `endMs` and began 1500 ms before. */
export function shifted(endMs: number, valence: number, settings: Partial<AffectShift> = {}): AffectShift {
  const reading = (mean: number) => ({ valence: mean, arousal: 0, dominance: 0, labels: [] });
  return {
    type: 'affect.shift',
    seq: endMs,
    room: 'lobby',
    participant: 'p-1',
    pack: 'fake@1',
    startMs: endMs - 1500,
    endMs,
    id: `p-1!${endMs}`,
    from: reading(-valence),
    to: reading(valence),
    size: Math.abs(2 * valence),
    confidence: 0.8,
    cause: { utterance: null, score: 0.7 },
    ...settings,
  };
}

/** One hop of 500 ms. */
export function state(endMs: number, valence: number, arousal = 0, settings: Partial<State> = {}): State {
  const estimate = (mean: number) => ({ mean, sd: 0.2 });
  return {
    type: 'affect.state',
    seq: endMs,
    room: 'lobby',
    participant: 'p-1',
    pack: 'fake@1',
    startMs: endMs - 500,
    endMs,
    labels: [],
    valence: estimate(valence),
    arousal: estimate(arousal),
    dominance: estimate(0),
    confidence: 0.8,
    reliability: { face: 1, voice: 1, caption: 0 },
    ...settings,
  };
}
