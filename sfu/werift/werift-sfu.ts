/** The embedded engine: werift's DTLS and SRTP in a thread of its own, behind the {@link Sfu} interface. */
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
} from '../types.ts';
import { DEFAULT_LIMITS, type SfuOptions } from '../sfu-options.ts';
import { EngineThread, type EngineNews } from './engine-thread.ts';
import type { EngineConfig } from './messages.ts';
import { TapHandle } from './tap-handle.ts';

const CAPABILITIES: SfuCapabilities = {
  simulcast: false,
  congestionControl: false,
  videoCodecs: ['video/VP8', 'video/H264'],
  audioCodecs: ['audio/opus'],
  iceRestart: true,
  senderReports: true,
};

/** A thread that does not come up again is tried once more after this time. */
const RESTART_PAUSE_MS = 1000;

/** Starts the engine. Rejects with {@link SfuError} `no-port` when it cannot listen. */
export async function createWeriftSfu(options: SfuOptions = {}): Promise<Sfu> {
  const sfu = new WeriftSfu(options);
  await sfu.ready();
  return sfu;
}

type PublicationRecord = {
  readonly tracks: Map<string, EncodedTrack>;
  readonly muted: Set<EncodedTrack['kind']>;
  readonly room: string;
  readonly participant: string;
};
type ViewerRecord = { readonly onOffer: (offer: ViewerOffer) => void; readonly onClosed: (reason: string) => void };

class WeriftSfu implements Sfu {
  readonly engine = 'werift';
  readonly capabilities = CAPABILITIES;
  readonly #config: EngineConfig;
  /** The running one; one that died stays until the next one listens, and refuses what is asked of it. */
  #thread: EngineThread;
  #deaths = 0;
  readonly #log: (message: string) => void;
  readonly #listeners = new Set<(event: SfuEvent) => void>();
  readonly #publications = new Map<string, PublicationRecord>();
  readonly #tracks = new Map<string, { readonly track: EncodedTrack; readonly publication: string }>();
  readonly #viewers = new Map<string, ViewerRecord>();
  readonly #taps = new Map<string, TapHandle>();
  #closing: Promise<void> | undefined;

  constructor({
    listenIps = ['127.0.0.1'],
    udpPorts = { min: 0, max: 0 },
    announcedAddress,
    limits,
    log = () => {},
  }: SfuOptions) {
    this.#log = log;
    this.#config = { listenIps, udpPorts, announcedAddress, limits: { ...DEFAULT_LIMITS, ...limits } };
    this.#thread = this.#start();
  }

