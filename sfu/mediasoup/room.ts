/** One room: a router on one worker, who publishes and who watches. */
import type { RtpCapabilities, Router } from 'mediasoup/types';
import { RouterTaps } from '../attach/router-taps.ts';
import { isPlainOffer, parsePlainOffer } from '../plain-rtp/plain-sdp.ts';
import { PlainTransports } from '../plain-rtp/plain-transports.ts';
import type { SfuEvent, VoiceActivity } from '../types.ts';
import type { SfuLimits } from '../sfu-options.ts';
import { offeredCapabilities, ROUTER_CODECS } from './router-codecs.ts';
import { Publisher, type PublisherIdentity } from './publisher.ts';
import { RoomVoices } from './room-voices.ts';
import { ViewerPeer, type ViewerEvents, type ViewerIdentity } from './viewer-peer.ts';
import type { PooledWorker } from './worker-pool.ts';

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
  /** Absent while nobody listens. */
  #voices: Promise<RoomVoices> | undefined;
  #entering = 0;
  #closed = false;

  private constructor(name: string, pooled: PooledWorker, router: Router, limits: SfuLimits, events: RoomEvents) {
    this.name = name;
    this.pooled = pooled;
    this.#router = router;
    this.#capabilities = offeredCapabilities(router.rtpCapabilities);
    this.#limits = limits;
    this.#events = events;
    this.taps = new RouterTaps(router, nowUs, limits.tapQueuePackets);
    pooled.rooms++;
    router.once('workerclose', () => this.#lose());
  }

  static async open(name: string, pooled: PooledWorker, limits: SfuLimits, events: RoomEvents): Promise<Room> {
    const router = await pooled.worker.createRouter({ mediaCodecs: ROUTER_CODECS });
    return new Room(name, pooled, router, limits, events);
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
    this.#hide(publisher);
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

  /** Tells whose voice is heard from now on, or no longer. */
  hearVoices(on: boolean): void {
    if (on === (this.#voices !== undefined)) return;
    if (!on) {
      this.#withVoices((voices) => voices.close());
      this.#voices = undefined;
      return;
    }
    this.#voices = RoomVoices.open(this.#router, this.name, (activity) => this.#events.voice(activity));
    this.#withVoices((voices) => {
      for (const publisher of this.publishers.values()) if (publisher.shown) voices.add(publisher.tracks);
    });
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
      interrupted: (each) => this.#hide(each),
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
    this.#withVoices((voices) => voices.add(publisher.tracks));
    for (const track of publisher.tracks) {
      this.#events.event({ type: 'track-added', track: track.info }, publisher);
    }
    for (const viewer of this.viewers.values()) if (watches(viewer, publisher)) viewer.add(publisher.tracks);
  }

  #hide(publisher: AnyPublisher): void {
    for (const viewer of this.viewers.values()) viewer.remove(publisher.tracks);
    this.#withVoices((voices) => voices.remove(publisher.tracks));
    if (!publisher.shown) return;
    publisher.shown = false;
    for (const { info } of publisher.tracks) this.#events.event({ type: 'track-removed', track: info }, publisher);
  }

  #withVoices(work: (voices: RoomVoices) => void): void {
    // The router closed meanwhile: nobody is heard any more.
    this.#voices?.then(work).catch(() => {});
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
