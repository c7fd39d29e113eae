/** Stand-ins for the rooms below, and a client that speaks the protocol. They record what reaches them. */
import { once } from 'node:events';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { startAgent, type Agent, type AgentParts } from '../../agent/agent.ts';
import { configSchema, type Config } from '../../agent/config/schema.ts';
import type { ClientMessageInput } from '../../agent/protocol/client-messages.ts';
import { serverMessageSchema, type ServerMessage } from '../../agent/protocol/server-messages.ts';
import type { Analysis } from '../../agent/rooms/analysis.ts';
import type { MediaWish, Description, Question, UnstampedEvent } from '../../pipeline/index.ts';
import { ConsentGrant, SfuError, type EncodedTrack, type Sfu, type SfuEvent, type TapSink } from '../../sfu/index.ts';

export const silentLog = pino({ level: 'silent' });

export function config(settings: Record<string, unknown> = {}): Config {
  return configSchema.parse({ deployment: { context: 'demo' }, server: { port: 0 }, ...settings });
}

export function track(participant: string, kind: 'audio' | 'video' = 'audio', room = 'lobby'): EncodedTrack {
  const codec = { mimeType: kind === 'audio' ? 'audio/opus' : 'video/VP8', payloadType: 96, clockRateHz: 48_000 };
  return { id: `${participant}-${kind}`, room, participant, kind, codec };
}

/** An SFU without network: tests say what is published, and push packets through the taps. */
export class FakeSfu implements Sfu {
  readonly engine = 'fake';
  readonly capabilities = {
    simulcast: false,
    congestionControl: false,
    videoCodecs: [],
    audioCodecs: [],
    iceRestart: true,
    senderReports: true,
  };
  readonly sinks = new Map<string, TapSink>();
  /** What was last said of who is tapped, by track. */
  readonly resting = new Map<string, boolean>();
  /** What was asked for, by track. */
  readonly enlarged: string[] = [];
  readonly keyFramesAsked: string[] = [];
  readonly unpublished: string[] = [];
  readonly #tracks = new Map<string, EncodedTrack>();
  readonly #listeners = new Set<(event: SfuEvent) => void>();
  #count = 0;