  #start(): EngineThread {
    const thread: EngineThread = new EngineThread(this.#config, {
      news: (news) => this.#hear(news),
      // One that dies before it listens was never the running one.
      gone: (error) => thread === this.#thread && this.#lose(error),
    });
    return thread;
  }

  async ready(): Promise<void> {
    try {
      await this.#thread.ready();
    } catch (error) {
      await this.#thread.terminate();
      throw error;
    }
  }

  async publish(room: string, participant: string, offerSdp: string): Promise<Publication> {
    const publication = await this.#thread.call('publish', room, participant, offerSdp);
    this.#record(publication.id, room, participant);
    return publication;
  }

  trickle(publicationId: string, sdpFragment: string): Promise<string | undefined> {
    return this.#thread.call('trickle', publicationId, sdpFragment);
  }

  unpublish(publicationId: string): Promise<void> {
    return this.#thread.call('unpublish', publicationId);
  }

  setMuted(publicationId: string, kind: 'audio' | 'video', muted: boolean): void {
    const publication = this.#publications.get(publicationId);
    if (!publication)
      throw new SfuError('no-such-publication', 'This publication does not exist (any more): publish again.');
    if (publication.muted.has(kind) === muted) return;
    if (muted) publication.muted.add(kind);
    else publication.muted.delete(kind);
    for (const track of publication.tracks.values()) if (track.kind === kind) this.#tellMuted(track, muted);
  }

  async view(
    room: string,
    viewer: string,
    onOffer: (offer: ViewerOffer) => void,
    onClosed: (reason: string) => void = () => {},
  ): Promise<Viewer> {
    const id = randomBytes(12).toString('base64url');
    // Known before the request: the first offer follows its reply closely.
    this.#viewers.set(id, { onOffer, onClosed });
    try {
      await this.#thread.call('view', room, viewer, id);
    } catch (error) {
      this.#viewers.delete(id);
      throw error;
    }
    return {
      answer: (number, sdp) => this.#thread.call('answer', id, number, sdp),
      // ICE-lite: the engine answers where it is called from and needs no candidates.
      candidate: async () => {},
      restart: () => this.#thread.call('restart', id),
      close: async () => {
        if (this.#viewers.has(id)) await this.#thread.call('unview', id);
      },
    };
  }

  async tap(trackId: string, grant: ConsentGrant, sink: TapSink): Promise<Tap> {
    const known = this.#tracks.get(trackId);
    if (!known) throw new SfuError('no-such-track', 'This track does not exist (any more): take one of tracks(room).');
    const { room, participant, kind } = known.track;
    if (!ConsentGrant.covers(grant, room, participant)) {
      throw new SfuError(
        'no-grant',
        'Nobody consented to this tap: ask the consent ledger for a live grant of the same room and participant.',
      );
    }
    const id = randomBytes(12).toString('base64url');
    // Not by messages: to confirm each batch by one would wake the engine's thread as often as the batches wake this one.
    const confirmed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const handle = new TapHandle(trackId, grant, sink, {
      confirm: (count) => void Atomics.add(confirmed, 0, count),
      rest: (resting) => this.#thread.tell('rest', id, resting),
      close: () => this.#thread.call('untap', id),
      ended: () => this.#taps.delete(id),
    });
    this.#taps.set(id, handle);
    await handle.open(() => this.#thread.call('tap', id, trackId, confirmed));
    if (this.#publications.get(known.publication)?.muted.has(kind)) handle.muted(true);
    return handle;
  }

  requestKeyFrame(trackId: string): void {
    this.#thread.tell('keyFrame', trackId);
  }

  tracks(room: string): readonly EncodedTrack[] {
    return [...this.#tracks.values()].map(({ track }) => track).filter((track) => track.room === room);
  }

  onEvent(listener: (event: SfuEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stats(): Promise<Readonly<Record<string, number>>> {
    return { ...(await this.#thread.call('stats')), workerDeaths: this.#deaths };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#taps.values()].map((tap) => tap.close()));
    await this.#thread.call('close').catch(() => {});
    await this.#thread.terminate();
  }

  #hear(news: EngineNews): void {
    switch (news.type) {
      case 'event':
        return this.#note(news.event, news.publication!);
      case 'offer':
        return this.#guard(() => this.#viewers.get(news.viewer)?.onOffer(news.offer));
      case 'viewer-ended':
        return this.#endViewer(news.viewer, news.reason);
      case 'tapped':
        for (const { tap, entries, dropped } of news.batches) this.#taps.get(tap)?.take(entries, dropped);
        return undefined;
      case 'tap-ended':
        return this.#taps.get(news.tap)?.end();
      case 'log':
        return this.#guard(() => this.#log(news.message));
    }
  }

  /** Keeps the main thread's picture of the engine, then tells the listeners. */
  #note(event: SfuEvent, publication: string): void {
    if (event.type === 'track-added') {
      const { track } = event;
      this.#tracks.set(track.id, { track, publication });
      const record = this.#record(publication, track.room, track.participant);
      record.tracks.set(track.id, track);
      this.#emit(event);
      if (record.muted.has(track.kind)) this.#emit({ type: 'track-muted', track, muted: true });
      return;
    }
    if (event.type === 'track-removed') this.#tracks.delete(event.track.id);
    if (event.type === 'publication-closed') this.#publications.delete(publication);
    this.#emit(event);
  }

  #record(id: string, room: string, participant: string): PublicationRecord {
    const record = this.#publications.get(id) ?? { tracks: new Map(), muted: new Set(), room, participant };
    this.#publications.set(id, record);
    return record;
  }

  #tellMuted(track: EncodedTrack, muted: boolean): void {
    for (const tap of this.#taps.values()) if (tap.trackId === track.id) tap.muted(muted);
    this.#emit({ type: 'track-muted', track, muted });
  }

  #endViewer(id: string, reason: string): void {
    const viewer = this.#viewers.get(id);
    this.#viewers.delete(id);
    if (viewer) this.#guard(() => viewer.onClosed(reason));
  }

  /** The engine's thread died: everything that it carried ends, loudly. */
  #lose(error: SfuError): void {
    this.#guard(() => this.#log(error.message));
    for (const tap of this.#taps.values()) tap.end(error);
    for (const { track } of this.#tracks.values()) this.#note({ type: 'track-removed', track }, '');
    for (const [id, { room, participant }] of this.#publications) {
      this.#note({ type: 'publication-closed', room, participant, id, reason: 'engine gone' }, id);
    }
    for (const id of this.#viewers.keys()) this.#endViewer(id, 'engine gone');
    this.#deaths++;
    void this.#replace();
  }

  async #replace(): Promise<void> {
    if (this.#closing) return;
    const thread = this.#start();
    try {
      await thread.ready();
      if (this.#closing) return await thread.terminate();
      this.#thread = thread;
      this.#guard(() => this.#log('The SFU engine was started again.'));
    } catch (error) {
      await thread.terminate();
      const why = error instanceof Error ? error.message : String(error);
      this.#guard(() => this.#log(`The SFU engine could not be started again (${why}); trying once more.`));
      setTimeout(() => void this.#replace(), RESTART_PAUSE_MS).unref();
    }
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
