/** The engine proper: rooms, publishers, viewers and taps. Runs in its own thread and knows only its {@link Post}. */
import { PlainPublisher } from '../plain-rtp/plain-publisher.ts';
import { isPlainOffer, parsePlainOffer } from '../plain-rtp/plain-sdp.ts';
import { SfuError } from '../sfu-error.ts';
import type { Publication } from '../types.ts';
import type { EngineContext } from './connection.ts';
import { createCounters, type Counters } from './counters.ts';
import type { EngineCalls, EngineConfig, EngineMessage } from './messages.ts';
import type { PublishedTrack } from './published-track.ts';
import { Publisher, type PublisherIdentity } from './publisher.ts';
import { createCertificate } from './secure-transport.ts';
import { type TapBatch, TapQueue, TapRound } from './tap-queue.ts';
import { UdpMux } from './udp-mux.ts';
import { ViewerPeer } from './viewer-peer.ts';

const TICK_MS = 1000;

/** Sends a message to the main thread, giving away the listed buffers. */
export type Post = (message: EngineMessage, transfer?: ArrayBuffer[]) => void;

/** The methods behind {@link EngineCalls}. */
export type EngineMethods = {
  [K in keyof EngineCalls]: (
    ...args: EngineCalls[K]['args']
  ) => EngineCalls[K]['result'] | Promise<EngineCalls[K]['result']>;
};

/** Who publishes: a peer connection, or a program that pushes plain RTP. */
type AnyPublisher = Publisher | PlainPublisher;

/** All calls of this process that werift carries. */
export class Engine implements EngineMethods {
  readonly counters: Counters;
  readonly #config: EngineConfig;
  readonly #context: EngineContext;
  readonly #post: Post;
  readonly #publishers = new Map<string, AnyPublisher>();
  readonly #viewers = new Map<string, ViewerPeer>();
  readonly #tracks = new Map<string, PublishedTrack>();
  readonly #taps = new Map<string, { track: PublishedTrack; queue: TapQueue }>();
  readonly #round = new TapRound((batches) => this.#handOver(batches));
  readonly #ticking: NodeJS.Timeout;

  private constructor(config: EngineConfig, context: EngineContext, post: Post) {
    this.#config = config;
    this.#context = context;
    this.counters = context.counters;
    this.#post = post;
    this.#ticking = setInterval(() => this.#tick(), Math.min(TICK_MS, config.limits.halfOpenMs));
  }

  /** Opens the port. Throws {@link SfuError} `no-port`. */
  static async start(config: EngineConfig, post: Post): Promise<Engine> {
    const [mux, certificate] = await Promise.all([UdpMux.open(config), createCertificate()]);
    const context = {
      mux,
      certificate,
      counters: createCounters(),
      patience: config.limits,
      nowMs: () => performance.now(),
    };
    return new Engine(config, context, post);
  }

