/** One room: a router on one worker, who publishes, who watches, and whose voice is heard. */
import type { ActiveSpeakerObserver, AudioLevelObserver, RtpCapabilities, Router } from 'mediasoup/types';
import { RouterTaps } from '../attach/router-taps.ts';
import { isPlainOffer, parsePlainOffer } from '../plain-rtp/plain-sdp.ts';
import { PlainTransports } from '../plain-rtp/plain-transports.ts';
import type { SfuEvent, VoiceActivity } from '../types.ts';
import type { SfuLimits } from '../sfu-options.ts';
import { offeredCapabilities, ROUTER_CODECS } from './router-codecs.ts';
import { type PublishedTrack, Publisher, type PublisherIdentity } from './publisher.ts';
import { ViewerPeer, type ViewerEvents, type ViewerIdentity } from './viewer-peer.ts';
import type { PooledWorker } from './worker-pool.ts';

/** How often levels are told, in ms; a quarter of a second is what an eye takes for at once. */
const LEVEL_INTERVAL_MS = 250;
const SPEAKER_INTERVAL_MS = 300;
/** Quieter is silence, in dB below full scale. */
const SILENCE_DB = -60;
/** The loudest of a room whose levels are told. */
const MAX_LEVELS = 16;

/** Who publishes: a peer connection, or a program that pushes plain RTP. */
export type AnyPublisher = Publisher | PlainTransports;

/** What a room reports. */
export interface RoomEvents {
  event(event: SfuEvent, publisher: AnyPublisher): void;
  voice(activity: VoiceActivity): void;
  /** Nobody is left. */
  empty(room: Room): void;
  /** Its worker died: everything in it has ended and been reported. */
  lost(room: Room): void;
}

/** A room. */
export class Room {
  readonly name: string;
  readonly pooled: PooledWorker;
  readonly taps: RouterTaps;
  readonly publishers = new Map<string, AnyPublisher>();
  readonly viewers = new Map<string, ViewerPeer>();
  readonly #router: Router;
  readonly #capabilities: RtpCapabilities;
  readonly #limits: SfuLimits;
  readonly #events: RoomEvents;
  readonly #levels: AudioLevelObserver;
  readonly #speaker: ActiveSpeakerObserver;
  readonly #voices = new Map<string, PublishedTrack>();
  #entering = 0;
  #closed = false;

