/** One publication: the peer connection of a WHIP client and its tracks. */
import { randomBytes } from 'node:crypto';
import type { Producer, RtpCapabilities } from 'mediasoup/types';
import { SfuError } from '../sfu-error.ts';
import type { EncodedTrack } from '../types.ts';
import { parseIceFragment, writeIceFragment } from '../werift/ice-fragment.ts';
import { type Patience, PeerTransport, type TransportPlace } from './peer-transport.ts';
import { negotiatePublish, type PublishedSection, type PublishNegotiation } from './publish-negotiation.ts';
import { iceLines, trackCodec } from './sdp-lines.ts';

/** libwebrtc's encoder answers key-frame requests at most every 300 ms; many viewers ask, it hears one. */
const KEY_FRAME_PAUSE_MS = 500;

/** One published track and what carries it. */
export interface PublishedTrack {
  readonly info: EncodedTrack;
  readonly producer: Producer;
  /** The same for all tracks of a publication: viewers play those in step. Not the publication's id, which is a secret. */
  readonly group: string;
}

/** Who publishes where. */
export interface PublisherIdentity {
  readonly room: string;
  readonly participant: string;
}

/** What a publisher tells its room. */
export interface PublisherEvents {
  connected(publisher: Publisher): void;
  closed(publisher: Publisher, reason: string): void;
}

/** A publisher's end of the SFU. */
export class Publisher {
  /** Unguessable: it is the WHIP resource, and whoever knows it may end it. */
  readonly id = randomBytes(18).toString('base64url');
  readonly room: string;
  readonly participant: string;
  tracks: readonly PublishedTrack[] = [];
  /** Media can flow: the room may show the tracks. */
  shown = false;
  readonly #negotiation: PublishNegotiation;
  #peer!: PeerTransport;
  #ufrag: string;

  private constructor({ room, participant }: PublisherIdentity, negotiation: PublishNegotiation) {
    this.room = room;
    this.participant = participant;
    this.#negotiation = negotiation;
    this.#ufrag = negotiation.ufrag;
  }

  /** Takes an offer. Throws {@link SfuError} `bad-offer`; nothing is left open then. */
  static async open(
    identity: PublisherIdentity,
    offerSdp: string,
    options: { readonly capabilities: RtpCapabilities; readonly maxTracks: number; readonly patience: Patience },
    place: TransportPlace,
    events: PublisherEvents,
  ): Promise<Publisher> {
    const negotiation = negotiatePublish(offerSdp, options.capabilities, options.maxTracks);
    const publisher = new Publisher(identity, negotiation);
    publisher.#peer = await PeerTransport.open(place, options.patience, {
      connected: () => events.connected(publisher),
      closed: (reason) => events.closed(publisher, reason),
    });
    try {
      await publisher.#peer.accept(negotiation.dtls, 'bad-offer');
      const group = randomBytes(9).toString('hex');
      const tracks: PublishedTrack[] = [];
      for (const section of negotiation.sections) tracks.push(await publisher.#produce(section, group));
      publisher.tracks = tracks;
    } catch (error) {
      publisher.close();
      throw error;
    }
    return publisher;
  }

  get answerSdp(): string {
    return this.#negotiation.answer(this.#peer.transport);
  }

  /** A WHIP PATCH: candidates need nothing; new credentials restart ICE and are answered. Throws `bad-fragment`. */
  async trickle(text: string): Promise<string | undefined> {
    const { ufrag, pwd } = parseIceFragment(text);
    if (ufrag === undefined || ufrag === this.#ufrag) return undefined;
    if (!pwd) throw new SfuError('bad-fragment', 'An ICE restart needs a=ice-pwd beside the new a=ice-ufrag.');
    this.#ufrag = ufrag;
    await this.#peer.transport.restartIce();
    return writeIceFragment(iceLines(this.#peer.transport), this.#negotiation.sections);
  }

  close(): void {
    this.#peer.close();
  }

  async #produce({ kind, sends }: PublishedSection, group: string): Promise<PublishedTrack> {
    try {
      const producer = await this.#peer.transport.produce({
        kind,
        rtpParameters: sends,
        ...(kind === 'video' ? { keyFrameRequestDelay: KEY_FRAME_PAUSE_MS } : {}),
      });
      const info: EncodedTrack = {
        id: randomBytes(9).toString('base64url'),
        room: this.room,
        participant: this.participant,
        kind,
        codec: trackCodec(producer.consumableRtpParameters),
      };
      return { info, producer, group };
    } catch (cause) {
      throw new SfuError(
        'bad-offer',
        `The streams of the offer cannot be received (${cause instanceof Error ? cause.message : String(cause)}): give each m-line ssrcs, rids or mids of its own.`,
        { cause },
      );
    }
  }
}
