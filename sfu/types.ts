/** What the SFU gives to and takes from the rest of the house. Engines live behind {@link Sfu}. */

/** A media codec as negotiated with a publisher. */
export interface TrackCodec {
  /** `audio/opus`, `video/VP8` or `video/H264` (IANA names, RFC 6838). */
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
