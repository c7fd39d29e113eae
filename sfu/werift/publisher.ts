/** One publication: the peer connection of a WHIP client and its tracks. */
import { randomBytes, randomInt } from 'node:crypto';
import { SfuError } from '../sfu-error.ts';
import type { EncodedTrack } from '../types.ts';
import { Connection, type EngineContext } from './connection.ts';
import { parseIceFragment, writeIceFragment } from './ice-fragment.ts';
import { negotiatePublish, type PublishNegotiation } from './publish-sdp.ts';
import { PublishedTrack } from './published-track.ts';
import { createRtpView, readRtp, readTextExtension, type RtpView } from './rtp-packet.ts';
import { parseRtcp, receiverReport } from './rtcp.ts';
import { iceLines } from './transport-sdp.ts';

/** How often missing packets are looked after, while some are. */
const REPAIR_MS = 20;

/** What a publisher tells the engine. */
export interface PublisherEvents {
  /** Media can flow. */
  connected(publisher: Publisher): void;
  closed(publisher: Publisher, reason: string): void;
}

/** Who publishes where. */
export interface PublisherIdentity {
  readonly room: string;
  readonly participant: string;
}

/** A publisher's end of the SFU. */
export class Publisher {
  /** Unguessable: it is the WHIP resource, and whoever knows it may end it. */
  readonly id = randomBytes(18).toString('base64url');
  readonly room: string;
  readonly participant: string;
  readonly tracks: readonly PublishedTrack[];
  readonly answerSdp: string;
  readonly #context: EngineContext;
  readonly #connection: Connection;
  readonly #negotiation: PublishNegotiation;
  readonly #bySsrc = new Map<number, PublishedTrack>();
  readonly #view: RtpView = createRtpView();
  readonly #ssrc = randomInt(1, 2 ** 32 - 1);
  #repairing: NodeJS.Timeout | undefined;
  #closed = false;

  /** Throws {@link SfuError} `bad-offer`. */
  constructor(
    identity: PublisherIdentity,
    offerSdp: string,
    maxTracks: number,
    context: EngineContext,
    events: PublisherEvents,
  ) {
    this.room = identity.room;
    this.participant = identity.participant;
    this.#context = context;
    this.#negotiation = negotiatePublish(offerSdp, maxTracks);
    this.#connection = new Connection(context, {
      connected: () => events.connected(this),
      rtp: (packet, index) => this.#rtp(packet, index),
      rtcp: (compound) => this.#rtcp(compound),
      closed: (reason) => events.closed(this, reason),
    });
    this.#connection.accept(this.#negotiation.remote);
    this.answerSdp = this.#negotiation.answer(this.#connection.local);
    const group = randomBytes(9).toString('hex');
    const uplink = { ssrc: this.#ssrc, sendRtcp: (compound: Buffer) => this.#connection.sendRtcp(compound) };
    this.tracks = this.#negotiation.sections.map((section) => {
      const info: EncodedTrack = {
        id: randomBytes(9).toString('base64url'),
        ...identity,
        kind: section.kind,
        codec: section.codec,
      };
      return new PublishedTrack(info, section, group, uplink, context.counters);
    });
    for (const track of this.tracks) for (const ssrc of track.section.ssrcs.slice(0, 1)) this.#bySsrc.set(ssrc, track);
  }

  get connected(): boolean {
    return this.#connection.connected;
  }

  /** A WHIP PATCH: candidates need nothing; new credentials restart ICE and are answered. Throws `bad-fragment`. */
  trickle(text: string): string | undefined {
    const { ufrag, pwd } = parseIceFragment(text);
    const remote = this.#connection.remote!;
    if (ufrag === undefined || ufrag === remote.ufrag) return undefined;
    if (!pwd) throw new SfuError('bad-fragment', 'An ICE restart needs a=ice-pwd beside the new a=ice-ufrag.');
    this.#connection.accept({ ...remote, ufrag, pwd });
    this.#connection.restartIce();
    return writeIceFragment(iceLines(this.#connection.local), this.#negotiation.sections);
  }

  /** Once a second: tells the client how its media arrive, and says why it should be closed if it should. */
  tick(): string | undefined {
    const nowMs = this.#context.nowMs();
    const blocks = this.tracks.map((track) => track.reportBlock(nowMs)).filter((block) => block !== undefined);
    if (blocks.length > 0) this.#connection.sendRtcp(receiverReport(this.#ssrc, blocks));
    return this.#connection.overdue();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#repairing);
    for (const track of this.tracks) track.close();
    this.#connection.close();
  }

  #rtp(packet: Buffer, index: number): void {
    const view = this.#view;
    const nowMs = this.#context.nowMs();
    const track = readRtp(packet, view) ? this.#route(packet, view, nowMs) : undefined;
    if (!track) {
      this.#context.counters.unroutable++;
      return;
    }
    track.packet(packet, view, index, nowMs, arrivalUs());
    if (track.incomplete && !this.#repairing) this.#startRepair();
  }

  /** By stream, else by mid, else by payload type when that leaves no doubt. A rid means nothing here: none was negotiated. */
  #route(packet: Buffer, view: RtpView, nowMs: number): PublishedTrack | undefined {
    const track = this.#bySsrc.get(view.ssrc) ?? this.#find(packet, view);
    if (!track || track.section.codec.payloadType !== view.payloadType || !track.owns(view.ssrc, nowMs))
      return undefined;
    this.#bySsrc.set(view.ssrc, track);
    return track;
  }

  #find(packet: Buffer, view: RtpView): PublishedTrack | undefined {
    const named = this.tracks.find(
      ({ section: { mid, midExtension } }) => midExtension && mid === readTextExtension(packet, midExtension),
    );
    if (named) return named;
    const alike = this.tracks.filter(({ section }) => section.codec.payloadType === view.payloadType);
    return alike.length === 1 ? alike[0] : undefined;
  }

  #rtcp(compound: Buffer): void {
    const nowMs = this.#context.nowMs();
    for (const message of parseRtcp(compound)) {
      if (message.type === 'sender-report') this.#bySsrc.get(message.ssrc)?.senderReport(message, nowMs, arrivalUs());
    }
  }

  #startRepair(): void {
    const repair = (): void => {
      const nowMs = this.#context.nowMs();
      const waiting = this.tracks.map((track) => track.repair(nowMs)).some(Boolean);
      if (waiting) return;
      clearInterval(this.#repairing);
      this.#repairing = undefined;
    };
    this.#repairing = setInterval(repair, REPAIR_MS);
    repair();
  }
}

/** Microseconds on the clock that all threads of the process share (`performance.now` starts anew in each). */
function arrivalUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
