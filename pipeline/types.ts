/** The media that flow inside the pipeline. All times are `Us`: microseconds on one monotonic clock of the process. */

/** Mono audio at 16 kHz. */
export interface AudioFrame {
  /** Capture time of the first sample. */
  readonly captureUs: number;
  /** Float samples in -1..1 at 16 kHz; the receiver may keep them. */
  readonly samples: Float32Array;
  /**
   * `ok` decoded speech or sound; `concealed` invented by the decoder for a lost packet (never evidence);
   * `dtx` the sender said there was nothing to send: comfort silence.
   */
  readonly state: 'ok' | 'concealed' | 'dtx';
  /** `performance.now()` in milliseconds when decoding ended, for the latency read-out. */
  readonly decodedMs: number;
}

/** One decoded picture, I420 (BT.601), upright. */
export interface VideoFrame {
  readonly captureUs: number;
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly yStride: number;
  /** Stride of `u` and of `v`. */
  readonly uvStride: number;
  readonly decodedMs: number;
  /** Lends the planes' memory to a later picture: nobody looks at this one any more. Who does not call it keeps it. */
  readonly release?: () => void;
}

/** What the pipeline knows of a track's health; goes out as a `signal` event. */
export type SignalState = 'ok' | 'muted' | 'silent' | 'lost' | 'occluded' | 'poor' | 'unsupported';

/** The senses that a hop can hold. */
export type Modality = 'face' | 'voice' | 'caption';

/** One row of face features (see `models/features.json`) at one instant. */
export interface FaceSample {
  readonly captureUs: number;
  /** `face.features` of `models/features.json`, in that order. */
  readonly features: Float32Array;
  readonly state: SignalState;
  /** When sensing of this frame ended and how long it took, `performance.now()` ms. */
  readonly sensedMs: number;
  readonly decodedMs: number;
}

/** One row of voice features over 100 ms. */
export interface VoiceSegment {
  readonly startUs: number;
  readonly endUs: number;
  /** `voice.features` of `models/features.json`, in that order. */
  readonly features: Float32Array;
  readonly state: SignalState;
  readonly sensedMs: number;
  readonly decodedMs: number;
}

/** Words of a participant, as the platform (or the page) captioned them. */
export interface Caption {
  readonly startUs: number;
  readonly endUs: number;
  readonly text: string;
  readonly final: boolean;
}

/** What would help to read a video track: a picture that stands alone (PLI), or larger ones (the next spatial layer). */
export type MediaWish = 'key-frame' | 'larger-pictures';

/** An encoded track as it reaches the pipeline: what a decoder must know. */
export interface TrackInfo {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  /** IANA name: `audio/opus`, `video/VP8`, `video/VP9`, `video/H264`. */
  readonly mimeType: string;
  readonly clockRateHz: number;
  readonly channels?: number | undefined;
  /** SDP `a=fmtp` parameters, as written. */
  readonly parameters?: string | undefined;
  /** When given, packets of other payload types (retransmission, redundancy, events) are left alone. */
  readonly payloadType?: number | undefined;
}
