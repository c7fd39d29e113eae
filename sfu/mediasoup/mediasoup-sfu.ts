/** The production engine: mediasoup's worker processes, one per core, behind the {@link Sfu} interface. */
import { randomBytes } from 'node:crypto';
import { ConsentGrant } from '../consent-grant.ts';
import { SfuError } from '../sfu-error.ts';
import type {
  EncodedTrack,
  Publication,
  Sfu,
  SfuCapabilities,
  SfuEvent,
  Tap,
  TapSink,
  Viewer,
  ViewerOffer,
  VoiceActivity,
} from '../types.ts';
import { DEFAULT_LIMITS, type SfuLimits, type SfuOptions } from '../sfu-options.ts';
import type { PublishedTrack } from './publisher.ts';
import { type AnyPublisher, Room, type RoomEvents } from './room.ts';
import { TapDesk } from './tap-desk.ts';
import type { ViewerPeer } from './viewer-peer.ts';
import { findWorker, INSTALL_ADVICE, loadMediasoup, mediasoupPackage, SETUP_COMMAND } from './worker-binary.ts';
import { WorkerPool, type WorkerUsage } from './worker-pool.ts';

/** How to start the engine; of `udpPorts` each worker takes one, for UDP and TCP alike. */
export interface MediasoupSfuOptions extends SfuOptions {
  /** ICE over TCP beside UDP; default true. */
  readonly tcp?: boolean;
  /** Worker processes; default one per core. */
  readonly workers?: number;
}

/** An {@link Sfu} whose worker processes can be looked at. */
export interface MediasoupSfu extends Sfu {
  /** What each worker process has used since its start. */
  workerUsage(): Promise<readonly WorkerUsage[]>;
}

const CAPABILITIES: SfuCapabilities = {
  simulcast: true,
  congestionControl: true,
  videoCodecs: ['video/VP8', 'video/VP9', 'video/H264'],
  audioCodecs: ['audio/opus'],
  iceRestart: true,
  senderReports: true,
};

/**
 * Starts the engine.
 * @throws {SfuError} `engine-gone` when there is no worker program or it does not start, `no-port` when it cannot listen
 */
export async function createMediasoupSfu(options: MediasoupSfuOptions = {}): Promise<MediasoupSfu> {
  const binary = findWorker();
  if (!binary)
    throw new SfuError(
      'engine-gone',
      mediasoupPackage()
        ? `mediasoup is installed, but its worker program is not: run "${SETUP_COMMAND}" to fetch or build it.`
        : INSTALL_ADVICE,
    );
  const { listenIps = ['127.0.0.1'], udpPorts, announcedAddress, workers, tcp = true, log = () => {} } = options;
  const mediasoup = await loadMediasoup(binary);
  const pool = await WorkerPool.start(mediasoup, { listenIps, ports: udpPorts, announcedAddress, workers, tcp }, log);
  return new Engine(pool, { ...DEFAULT_LIMITS, ...options.limits }, log);
}

class Engine implements MediasoupSfu {
  readonly engine = 'mediasoup';
  readonly capabilities = CAPABILITIES;
  readonly #pool: WorkerPool;
  readonly #limits: SfuLimits;
  readonly #log: (message: string) => void;
  readonly #listeners = new Set<(event: SfuEvent) => void>();
  readonly #voiceListeners = new Set<(activity: VoiceActivity) => void>();
  readonly #rooms = new Map<string, Promise<Room>>();
  readonly #publishers = new Map<string, { readonly publisher: AnyPublisher; readonly room: Room }>();
  readonly #viewers = new Map<string, { readonly viewer: ViewerPeer; readonly end: (reason: string) => void }>();
  readonly #tracks = new Map<string, { readonly track: PublishedTrack; readonly publisher: AnyPublisher }>();
  readonly #muted = new Map<string, Set<EncodedTrack['kind']>>();
  readonly #desk: TapDesk;
  #publishing = 0;
  #viewing = 0;
  #iceRestarts = 0;
  #closing: Promise<void> | undefined;

  constructor(pool: WorkerPool, limits: SfuLimits, log: (message: string) => void) {
    this.#pool = pool;
    this.#limits = limits;
    this.#log = log;
    this.#desk = new TapDesk(limits.tapsPerTrack);
  }

  async publish(room: string, participant: string, offerSdp: string): Promise<Publication> {
    this.#refuseBeyond(this.#limits.publications, this.#publishers.size + this.#publishing, 'publications');
    this.#publishing++;
    try {
      const [place, publisher] = await this.#enter(room, (open) => open.publish(participant, offerSdp));
      this.#publishers.set(publisher.id, { publisher, room: place });
      return { id: publisher.id, answerSdp: publisher.answerSdp };
    } finally {
      this.#publishing--;
    }
  }

