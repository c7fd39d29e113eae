/** An engine in one process, all peers in another, each on a core of its own where there are two. */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from '../bench-error.ts';
import type { PeersCalls, PeersReading } from './peers-calls.ts';
import { Remote } from './remote.ts';
import type { SfuCalls, SfuNews } from './sfu-calls.ts';

const VISIBLE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** Within this time a stream that flows shows packets. */
const FLOW_MS = 500;
/** On a full machine a handshake may run out of time: peers try again, as people do. */
const ATTEMPTS = 3;

export interface CallChoice {
  readonly engine: string;
  readonly media?: string | undefined;
  readonly voice?: string | undefined;
  readonly signal: AbortSignal;
}

/** What a span of time showed. */
export interface Span extends PeersReading {
  /** Mean number of cores that the engine and the peers took. */
  readonly sfuCores: number;
  readonly peerCores: number;
  /** How long it really was. */
  readonly tookMs: number;
}

interface Programs {
  readonly sfu: Remote<SfuCalls>;
  readonly peers: Remote<PeersCalls>;
  /** Holds viewers whose packets nobody counts. */
  readonly bystanders: Remote<PeersCalls>;
}

interface Played {
  readonly title: string;
  readonly kbps: number;
  readonly packetsPerS: number;
}

export class BenchCall {
  readonly played: Played;
  /** Whether engine and peers have a core each: else they take from one another. */
  readonly pinned: boolean;
  readonly #sfu: Remote<SfuCalls>;
  readonly #peers: Remote<PeersCalls>;
  readonly #bystanders: Remote<PeersCalls>;
  readonly #signal: AbortSignal;
  readonly #shown = new Map<string, number>();
  readonly #watching = new Map<string, Remote<PeersCalls>>();
  /** Who was asked to publish, and who does: a handshake may have to be tried again, under another name. */
  #asked = 0;
  #published = 0;
  #trouble: Error | undefined;

  private constructor(
    { sfu, peers, bystanders }: Programs,
    { played, pinned, signal }: { played: Played; pinned: boolean; signal: AbortSignal },
  ) {
    this.#sfu = sfu;
    this.#peers = peers;
    this.#bystanders = bystanders;
    this.played = played;
    this.pinned = pinned;
    this.#signal = signal;
  }

  /** Throws {@link BenchError}; nothing is left running then. */
  static async open({ engine, media, voice, signal }: CallChoice): Promise<BenchCall> {
    let hear: (news: SfuNews) => void = () => {};
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by sfu-main
    const sfu = new Remote<SfuCalls>('../forward/sfu-main', 'sfu-failed', signal, (news) => hear(news as SfuNews));
    const peers = new Remote<PeersCalls>('../forward/peers-main', 'caller-failed', signal);
    const bystanders = new Remote<PeersCalls>('../forward/peers-main', 'caller-failed', signal);
    try {
      const clip = { ...(media !== undefined && { media }), ...(voice !== undefined && { voice }) };
      const played = await peers.call('record', clip);
      const last = cpus().length - 1;
      const pinned = last > 0 && (await sfu.pin(0)) && (await peers.pin(last)) && (await bystanders.pin(last));
      peers.putAhead();
      // After pinning, so that what the engine starts stays on its core too.
      await sfu.call('open', { engine });
      const call = new BenchCall({ sfu, peers, bystanders }, { played, pinned, signal });
      hear = (news) => void call.#answer(news);
      return call;
    } catch (error) {
      await Promise.all([sfu.close(), peers.close(), bystanders.close()]);
      throw error;
    }
  }