  emit(event: SfuEvent): void {
    if (event.type === 'track-added') this.#tracks.set(event.track.id, event.track);
    if (event.type === 'track-removed') this.#tracks.delete(event.track.id);
    for (const listener of this.#listeners) listener(event);
  }
  publish(_room: string, _participant: string, offerSdp: string) {
    if (!offerSdp.includes('m='))
      return Promise.reject(new SfuError('bad-offer', 'The offer has no media. Add a track.'));
    return Promise.resolve({ id: `publication-${this.#count++}`, answerSdp: 'v=0\r\nanswer' });
  }
  trickle(_id: string, fragment: string) {
    return Promise.resolve(fragment.includes('restart') ? 'a=ice-ufrag:new' : undefined);
  }
  unpublish(id: string) {
    this.unpublished.push(id);
    return Promise.resolve();
  }
  readonly mutes: unknown[][] = [];
  setMuted(...call: [string, 'audio' | 'video', boolean]) {
    this.mutes.push(call);
  }
  view() {
    const done = () => Promise.resolve();
    return Promise.resolve({ answer: done, candidate: done, restart: done, close: done });
  }
  tap(trackId: string, grant: ConsentGrant, sink: TapSink) {
    const of = this.#tracks.get(trackId);
    if (!of || !ConsentGrant.covers(grant, of.room, of.participant))
      return Promise.reject(new SfuError('no-grant', 'no grant'));
    this.sinks.set(trackId, sink);
    const close = () => {
      if (this.sinks.delete(trackId)) sink.closed();
      return Promise.resolve();
    };
    const rest = (resting: boolean) => void this.resting.set(trackId, resting);
    const enlarge = () => void this.enlarged.push(trackId);
    return Promise.resolve({ trackId, stats: () => ({ packets: 0, dropped: 0 }), rest, enlarge, close });
  }
  requestKeyFrame(trackId: string) {
    this.keyFramesAsked.push(trackId);
  }
  tracks(room: string) {
    return [...this.#tracks.values()].filter((one) => one.room === room);
  }
  onEvent(listener: (event: SfuEvent) => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  stats() {
    return Promise.resolve({});
  }
  close() {
    return Promise.resolve();
  }
}

type Join = Parameters<Analysis['join']>[1];

/** One seat in the fake pipeline. */
export interface FakeSeat {
  readonly participant: string;
  readonly join: Join;
  readonly packets: string[];
  /** Words with who said them; the participant's own when nobody is named. */
  readonly captions: string[];
  readonly heard: [string, string][];
  readonly asked: Question[];
  closed: boolean;
  /** Tells whoever opened a track what would help to read it. */
  wish(track: string, wish: MediaWish): void;
}

export class FakeAnalysis implements Analysis {
  readonly pack = 'fake@1';
  readonly provider = 'cpu';
  readonly workers = { started: 1, lost: 0 };
  readonly seats: FakeSeat[] = [];

  join(participant: string, join: Join): ReturnType<Analysis['join']> {
    const wishes = new Map<string, (wish: MediaWish) => void>();
    const wish = (trackId: string, wished: MediaWish): void => wishes.get(trackId)?.(wished);
    const seat: FakeSeat = { participant, join, packets: [], captions: [], heard: [], asked: [], closed: false, wish };
    this.seats.push(seat);
    const close = () => {
      seat.closed = true;
      return Promise.resolve();
    };
    return {
      track: ({ id }, onWish) => {
        if (onWish) wishes.set(id, onWish);
        return {
          packet: () => void seat.packets.push(id),
          senderReport() {},
          muted() {},
          closed() {},
        };
      },
      caption: ({ text }, speaker) =>
        void (speaker === undefined ? seat.captions.push(text) : seat.heard.push([speaker, text])),
      unhear: (speaker) => {
        const kept = seat.heard.filter(([who]) => who !== speaker);
        seat.heard.splice(0, seat.heard.length, ...kept);
      },
      ask: (question) => {
        seat.asked.push(question);
        return Promise.resolve({ status: 'ok', text: 'Positive.', startMs: 0, endMs: 500 });
      },
      clear: () => Promise.resolve(),
      close,
    };
  }
  stats(): ReturnType<Analysis['stats']> {
    const counts = { hops: 4, hopsRested: 6, runs: 2, hopsShed: 1, facesShed: 3, descriptions: 1, errors: 0 };
    const stats = { ...counts, participants: this.seats.length, hopsWaiting: 0, busyMs: 250, ingest: { lost: 5 } };
    return Promise.resolve([stats]);
  }
}

export function description(
  participant: string,
  text = 'Appears calm.',
): UnstampedEvent & { type: 'affect.description' } {
  const estimate = { mean: 0, sd: 0.5 };
  const numbers = { labels: [], valence: estimate, arousal: estimate, dominance: estimate, confidence: 0.5 };
  const times = { startMs: 0, endMs: 500, latencyMs: { encode: 5, decoded: 20 } satisfies Description['latencyMs'] };
  return {
    type: 'affect.description',
    participant,
    pack: 'fake@1',
    id: 'd1',
    version: 1,
    text,
    evidence: [],
    abstained: false,
    ...numbers,
    ...times,
  };
}

/** An agent on a free port with fakes below. */
export async function startTestAgent(
  settings: Record<string, unknown> = {},
  parts: Partial<AgentParts> = {},
): Promise<{ agent: Agent; sfu: FakeSfu; analysis: FakeAnalysis }> {
  const [sfu, analysis] = [new FakeSfu(), new FakeAnalysis()];
  const fakes = { sfu, analysis, log: silentLog, pageDir: 'dist/no-page-here' };
  const agent = await startAgent(config(settings), { ...fakes, ...parts });
  return { agent, sfu, analysis };
}

/** A WebSocket client whose every received message is checked against the protocol. */
export class TestClient {
  readonly received: ServerMessage[] = [];
  readonly socket: WebSocket;
  readonly #waiting = new Set<() => void>();

  constructor(
    agentUrl: string,
    path = '/ws?room=lobby',
    headers: Record<string, string> = {},
    protocols: string[] = [],
  ) {
    this.socket = new WebSocket(new URL(path, agentUrl.replace('http', 'ws')), protocols, { headers });
    this.socket.on('message', (data: Buffer) => {
      this.received.push(serverMessageSchema.parse(JSON.parse(data.toString())));
      const woken = [...this.#waiting];
      this.#waiting.clear();
      for (const wake of woken) wake();
    });
  }

  static async join(agentUrl: string, start: Partial<ClientMessageInput & { type: 'session.start' }> = {}) {
    const client = new TestClient(agentUrl);
    await once(client.socket, 'open');
    client.send({ type: 'session.start', ...start });
    const ready = await client.next('session.ready');
    return { client, ready, id: ready.participant.id };
  }

  send(message: ClientMessageInput): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message of a type that `accept` takes, among those not asked for yet. */
  async next<T extends ServerMessage['type']>(
    type: T,
    accept: (message: Of<T>) => boolean = () => true,
  ): Promise<Of<T>> {
    for (;;) {
      for (const [index, message] of this.received.entries()) {
        if (!isOf(type, message) || !accept(message)) continue;
        this.received.splice(index, 1);
        return message;
      }
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** Resolves when everything sent before was handled. */
  async settled(): Promise<void> {
    const id = Math.floor(Math.random() * 1e9);
    this.send({ type: 'ping', id });
    await this.next('pong', (pong) => pong.id === id);
  }
}

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

function isOf<T extends ServerMessage['type']>(type: T, message: ServerMessage): message is Of<T> {
  return message.type === type;
}