  async trickle(publicationId: string, sdpFragment: string): Promise<string | undefined> {
    const answer = await this.#publication(publicationId).publisher.trickle(sdpFragment);
    if (answer !== undefined) this.#iceRestarts++;
    return answer;
  }

  async unpublish(publicationId: string): Promise<void> {
    const { publisher, room } = this.#publication(publicationId);
    room.endPublisher(publisher, 'unpublished');
  }

  setMuted(publicationId: string, kind: 'audio' | 'video', muted: boolean): void {
    const { publisher } = this.#publication(publicationId);
    const kinds = this.#muted.get(publicationId) ?? new Set();
    this.#muted.set(publicationId, kinds);
    if (kinds.has(kind) === muted) return;
    if (muted) kinds.add(kind);
    else kinds.delete(kind);
    for (const { info } of publisher.shown ? publisher.tracks : [])
      if (info.kind === kind) this.#tellMuted(info, muted);
  }

  async view(
    room: string,
    viewer: string,
    onOffer: (offer: ViewerOffer) => void,
    onClosed: (reason: string) => void = () => {},
  ): Promise<Viewer> {
    this.#refuseBeyond(this.#limits.viewers, this.#viewers.size + this.#viewing, 'viewers');
    this.#viewing++;
    const id = randomBytes(12).toString('base64url');
    const events = {
      offer: (offer: ViewerOffer) => this.#guard(() => onOffer(offer)),
      closed: (_: ViewerPeer, reason: string) => {
        this.#viewers.delete(id);
        this.#guard(() => onClosed(reason));
      },
    };
    try {
      const [place, peer] = await this.#enter(room, (open) => open.view({ id, name: viewer }, events));
      this.#viewers.set(id, { viewer: peer, end: (reason) => place.endViewer(peer, reason, events) });
    } finally {
      this.#viewing--;
    }
    return {
      answer: async (number, sdp) => this.#viewer(id).viewer.answer(number, sdp),
      // ICE-lite: the engine answers where it is called from and needs no candidates.
      candidate: async () => {},
      restart: async () => {
        this.#viewer(id).viewer.restart();
        this.#iceRestarts++;
      },
      close: async () => this.#viewers.get(id)?.end('left'),
    };
  }