  async publish(room: string, participant: string, offerSdp: string): Promise<Publication> {
    const { publications } = this.#config.limits;
    refuseBeyond(publications, this.#publishers.size, 'publications');
    const identity = { room, participant };
    const publisher = isPlainOffer(offerSdp)
      ? await this.#openPorts(identity, offerSdp)
      : this.#openPeer(identity, offerSdp);
    this.#publishers.set(publisher.id, publisher);
    return { id: publisher.id, answerSdp: publisher.answerSdp };
  }

  trickle(publication: string, fragment: string): string | undefined {
    return this.#publisher(publication).trickle(fragment);
  }

  unpublish(publication: string): void {
    this.#endPublisher(this.#publisher(publication), 'unpublished');
  }

  view(room: string, name: string, id: string): void {
    const { viewers, tracksPerViewer } = this.#config.limits;
    refuseBeyond(viewers, this.#viewers.size, 'viewers');
    const viewer = new ViewerPeer({ id, room, name }, tracksPerViewer, this.#context, {
      offer: (_, offer) => this.#post({ type: 'offer', viewer: id, offer }),
      closed: (_, reason) => this.#endViewer(viewer, reason),
    });
    this.#viewers.set(id, viewer);
    // After the reply: the caller needs the viewer in hand to answer the first offer.
    setImmediate(() => viewer.add([...this.#tracks.values()].filter(({ info }) => watches(viewer, info))));
  }

  answer(viewer: string, number: number, sdp: string): void {
    this.#viewer(viewer).answer(number, sdp);
  }

  restart(viewer: string): void {
    this.#viewer(viewer).restart();
  }

  unview(viewer: string): void {
    const known = this.#viewers.get(viewer);
    if (known) this.#endViewer(known, 'left');
  }

  /** The grant was checked by the thread that holds the ledger; see the facade. */
  tap(tap: string, trackId: string, confirmed: Int32Array): void {
    const track = this.#track(trackId);
    refuseBeyond(this.#config.limits.tapsPerTrack, track.taps.size, 'taps of this track');
    const queue = new TapQueue(tap, this.#config.limits.tapQueuePackets, confirmed, this.#round);
    track.taps.set(tap, queue);
    this.#taps.set(tap, { track, queue });
    track.askKeyFrame();
  }

  untap(tap: string): void {
    const known = this.#taps.get(tap);
    if (!known) return;
    known.queue.close();
    this.#forgetTap(tap, known.track, known.queue);
  }

  rest(tap: string, resting: boolean): void {
    const known = this.#taps.get(tap);
    if (known) known.queue.resting = resting;
  }

  keyFrame(trackId: string): void {
    this.#track(trackId).askKeyFrame();
  }

  stats(): Record<string, number> {
    const { counters } = this;
    return {
      ...counters,
      tapDropped: [...this.#taps.values()].reduce((sum, { queue }) => sum + queue.dropped, counters.tapDropped),
      lostUpstream: [...this.#tracks.values()].reduce((sum, { lost }) => sum + lost, counters.lostUpstream),
      strayPackets: this.#context.mux.strays,
      publishers: this.#publishers.size,
      viewers: this.#viewers.size,
      tracks: this.#tracks.size,
      taps: this.#taps.size,
      rooms: new Set([...this.#publishers.values(), ...this.#viewers.values()].map((peer) => peer.room)).size,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    for (const publisher of this.#publishers.values()) this.#endPublisher(publisher, 'engine closed');
    for (const viewer of this.#viewers.values()) this.#endViewer(viewer, 'engine closed');
    await this.#context.mux.close();
  }

  #openPeer(identity: PublisherIdentity, offerSdp: string): Publisher {
    const { tracksPerPublication } = this.#config.limits;
    const publisher = new Publisher(identity, offerSdp, tracksPerPublication, this.#context, {
      connected: () => this.#show(publisher),
      closed: (_, reason) => this.#endPublisher(publisher, reason),
    });
    return publisher;
  }

  #openPorts(identity: PublisherIdentity, offerSdp: string): Promise<PlainPublisher> {
    const { listenIps, udpPorts, limits } = this.#config;
    const sources = parsePlainOffer(offerSdp, limits.tracksPerPublication);
    const place = { ip: listenIps[0], udpPorts, address: this.#context.mux.candidates[0].address };
    return PlainPublisher.open(identity, sources, place, this.#context, {
      connected: (publisher) => this.#show(publisher),
    });
  }

  #show(publisher: AnyPublisher): void {
    for (const track of publisher.tracks) {
      this.#tracks.set(track.info.id, track);
      this.#post({ type: 'event', event: { type: 'track-added', track: track.info }, publication: publisher.id });
    }
    for (const viewer of this.#viewers.values()) if (watches(viewer, publisher)) viewer.add(publisher.tracks);
  }

  #endPublisher(publisher: AnyPublisher, reason: string): void {
    if (!this.#publishers.delete(publisher.id)) return;
    for (const viewer of this.#viewers.values()) viewer.remove(publisher.tracks);
    // What was sent before the end belongs to the sinks.
    this.#round.flush();
    for (const track of publisher.tracks) {
      for (const [tap, queue] of track.taps) {
        queue.close();
        this.#post({ type: 'tap-ended', tap });
        this.#forgetTap(tap, track, queue);
      }
      if (this.#tracks.delete(track.info.id))
        this.#post({ type: 'event', event: { type: 'track-removed', track: track.info }, publication: publisher.id });
    }
    publisher.close();
    const { room, participant, id } = publisher;
    this.#post({
      type: 'event',
      event: { type: 'publication-closed', room, participant, id, reason },
      publication: id,
    });
  }

  #endViewer(viewer: ViewerPeer, reason: string): void {
    if (!this.#viewers.delete(viewer.id)) return;
    viewer.close();
    this.#post({ type: 'viewer-ended', viewer: viewer.id, reason });
  }

  #handOver(batches: readonly TapBatch[]): void {
    const entries = batches.flatMap((batch) => batch.entries);
    this.counters.tapPackets += entries.length;
    this.#post(
      { type: 'tapped', batches },
      entries.flatMap((entry) => ('rtp' in entry ? [entry.rtp] : [])),
    );
  }

  #forgetTap(tap: string, track: PublishedTrack, queue: TapQueue): void {
    track.taps.delete(tap);
    this.#taps.delete(tap);
    this.counters.tapDropped += queue.dropped;
  }

  #tick(): void {
    for (const publisher of this.#publishers.values()) {
      const reason = publisher.tick();
      if (reason) this.#endPublisher(publisher, reason);
    }
    for (const viewer of this.#viewers.values()) {
      const reason = viewer.tick();
      if (reason) this.#endViewer(viewer, reason);
    }
  }

  #publisher(id: string): AnyPublisher {
    const publisher = this.#publishers.get(id);
    if (!publisher)
      throw new SfuError('no-such-publication', 'This publication does not exist (any more): publish again.');
    return publisher;
  }

  #viewer(id: string): ViewerPeer {
    const viewer = this.#viewers.get(id);
    if (!viewer) throw new SfuError('no-such-viewer', 'This viewer is closed: view the room again.');
    return viewer;
  }

  #track(id: string): PublishedTrack {
    const track = this.#tracks.get(id);
    if (!track) throw new SfuError('no-such-track', 'This track does not exist (any more): take one of tracks(room).');
    return track;
  }
}

/** Everybody watches everybody else in the room. */
function watches(viewer: ViewerPeer, of: { readonly room: string; readonly participant: string }): boolean {
  return viewer.room === of.room && viewer.name !== of.participant;
}

function refuseBeyond(limit: number, present: number, what: string): void {
  if (present >= limit)
    throw new SfuError('limit', `The engine carries at most ${limit} ${what}: close some, or raise the limit.`);
}