  private constructor(
    name: string,
    pooled: PooledWorker,
    parts: { router: Router; levels: AudioLevelObserver; speaker: ActiveSpeakerObserver },
    limits: SfuLimits,
    events: RoomEvents,
  ) {
    this.name = name;
    this.pooled = pooled;
    this.#router = parts.router;
    this.#levels = parts.levels;
    this.#speaker = parts.speaker;
    this.#capabilities = offeredCapabilities(parts.router.rtpCapabilities);
    this.#limits = limits;
    this.#events = events;
    this.taps = new RouterTaps(parts.router, nowUs, limits.tapQueuePackets);
    pooled.rooms++;
    parts.router.once('workerclose', () => this.#lose());
    this.#observeVoices();
  }

  static async open(name: string, pooled: PooledWorker, limits: SfuLimits, events: RoomEvents): Promise<Room> {
    const router = await pooled.worker.createRouter({ mediaCodecs: ROUTER_CODECS });
    const [levels, speaker] = await Promise.all([
      router.createAudioLevelObserver({
        maxEntries: MAX_LEVELS,
        threshold: SILENCE_DB,
        interval: LEVEL_INTERVAL_MS,
      }),
      router.createActiveSpeakerObserver({ interval: SPEAKER_INTERVAL_MS }),
    ]);
    return new Room(name, pooled, { router, levels, speaker }, limits, events);
  }

  get closed(): boolean {
    return this.#closed;
  }

  async publish(participant: string, offerSdp: string): Promise<AnyPublisher> {
    return this.#enter(async () => {
      const identity = { room: this.name, participant };
      const publisher = isPlainOffer(offerSdp)
        ? await this.#openPorts(identity, offerSdp)
        : await this.#openPeer(identity, offerSdp);
      this.publishers.set(publisher.id, publisher);
      return publisher;
    });
  }

  async view(identity: ViewerIdentity, events: ViewerEvents): Promise<ViewerPeer> {
    const options = {
      capabilities: this.#capabilities,
      maxSlots: this.#limits.tracksPerViewer,
      patience: this.#limits,
    };
    return this.#enter(async () => {
      const viewer = await ViewerPeer.open(identity, options, this.#place, {
        offer: (offer) => events.offer(offer),
        closed: (each, reason) => this.endViewer(each, reason, events),
      });
      this.viewers.set(viewer.id, viewer);
      // After the reply: the caller needs the viewer in hand to answer the first offer.
      setImmediate(() => {
        for (const publisher of this.publishers.values())
          if (publisher.shown && watches(viewer, publisher)) viewer.add(publisher.tracks);
      });
      return viewer;
    });
  }

  endPublisher(publisher: AnyPublisher, reason: string): void {
    if (!this.publishers.delete(publisher.id)) return;
    publisher.close();
    for (const viewer of this.viewers.values()) viewer.remove(publisher.tracks);
    for (const { info, producer } of publisher.tracks) {
      this.#voices.delete(producer.id);
      if (publisher.shown) this.#events.event({ type: 'track-removed', track: info }, publisher);
    }
    const { room, participant, id } = publisher;
    this.#events.event({ type: 'publication-closed', room, participant, id, reason }, publisher);
    this.#closeIfEmpty();
  }

  endViewer(viewer: ViewerPeer, reason: string, events: Pick<ViewerEvents, 'closed'>): void {
    if (!this.viewers.delete(viewer.id)) return;
    viewer.close();
    events.closed(viewer, reason);
    this.#closeIfEmpty();
  }

  /** Ends the router; who is still in has been ended before. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.pooled.rooms--;
    void this.taps.close();
    this.#router.close();
  }

  #openPeer(identity: PublisherIdentity, offerSdp: string): Promise<Publisher> {
    const options = {
      capabilities: this.#capabilities,
      maxTracks: this.#limits.tracksPerPublication,
      patience: this.#limits,
    };
    return Publisher.open(identity, offerSdp, options, this.#place, {
      connected: (each) => this.#show(each),
      closed: (each, reason) => this.endPublisher(each, reason),
    });
  }

  #openPorts(identity: PublisherIdentity, offerSdp: string): Promise<PlainTransports> {
    const sources = parsePlainOffer(offerSdp, this.#limits.tracksPerPublication);
    const place = { router: this.#router, listenInfo: this.pooled.plain };
    return PlainTransports.open(identity, place, sources, {
      connected: (each) => this.#show(each),
      closed: (each, reason) => this.endPublisher(each, reason),
    });
  }

  get #place(): { router: Router; server: PooledWorker['server'] } {
    return { router: this.#router, server: this.pooled.server };
  }

  /** Keeps the room open for who is on the way in. */
  async #enter<T>(work: () => Promise<T>): Promise<T> {
    this.#entering++;
    try {
      return await work();
    } finally {
      this.#entering--;
      this.#closeIfEmpty();
    }
  }

  #closeIfEmpty(): void {
    if (this.#closed || this.#entering > 0 || this.publishers.size > 0 || this.viewers.size > 0) return;
    this.close();
    this.#events.empty(this);
  }

  #show(publisher: AnyPublisher): void {
    if (publisher.shown) return;
    publisher.shown = true;
    for (const track of publisher.tracks) {
      if (track.info.kind === 'audio') this.#listenTo(track);
      this.#events.event({ type: 'track-added', track: track.info }, publisher);
    }
    for (const viewer of this.viewers.values()) if (watches(viewer, publisher)) viewer.add(publisher.tracks);
  }

  #listenTo(track: PublishedTrack): void {
    const { producer } = track;
    this.#voices.set(producer.id, track);
    // Refused only when the producer has just gone.
    for (const observer of [this.#levels, this.#speaker])
      observer.addProducer({ producerId: producer.id }).catch(() => {});
  }

  #observeVoices(): void {
    const { name: room } = this;
    this.#levels.on('volumes', (volumes) => {
      const levels = volumes.flatMap(({ producer, volume }) => {
        const track = this.#voices.get(producer.id);
        return track ? [{ track: track.info, levelDb: volume }] : [];
      });
      this.#events.voice({ type: 'levels', room, levels });
    });
    this.#levels.on('silence', () => this.#events.voice({ type: 'levels', room, levels: [] }));
    this.#speaker.on('dominantspeaker', ({ producer }) => {
      const track = this.#voices.get(producer.id);
      if (track) this.#events.voice({ type: 'active-speaker', room, track: track.info });
    });
  }

  #lose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.lost(this);
  }
}

/** Everybody watches everybody else in the room. */
function watches(viewer: ViewerPeer, of: AnyPublisher): boolean {
  return viewer.name !== of.participant;
}

/** Microseconds on the clock that all threads of the process share. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
