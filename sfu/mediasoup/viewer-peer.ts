/** One viewer: a peer connection for everything it watches, negotiated by the server's numbered offers. */
import type { Consumer, RtpCapabilities } from 'mediasoup/types';
import { SfuError } from '../sfu-error.ts';
import type { ViewerOffer } from '../types.ts';
import type { Sdp } from '../werift/sdp.ts';
import { parseViewerAnswer } from '../werift/viewer-sdp.ts';
import { dtlsOf, type Patience, PeerTransport, type TransportPlace } from './peer-transport.ts';
import type { PublishedTrack } from './publisher.ts';
import { lacking, type Slot, without, writeViewerOffer } from './viewer-sdp.ts';

/** What a viewer tells its room. */
export interface ViewerEvents {
  offer(offer: ViewerOffer): void;
  closed(viewer: ViewerPeer, reason: string): void;
}

/** Who watches where; `id` tells two windows of one person apart. */
export interface ViewerIdentity {
  readonly id: string;
  readonly name: string;
}

/** What a viewer is made with. */
export interface ViewerOptions {
  readonly capabilities: RtpCapabilities;
  readonly maxSlots: number;
  readonly patience: Patience;
}

/** A viewer's end of the SFU. */
export class ViewerPeer {
  readonly id: string;
  readonly name: string;
  readonly #events: ViewerEvents;
  readonly #maxSlots: number;
  readonly #answerWithinMs: number;
  readonly #slots: Slot[] = [];
  readonly #wanted = new Map<string, PublishedTrack>();
  #capabilities: RtpCapabilities;
  #peer!: PeerTransport;
  #number = 0;
  #inFlight: { readonly number: number; readonly overdue: NodeJS.Timeout } | undefined;
  #dirty = false;
  #offering = false;
  #restarting = false;
  #closed = false;

  private constructor(identity: ViewerIdentity, options: ViewerOptions, events: ViewerEvents) {
    this.id = identity.id;
    this.name = identity.name;
    this.#capabilities = options.capabilities;
    this.#maxSlots = options.maxSlots;
    this.#answerWithinMs = options.patience.halfOpenMs;
    this.#events = events;
  }