  /** One more publisher in a room; resolves with their name when they are connected. They are held at first. */
  async publish(room: string): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#publish(room);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #publish(room: string): Promise<string> {
    const publisher = this.#published;
    const participant = `person-${this.#asked++}`;
    const { sdp } = await this.#peers.call('offer', { publisher });
    const answered = await this.#sfu.call('publish', { room, participant, sdp });
    await this.#peers.call('accept', { publisher, sdp: answered.sdp });
    this.#published++;
    return participant;
  }

  get publishers(): number {
    return this.#published;
  }

  /** Publishers send by the order in which they came, from `from` to before `to`; everybody else is held. */
  async play(from: number, to: number, aheadMs = 0): Promise<void> {
    await this.#peers.call('play', { from, to, aheadMs });
  }

  /** One more viewer of a room; in a {@link BenchCall.loaded} span the packets of bystanders are not counted. */
  async view(room: string, viewer: string, as: 'counting' | 'bystander' = 'counting'): Promise<void> {
    this.#shown.set(viewer, 0);
    this.#watching.set(viewer, as === 'counting' ? this.#peers : this.#bystanders);
    await this.#sfu.call('view', { room, viewer });
  }

  /** Resolves when every viewer was offered so many tracks. */
  async visible(tracks: number): Promise<void> {
    const endMs = performance.now() + VISIBLE_WITHIN_MS;
    while ([...this.#shown.values()].some((shown) => shown < tracks)) {
      if (this.#trouble) throw this.#trouble;
      if (performance.now() > endMs)
        throw new BenchError('nothing-measured', `The viewers did not see ${tracks} tracks within a minute.`);
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.#signal });
    }
  }

  /** Resolves when that many streams flow: a viewer's handshake and its first key frame take their time. */
  async flowing(streams: number): Promise<void> {
    const endMs = performance.now() + VISIBLE_WITHIN_MS;
    let flowing = 0;
    while (flowing < streams) {
      if (performance.now() > endMs)
        throw new BenchError('nothing-measured', `Only ${flowing} of ${streams} streams reached the viewers.`);
      await this.#streams();
      await sleep(FLOW_MS, undefined, { signal: this.#signal });
      flowing = await this.#streams();
      if (this.#trouble) throw this.#trouble;
    }
  }

  /** Streams that reached viewers since the last time this was asked. */
  async #streams(): Promise<number> {
    const readings = await Promise.all([this.#peers.call('read', {}), this.#bystanders.call('read', {})]);
    return readings.reduce((sum, { streams }) => sum + streams, 0);
  }

  /** The viewers there are count packets from now on and decrypt none; they take no further offers. */
  async lookOnly(): Promise<void> {
    await Promise.all([this.#peers.call('lookOnly', {}), this.#bystanders.call('lookOnly', {})]);
  }

  tap(room: string, on: boolean): Promise<number> {
    return this.#sfu.call('tap', { room, on });
  }

  /** Lets things settle, then looks at a span. */
  async span(settleMs: number, spanMs: number): Promise<Span> {
    await sleep(settleMs, undefined, { signal: this.#signal });
    const [before, sfuBefore] = await Promise.all([this.#peers.call('read', {}), this.#sfu.call('cost', {})]);
    const startMs = performance.now();
    await sleep(spanMs, undefined, { signal: this.#signal });
    const [reading, sfu] = await Promise.all([this.#peers.call('read', {}), this.#sfu.call('cost', {})]);
    if (this.#trouble) throw this.#trouble;
    const tookMs = performance.now() - startMs;
    return {
      ...reading,
      tookMs,
      sfuCores: round((sfu.cpuMs - sfuBefore.cpuMs) / tookMs),
      peerCores: round((reading.cpuMs - before.cpuMs) / tookMs),
    };
  }

  /**
   * Like {@link BenchCall.span}, with the first publishers playing and all others held, and as cheap for the peers as it gets: packets
   * are encrypted before, and bystanders leave theirs in their sockets. They must not for longer than consent lasts (RFC 7675: 30 s).
   */
  async loaded(publishers: number, settleMs: number, spanMs: number): Promise<Span> {
    await this.play(0, publishers, settleMs + spanMs);
    this.#bystanders.pause();
    try {
      return await this.span(settleMs, spanMs);
    } finally {
      this.#bystanders.resume();
      await this.play(0, 0);
    }
  }

  /** What the engine says of itself. */
  cost(): Promise<SfuCalls['cost']['gives']> {
    return this.#sfu.call('cost', {});
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.#sfu.close(), this.#peers.close(), this.#bystanders.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #answer({ viewer, number, sdp, tracks }: SfuNews): Promise<void> {
    try {
      const answered = await (this.#watching.get(viewer) ?? this.#peers).call('watch', { viewer, sdp });
      await this.#sfu.call('answer', { viewer, number, sdp: answered.sdp });
      this.#shown.set(viewer, tracks);
    } catch (error) {
      this.#trouble ??= error instanceof Error ? error : new Error(String(error));
    }
  }
}

function round(cores: number): number {
  return Math.round(cores * 1000) / 1000;
}
