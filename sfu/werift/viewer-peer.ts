/** One viewer: a peer connection for everything it watches, negotiated by the server's numbered offers. */
import { randomInt } from 'node:crypto';
import { SfuError } from '../sfu-error.ts';
import type { ViewerOffer } from '../types.ts';
import { Connection, type EngineContext } from './connection.ts';
import { Forwarder } from './forwarder.ts';
import type { PublishedTrack } from './published-track.ts';
import { parseRtcp } from './rtcp.ts';
import { parseViewerAnswer, PayloadTypes, type Slot, writeViewerOffer } from './viewer-sdp.ts';

/** What a viewer tells the engine. */
export interface ViewerEvents {
  offer(viewer: ViewerPeer, offer: ViewerOffer): void;
  closed(viewer: ViewerPeer, reason: string): void;
}

/** Who watches where; `id` tells two windows of one person apart. */
export interface ViewerIdentity {
  readonly id: string;
  readonly room: string;
  readonly name: string;
}

/** A viewer's end of the SFU. */
export class ViewerPeer {
  readonly id: string;
  readonly room: string;
  readonly name: string;
  readonly #context: EngineContext;
  readonly #events: ViewerEvents;
  readonly #connection: Connection;
  readonly #maxSlots: number;
  readonly #payloadTypes = new PayloadTypes();
  readonly #slots: Slot[] = [];
  readonly #wanted = new Map<string, PublishedTrack>();
  readonly #running = new Map<number, { track: PublishedTrack; forwarder: Forwarder }>();
  #number = 0;
  #inFlight: { number: number; sinceMs: number } | undefined;
  #dirty = false;
  #restarting = false;
  #closed = false;

  constructor({ id, room, name }: ViewerIdentity, maxSlots: number, context: EngineContext, events: ViewerEvents) {
    this.id = id;
    this.room = room;
    this.name = name;
    this.#maxSlots = maxSlots;
    this.#context = context;
    this.#events = events;
    this.#connection = new Connection(context, {
      connected: () => this.#running.forEach(({ track, forwarder }) => track.greet(forwarder)),
      rtp: () => context.counters.unroutable++,
      rtcp: (compound) => this.#rtcp(compound),
      closed: (reason) => events.closed(this, reason),
    });
  }

  /** Watches these as well. One offer for all of them. */
  add(tracks: readonly PublishedTrack[]): void {
    for (const track of tracks) this.#wanted.set(track.info.id, track);
    if (tracks.length > 0) this.#change();
  }

  /** No longer watches these: media stop now, the m-lines go idle with the next offer. */
  remove(tracks: readonly PublishedTrack[]): void {
    for (const track of tracks) {
      this.#wanted.delete(track.info.id);
      this.#stop((each) => each === track);
    }
    if (this.#slots.some(({ track }) => track && !this.#wanted.has(track.id))) this.#change();
  }

  /** Throws {@link SfuError} `stale-answer` or `bad-answer`; the offer stays open after a bad one. */
  answer(number: number, sdp: string): void {
    if (number !== this.#inFlight?.number) {
      throw new SfuError(
        'stale-answer',
        `Offer ${number} is not waiting for an answer${this.#inFlight ? ` (offer ${this.#inFlight.number} is)` : ''}: answer only the latest offer, once.`,
      );
    }
    const { remote, taken } = parseViewerAnswer(sdp, this.#slots);
    this.#inFlight = undefined;
    this.#connection.accept(remote);
    for (const slot of this.#slots) this.#apply(slot, taken.has(slot.mid));
    if (this.#dirty) this.#change();
  }

  /** New ICE credentials with the next offer. */
  restart(): void {
    this.#restarting = true;
    this.#change();
  }

  /** Says why this viewer should be closed, if it should. */
  tick(): string | undefined {
    const { nowMs, patience } = this.#context;
    if (this.#inFlight && nowMs() - this.#inFlight.sinceMs > patience.halfOpenMs) return 'offer not answered';
    return this.#connection.overdue();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stop(() => true);
    this.#wanted.clear();
    this.#connection.close();
  }

  #change(): void {
    if (this.#closed) return;
    this.#dirty = this.#inFlight !== undefined;
    if (this.#dirty) return;
    this.#fillSlots();
    if (this.#slots.length === 0) return;
    // Only now: credentials that no offer has carried would push out those in use.
    if (this.#restarting) this.#connection.restartIce();
    this.#restarting = false;
    this.#number++;
    this.#inFlight = { number: this.#number, sinceMs: this.#context.nowMs() };
    const tracks = this.#slots.flatMap(({ mid, track }) =>
      track ? [{ mid, trackId: track.id, participant: track.participant, kind: track.kind }] : [],
    );
    const sdp = writeViewerOffer(this.#number, this.#slots, this.#connection.local);
    this.#events.offer(this, { number: this.#number, sdp, tracks });
  }

  /** Newcomers take idle m-lines first. One that goes idle now stays so for an offer, or browsers miss the change of track. */
  #fillSlots(): void {
    const idle = this.#slots.filter(({ track }) => !track);
    for (const slot of this.#slots) {
      if (slot.track && !this.#wanted.has(slot.track.id)) slot.track = undefined;
    }
    const shown = new Set(this.#slots.map(({ track }) => track?.id));
    for (const { info, group } of this.#wanted.values()) {
      const payloadType = this.#payloadTypes.of(info.codec);
      const at = idle.findIndex(({ kind }) => kind === info.kind);
      const full = at < 0 && this.#slots.length >= this.#maxSlots;
      if (shown.has(info.id) || full || payloadType === undefined) continue;
      const filled = { track: info, codec: info.codec, ssrc: randomInt(1, 2 ** 32 - 1), payloadType, cname: group };
      if (at >= 0) Object.assign(idle.splice(at, 1)[0], filled);
      else this.#slots.push({ mid: String(this.#slots.length), kind: info.kind, ...filled });
    }
  }

  #apply({ track: info, ssrc, payloadType, cname }: Slot, taken: boolean): void {
    const track = info && this.#wanted.get(info.id);
    if (!track || !taken) {
      if (info) this.#stop(({ info: { id } }) => id === info.id);
      return;
    }
    if (this.#running.has(ssrc)) return;
    const forwarder = new Forwarder({ ssrc, payloadType, cname }, track.info.codec.clockRateHz, this.#connection);
    this.#running.set(ssrc, { track, forwarder });
    track.attach(forwarder);
    if (this.#connection.connected) track.greet(forwarder);
  }

  #stop(matches: (track: PublishedTrack) => boolean): void {
    for (const [ssrc, { track, forwarder }] of this.#running) {
      if (!matches(track)) continue;
      track.detach(forwarder);
      this.#running.delete(ssrc);
    }
  }

  #rtcp(compound: Buffer): void {
    const { counters, nowMs } = this.#context;
    for (const message of parseRtcp(compound)) {
      if (message.type === 'sender-report') continue;
      const running = this.#running.get(message.mediaSsrc);
      if (!running) continue;
      if (message.type === 'nack') {
        counters.nackIn++;
        running.track.resend(running.forwarder, message.sequences, nowMs());
      } else {
        counters.keyFrameAsksIn++;
        running.track.askKeyFrame();
      }
    }
  }
}