  static async open(
    identity: ViewerIdentity,
    options: ViewerOptions,
    place: TransportPlace,
    events: ViewerEvents,
  ): Promise<ViewerPeer> {
    const viewer = new ViewerPeer(identity, options, events);
    viewer.#peer = await PeerTransport.open(place, options.patience, {
      connected: () => {},
      closed: (reason) => events.closed(viewer, reason),
    });
    return viewer;
  }

  /** Watches these as well. One offer for all of them. */
  add(tracks: readonly PublishedTrack[]): void {
    for (const track of tracks) this.#wanted.set(track.info.id, track);
    if (tracks.length > 0) this.#change();
  }

  /** No longer watches these: their consumers end with them, the m-lines go idle with the next offer. */
  remove(tracks: readonly PublishedTrack[]): void {
    for (const { info } of tracks) this.#wanted.delete(info.id);
    const left = this.#slots.some(({ track }) => track && !this.#wanted.has(track.info.id));
    // One that is being consumed this moment is in no slot yet.
    if (left || this.#offering) this.#change();
  }

  /** Throws {@link SfuError} `stale-answer` or `bad-answer`; the offer stays open after a bad one. */
  async answer(number: number, sdp: string): Promise<void> {
    const inFlight = this.#inFlight;
    if (number !== inFlight?.number)
      throw new SfuError(
        'stale-answer',
        `Offer ${number} is not waiting for an answer${inFlight ? ` (offer ${inFlight.number} is)` : ''}: answer only the latest offer, once.`,
      );
    const { sdp: answer, remote, taken } = parseViewerAnswer(sdp, this.#slots);
    const dtls = dtlsOf(remote.fingerprints, 'bad-answer');
    clearTimeout(inFlight.overdue);
    this.#inFlight = undefined;
    await this.#peer.accept(dtls, 'bad-answer');
    if (!this.#learn(answer)) await Promise.all(this.#slots.map((slot) => this.#apply(slot, taken.has(slot.mid))));
    await this.#offerIfDue();
  }

  /** New ICE credentials with the next offer. */
  restart(): void {
    this.#restarting = true;
    this.#change();
  }

  /** Asks for a picture that stands alone on behalf of this viewer. False when it does not watch the track. */
  requestKeyFrame(trackId: string): boolean {
    const consumer = this.#slots.find(({ track }) => track?.info.id === trackId)?.consumer;
    if (!consumer || consumer.closed || consumer.paused) return false;
    // Refused only when it has just closed.
    consumer.requestKeyFrame().catch(() => {});
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#inFlight?.overdue);
    this.#wanted.clear();
    this.#peer.close();
  }

  #change(): void {
    this.#dirty = true;
    void this.#offerIfDue();
  }

  /** One offer at a time; what changes meanwhile goes into the next. */
  async #offerIfDue(): Promise<void> {
    if (!this.#dirty || this.#inFlight || this.#offering || this.#closed) return;
    this.#offering = true;
    this.#dirty = false;
    try {
      await this.#offer();
    } catch {
      // The worker went away under it; the room tells.
    } finally {
      this.#offering = false;
    }
    await this.#offerIfDue();
  }

  async #offer(): Promise<void> {
    await this.#fillSlots();
    if (this.#slots.length === 0 || this.#closed) return;
    // Only now: credentials that no offer has carried would push out those in use.
    if (this.#restarting) await this.#peer.transport.restartIce();
    this.#restarting = false;
    this.#number++;
    const overdue = setTimeout(() => this.#giveUp(), this.#answerWithinMs);
    this.#inFlight = { number: this.#number, overdue };
    const tracks = this.#slots.flatMap(({ mid, track }) => {
      if (!track) return [];
      const { id, participant, kind } = track.info;
      return [{ mid, trackId: id, participant, kind }];
    });
    const sdp = writeViewerOffer(this.#number, this.#slots, this.#peer.transport);
    this.#events.offer({ number: this.#number, sdp, tracks });
  }

  /** Newcomers take idle m-lines first. One that goes idle now stays so for an offer, or browsers miss the change of track. */
  async #fillSlots(): Promise<void> {
    const idle = this.#slots.filter(({ track }) => !track);
    for (const slot of this.#slots) if (slot.track && !this.#wanted.has(slot.track.info.id)) empty(slot);
    for (const slot of this.#slots) if (slot.track && !slot.consumer) await this.#fill(slot, slot.track);
    const shown = new Set(this.#slots.map(({ track }) => track?.info.id));
    for (const track of this.#wanted.values()) {
      if (shown.has(track.info.id)) continue;
      const at = idle.findIndex(({ kind }) => kind === track.info.kind);
      if (at >= 0) await this.#fill(idle.splice(at, 1)[0], track);
      else if (this.#slots.length < this.#maxSlots) await this.#append(track);
    }
  }

  async #append(track: PublishedTrack): Promise<void> {
    const slot: Slot = { mid: String(this.#slots.length), kind: track.info.kind, payloadType: 0 };
    await this.#fill(slot, track);
    if (slot.consumer) this.#slots.push(slot);
  }

  /** Consumes a track, paused: packets that come before the viewer knows of them would be lost on it. */
  async #fill(slot: Slot, track: PublishedTrack): Promise<void> {
    const consumer = await this.#consume(slot.mid, track);
    if (!consumer) return;
    const { rtpParameters } = consumer;
    const [{ payloadType }] = rtpParameters.codecs;
    Object.assign(slot, { track, consumer, payloadType, rtp: rtpParameters });
  }

  async #consume(mid: string, { producer }: PublishedTrack): Promise<Consumer | undefined> {
    try {
      return await this.#peer.transport.consume({
        producerId: producer.id,
        rtpCapabilities: this.#capabilities,
        paused: true,
        mid,
      });
    } catch (error) {
      // It ended while it was asked for: the room takes it away in a moment.
      if (producer.closed) return undefined;
      throw error;
    }
  }

  /** Takes note of what the viewer refused. True when streams have to be offered anew without it. */
  #learn(answer: Sdp): boolean {
    const missing = lacking(this.#slots, answer);
    if (missing.size === 0) return false;
    this.#capabilities = without(this.#capabilities, missing);
    for (const slot of this.#slots) {
      slot.consumer?.close();
      slot.consumer = undefined;
    }
    this.#dirty = true;
    return true;
  }

  async #apply({ consumer, track }: Slot, taken: boolean): Promise<void> {
    if (!consumer || consumer.closed || !track) return;
    try {
      if (!taken) consumer.close();
      // Asks the publisher for a key frame as well.
      else if (consumer.paused) await consumer.resume();
    } catch {
      // Its publisher left in this moment.
    }
  }

  #giveUp(): void {
    if (this.#closed) return;
    this.close();
    this.#events.closed(this, 'offer not answered');
  }
}

function empty(slot: Slot): void {
  slot.consumer?.close();
  slot.consumer = undefined;
  slot.track = undefined;
}
