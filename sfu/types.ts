/** What the SFU gives to and takes from the rest of the house. Engines live behind {@link Sfu}. */
import type { ConsentGrant } from './consent-grant.ts';

/** A media codec as negotiated with a publisher. */
export interface TrackCodec {
  /** `audio/opus`, `video/VP8`, `video/VP9` or `video/H264` (IANA names, RFC 6838). */
  readonly mimeType: string;
  readonly payloadType: number;
  readonly clockRateHz: number;
  readonly channels?: number;
  /** The SDP `a=fmtp` parameters, as written. */
  readonly parameters?: string;
}

/** One published track, still encoded: the description of what a tap forks. */
export interface EncodedTrack {
  readonly id: string;
  readonly room: string;
  readonly participant: string;
  readonly kind: 'audio' | 'video';
  readonly codec: TrackCodec;
}

/** An RTCP sender report (RFC 3550 6.4.1), reduced to what a clock needs. */
export interface SenderReport {
  readonly ssrc: number;
  /** The sender's wall clock, in microseconds since 1970. */
  readonly ntpUs: number;
  readonly rtpTimestamp: number;
  /** When it arrived, in microseconds on this process's monotonic clock. */
  readonly arrivalUs: number;
}

/** Where a tap pours its packets. Calls never block and never throw into the SFU. */
export interface TapSink {
  /** One RTP packet, header included. The bytes belong to the sink from here on. */
  packet(rtp: Uint8Array, arrivalUs: number): void;
  senderReport(report: SenderReport): void;
  /** The publisher muted or unmuted (signalling, not silence). */
  muted(muted: boolean): void;
  /** The tap is over; `error` only when it broke. Nothing follows. */
  closed(error?: Error): void;
}

/** What an engine can do; callers ask here instead of guessing by its name. */
export interface SfuCapabilities {
  /** Publishers may send layers (simulcast, and SVC where a codec has it); each viewer gets what its line bears. */
  readonly simulcast: boolean;
  /** Viewers report what arrives (transport-wide feedback), and get no more than that. */
  readonly congestionControl: boolean;
  readonly videoCodecs: readonly string[];
  readonly audioCodecs: readonly string[];
  readonly iceRestart: boolean;
  readonly senderReports: boolean;
}

/** A publisher's session: the resource of WHIP (RFC 9725). */
export interface Publication {
  /** Opaque and unguessable; the last part of the WHIP resource URL. */
  readonly id: string;
  readonly answerSdp: string;
}

/** One server offer to a viewer; answers carry the same number. */
export interface ViewerOffer {
  readonly number: number;
  readonly sdp: string;
  /** Which m-line (`mid`) carries whose track. */
  readonly tracks: ReadonlyArray<{ mid: string; trackId: string; participant: string; kind: 'audio' | 'video' }>;
}

/** A viewer's one peer connection for all it watches. One offer is in flight at a time; changes coalesce. */
export interface Viewer {
  answer(number: number, sdp: string): Promise<void>;
  /** A trickled candidate of the viewer (`candidate:` line and mid), or null at the end. */
  candidate(candidate: { candidate: string; sdpMid?: string | null } | null): Promise<void>;
  /** Starts an ICE restart: a new offer follows. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What happens in a room, told to whoever listens. */
export type SfuEvent =
  | { readonly type: 'track-added'; readonly track: EncodedTrack }
  | { readonly type: 'track-removed'; readonly track: EncodedTrack }
  | { readonly type: 'track-muted'; readonly track: EncodedTrack; readonly muted: boolean }
  | {
      readonly type: 'publication-closed';
      readonly room: string;
      readonly participant: string;
      readonly id: string;
      readonly reason: string;
    };

/** Whose voice is heard in a room, from the audio levels that senders write into their packets (RFC 6464). */
export type VoiceActivity =
  | {
      readonly type: 'levels';
      readonly room: string;
      /** The loudest first; who is not listed is silent. `levelDb` is 0 at full scale and negative below. */
      readonly levels: ReadonlyArray<{ readonly track: EncodedTrack; readonly levelDb: number }>;
    }
  | { readonly type: 'active-speaker'; readonly room: string; readonly track: EncodedTrack };

/** A fork of one track. Bounded: when the sink's thread lags, the oldest packets fall and are counted. */
export interface Tap {
  readonly trackId: string;
  /** Packets handed over, and packets dropped because the bound was reached. */
  stats(): { readonly packets: number; readonly dropped: number };
  /**
   * Whoever is tapped rests (true), or no longer does: the sink is in no hurry, so packets may come together, up to 60 ms later,
   * and those of higher temporal layers need not come at all.
   */
  rest(resting: boolean): void;
  /** The pictures are too small for the sink: from now on they are of the next larger spatial layer, where there is one. */
  enlarge(): void;
  /** Idempotent. When it resolves, no packet of this tap is held anywhere in the SFU. */
  close(): Promise<void>;
}

/** A selective forwarding unit. All methods may be called from the main thread: they only pass messages. */
export interface Sfu {
  readonly engine: string;
  readonly capabilities: SfuCapabilities;
  /** WHIP publish: client offer in, answer out. One peer connection per publication. Throws {@link SfuError}. */
  publish(room: string, participant: string, offerSdp: string): Promise<Publication>;
  /** WHIP PATCH body (`application/trickle-ice-sdpfrag`, RFC 8840); answers a fragment when it restarts ICE. */
  trickle(publicationId: string, sdpFragment: string): Promise<string | undefined>;
  unpublish(publicationId: string): Promise<void>;
  /** The publisher said (signalling) that it muted a kind of media; taps and listeners are told. */
  setMuted(publicationId: string, kind: 'audio' | 'video', muted: boolean): void;
  /**
   * Watches everybody else in the room. `onOffer` gets the server's offers, the first after
   * `view` has resolved; `onClosed` is told once when the
   * connection ends (lost, offer not answered, engine gone, closed) and why.
   */
  view(
    room: string,
    viewer: string,
    onOffer: (offer: ViewerOffer) => void,
    onClosed?: (reason: string) => void,
  ): Promise<Viewer>;
  /** Forks a track. No grant, no fork: the grant must be live and cover the track's room and participant. */
  tap(trackId: string, grant: ConsentGrant, sink: TapSink): Promise<Tap>;
  requestKeyFrame(trackId: string): void;
  tracks(room: string): readonly EncodedTrack[];
  onEvent(listener: (event: SfuEvent) => void): () => void;
  /** Whose voice is heard, a few times a second; only engines that read audio levels have it. Costs something only while listened to. */
  onVoice?(listener: (activity: VoiceActivity) => void): () => void;
  stats(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}