  async tap(trackId: string, grant: ConsentGrant, sink: TapSink): Promise<Tap> {
    const known = this.#tracks.get(trackId);
    if (!known) throw new SfuError('no-such-track', 'This track does not exist (any more): take one of tracks(room).');
    const { track, publisher } = known;
    if (!ConsentGrant.covers(grant, track.info.room, track.info.participant))
      throw new SfuError(
        'no-grant',
        'Nobody consented to this tap: ask the consent ledger for a live grant of the same room and participant.',
      );
    const { room } = this.#publication(publisher.id);
    const tap = await this.#desk.open(track, room.taps, grant, sink);
    if (this.#muted.get(publisher.id)?.has(track.info.kind)) this.#desk.trackMuted(trackId, true);
    return tap;
  }

  requestKeyFrame(trackId: string): void {
    if (this.#desk.requestKeyFrame(trackId)) return;
    for (const { viewer } of this.#viewers.values()) if (viewer.requestKeyFrame(trackId)) return;
  }

  tracks(room: string): readonly EncodedTrack[] {
    return [...this.#tracks.values()].map(({ track }) => track.info).filter((track) => track.room === room);
  }

  onEvent(listener: (event: SfuEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onVoice(listener: (activity: VoiceActivity) => void): () => void {
    this.#voiceListeners.add(listener);
    this.#hearVoices();
    return () => {
      this.#voiceListeners.delete(listener);
      this.#hearVoices();
    };
  }

  #hearVoices(): void {
    const on = this.#voiceListeners.size > 0;
    for (const opening of this.#rooms.values())
      opening.then(
        (room) => room.hearVoices(on),
        () => {},
      );
  }

  workerUsage(): Promise<readonly WorkerUsage[]> {
    return this.#pool.usage();
  }

  async stats(): Promise<Readonly<Record<string, number>>> {
    const usage = await this.workerUsage();
    return {
      publishers: this.#publishers.size,
      viewers: this.#viewers.size,
      tracks: this.#tracks.size,
      rooms: this.#rooms.size,
      taps: this.#desk.size,
      tapPackets: this.#desk.packets,
      tapDropped: this.#desk.dropped,
      tapsCut: this.#desk.cut,
      iceRestarts: this.#iceRestarts,
      workers: this.#pool.size,
      workerDeaths: this.#pool.deaths,
      mediaFirst: this.#pool.mediaFirst ? 1 : 0,
      workerCpuMs: usage.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      workerMaxRssBytes: usage.reduce((most, { maxRssBytes }) => Math.max(most, maxRssBytes), 0),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#desk.close();
    for (const { publisher, room } of this.#publishers.values()) room.endPublisher(publisher, 'engine closed');
    for (const { end } of this.#viewers.values()) end('engine closed');
    this.#pool.close();
  }

  /** Goes into a room, making it on the least loaded worker where there is none. */
  async #enter<T>(name: string, work: (room: Room) => Promise<T>): Promise<[Room, T]> {
    for (;;) {
      if (this.#closing) throw new SfuError('closed', 'The SFU is closed.');
      const room = await this.#opened(name);
      // The last one may have left while we waited.
      if (room.closed) continue;
      const result = await this.#during(room, work(room));
      return [room, result];
    }
  }

  /** What fails because the worker died under it says so. */
  async #during<T>(room: Room, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof SfuError && !room.closed) throw error;
      if (this.#closing) throw new SfuError('closed', 'The SFU is closed.', { cause: error });
      if (error instanceof SfuError) throw error;
      throw new SfuError('engine-gone', 'The media worker of this room failed: try again.', { cause: error });
    }
  }

  async #opened(name: string): Promise<Room> {
    try {
      return await this.#room(name);
    } catch (error) {
      if (error instanceof SfuError) throw error;
      if (this.#closing) throw new SfuError('closed', 'The SFU is closed.', { cause: error });
      throw new SfuError('engine-gone', 'The media worker chosen for this room failed: try again.', { cause: error });
    }
  }

  #room(name: string): Promise<Room> {
    const known = this.#rooms.get(name);
    if (known) return known;
    const opening = (async () => Room.open(name, this.#pool.leastLoaded(), this.#limits, this.#roomEvents))();
    this.#rooms.set(name, opening);
    opening.then(
      (room) => room.hearVoices(this.#voiceListeners.size > 0),
      () => this.#rooms.delete(name),
    );
    return opening;
  }

  readonly #roomEvents: RoomEvents = {
    event: (event, publisher) => this.#note(event, publisher),
    voice: (activity) => {
      for (const listener of this.#voiceListeners) this.#guard(() => listener(activity));
    },
    empty: (room) => this.#rooms.delete(room.name),
    lost: (room) => this.#lose(room),
  };

  /** A worker died: what it carried ends, loudly; the next who comes finds a new room on another worker. */
  #lose(room: Room): void {
    this.#rooms.delete(room.name);
    for (const publisher of room.publishers.values()) room.endPublisher(publisher, 'engine gone');
    for (const id of room.viewers.keys()) this.#viewers.get(id)?.end('engine gone');
  }

  #note(event: SfuEvent, publisher: AnyPublisher): void {
    if (event.type === 'track-added') {
      const track = publisher.tracks.find(({ info }) => info === event.track)!;
      this.#tracks.set(event.track.id, { track, publisher });
      this.#emit(event);
      if (this.#muted.get(publisher.id)?.has(event.track.kind))
        this.#emit({ type: 'track-muted', track: event.track, muted: true });
      return;
    }
    if (event.type === 'track-removed') {
      this.#tracks.delete(event.track.id);
      this.#desk.trackGone(event.track.id);
    }
    if (event.type === 'publication-closed') {
      this.#publishers.delete(event.id);
      this.#muted.delete(event.id);
    }
    this.#emit(event);
  }

  #tellMuted(track: EncodedTrack, muted: boolean): void {
    this.#desk.trackMuted(track.id, muted);
    this.#emit({ type: 'track-muted', track, muted });
  }

  #publication(id: string): { readonly publisher: AnyPublisher; readonly room: Room } {
    const known = this.#publishers.get(id);
    if (!known) throw new SfuError('no-such-publication', 'This publication does not exist (any more): publish again.');
    return known;
  }

  #viewer(id: string): { readonly viewer: ViewerPeer } {
    const known = this.#viewers.get(id);
    if (!known) throw new SfuError('no-such-viewer', 'This viewer is closed: view the room again.');
    return known;
  }

  #refuseBeyond(limit: number, present: number, what: string): void {
    if (present >= limit)
      throw new SfuError('limit', `The engine carries at most ${limit} ${what}: close some, or raise the limit.`);
  }

  #emit(event: SfuEvent): void {
    for (const listener of this.#listeners) this.#guard(() => listener(event));
  }

  /** A listener that throws must not take the others' call with it. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#log(`A listener of the SFU threw: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
