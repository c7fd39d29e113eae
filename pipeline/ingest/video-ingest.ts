/**
 * VP8 (RFC 7741), VP9 (RFC 9628) and H.264 (RFC 6184) over RTP to I420 pictures on the capture clock. Every picture is
 * decoded, since the next one builds on it, but for those of temporal layers that nobody needs; only the wanted few are
 * copied out.
 */
import type { Frame } from 'node-av/lib';
import type { MediaWish, TrackInfo, VideoFrame } from '../types.ts';
import type { AvDecoder } from './av-decoder.ts';
import type { Depacketiser, EncodedPicture } from './depacketiser.ts';
import { isDamaged, pictureCodec } from './picture-decoder.ts';
import type { PictureCodec } from './picture-decoder.ts';
import { PictureExporter } from './picture-export.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { SampleGate } from './sample-gate.ts';
import { TrackIngest, type TrackIngestOptions } from './track-ingest.ts';
import type { IngestEvents } from './track.ts';

export interface VideoIngestEvents extends IngestEvents<VideoFrame> {
  /** `key-frame`: pictures are missing; at most once a second. `larger-pictures`: they are small, every two seconds. */
  onWish(wish: MediaWish): void;
}

export interface VideoIngestOptions extends TrackIngestOptions {
  /** The first picture at or past each multiple of this is handed out; default 1/6 s; 0 hands out every one. */
  readonly sampleIntervalUs?: number;
  /** Where in each such interval of the capture clock a picture is due; by default where the first one was. */
  readonly samplePhaseUs?: number;
  /** Bigger pictures are scaled down to it; default 640. */
  readonly longestSide?: number;
}

/** Of three temporal layers at 30 pictures a second this one makes 15: enough for six looks. The base alone makes 7 or 8. */
const LAYER = 1;
const RESTING_LAYER = 0;
const KEY_FRAME_REQUEST_INTERVAL_US = 1_000_000;
/**
 * The longest side of a picture in which a face is read as in a larger one, pixels. At 320 the valences of a clip with a face of
 * half the height were 0.02 apart from those at 1280; at 240 it was 0.05, at 160 0.09.
 */
const LARGE_ENOUGH = 300;
const SMALL_FOR_US = 2_000_000;
/** A key frame comes within a round trip when asked for; longer without one is worth saying. */
const KEY_FRAME_PATIENCE_US = 2_000_000;
const FAILURES_TO_RESTART = 3;
const WORDS = {
  ingest: 'Video',
  muted: 'The participant has switched the camera off.',
  lost: 'No video arrives any more. Check the connection of the participant.',
} as const;

export class VideoIngest extends TrackIngest<VideoFrame, VideoIngestEvents> {
  readonly #gate: SampleGate;
  readonly #exporter: PictureExporter;
  readonly #codec: PictureCodec | undefined;
  readonly #depacketiser: Depacketiser | undefined;
  #decoder: AvDecoder | undefined;
  /** Pictures are dropped for want of a key frame, and since when they are missed. */
  #waiting = true;
  #waitingSinceUs: number | undefined;
  /** A picture came out of the decoder damaged; handled when the decoder has returned. */
  #damaged = false;
  #requestedUs = -Infinity;
  /** Since when pictures are small, or when larger ones were last wished for. */
  #smallSinceUs: number | undefined;
  /** Pictures that the decoder will give before the one that counts: spatial layers below the highest. */
  #below = 0;
  #failures = 0;
  readonly #counts = { decoded: 0, frames: 0, skipped: 0, damaged: 0, keyFrameRequests: 0 };

  constructor(info: TrackInfo, events: VideoIngestEvents, options: VideoIngestOptions = {}) {
    super(info, info.clockRateHz, events, WORDS, options);
    this.#gate = new SampleGate(options.sampleIntervalUs, options.samplePhaseUs);
    this.#exporter = new PictureExporter(options.longestSide);
    this.#codec = pictureCodec(info.mimeType);
    this.#depacketiser = this.#codec?.depacketiser(
      {
        onPicture: (picture) => this.#onPicture(picture),
        onIncomplete: () => this.#needKeyFrame(),
        onBadPayload: (message) => this.#onBadPayload(message),
      },
      info.parameters,
    );
    this.#depacketiser?.keep(LAYER);
    this.#decoder = this.#codec?.open();
  }

  /** The person has not moved for long: pictures of the base layer are enough to see when they do. */
  rest(resting: boolean): void {
    this.#depacketiser?.keep(resting ? RESTING_LAYER : LAYER);
  }

  protected refusal(): string | undefined {
    if (this.#codec !== undefined) return undefined;
    return `${this.info.mimeType} cannot be seen: publish this track as video/VP8, video/VP9 or video/H264.`;
  }

  protected onPacket(packet: RtpPacket, arrivalUs: number): void {
    this.#depacketiser?.push(packet, arrivalUs);
  }

  protected onLoss(): void {
    this.#depacketiser?.gap();
    this.#needKeyFrame();
  }

  protected onRestart(): void {
    this.clock.restart();
    this.#depacketiser?.gap();
    this.#waiting = true;
    this.#waitingSinceUs = undefined;
  }

  protected onAlive(): void {
    if (this.#waitingSinceUs !== undefined && this.nowUs - this.#waitingSinceUs > KEY_FRAME_PATIENCE_US)
      this.signal.set('lost', 'No key frame arrives. Does the SFU pass on key-frame requests?');
  }

  protected counts(): Readonly<Record<string, number>> {
    return { ...this.#counts, leftOut: this.#depacketiser?.leftOut ?? 0 };
  }

  protected onClose(): void {
    this.#decoder?.close();
    this.#exporter.close();
  }

  #onBadPayload(message: string): void {
    this.reporter.report('bad-packet', `A picture was dropped: ${message}.`, this.nowUs);
    this.#needKeyFrame();
  }

  #onPicture(picture: EncodedPicture): void {
    const captureUs = this.clock.captureUs(picture.timestamp, picture.arrivalUs);
    if (this.#waiting && !picture.keyFrame) {
      this.#counts.skipped += 1;
      this.#needKeyFrame();
      return;
    }
    this.#waiting = false;
    this.#waitingSinceUs = undefined;
    this.#damaged = false;
    this.#below = picture.layers - 1;
    const pts = BigInt(Math.round(captureUs));
    const code = this.#decoder?.decode(picture.data, pts, (frame) => this.#onDecoded(frame)) ?? 0;
    if (code < 0 || this.#damaged) this.#onFailure();
  }

  #onDecoded(frame: Frame): void {
    this.#counts.decoded += 1;
    if (isDamaged(frame)) {
      this.#counts.damaged += 1;
      this.#damaged = true;
      return;
    }
    this.#failures = 0;
    if (this.#below-- > 0) return;
    const captureUs = this.stamp.stamp(Number(frame.pts));
    if (this.#gate.isDue(captureUs)) {
      const picture = this.#exporter.export(frame);
      this.#counts.frames += 1;
      this.#judgeSize(Math.max(picture.width, picture.height));
      this.events.onFrame({ ...picture, captureUs, decodedMs: performance.now() });
    }
    this.signal.set('ok');
  }

  /** Asks for a key frame and drops pictures until it comes. */
  #needKeyFrame(): void {
    this.#waiting = true;
    this.#waitingSinceUs ??= this.nowUs;
    if (this.nowUs - this.#requestedUs < KEY_FRAME_REQUEST_INTERVAL_US) return;
    this.#requestedUs = this.nowUs;
    this.#counts.keyFrameRequests += 1;
    this.events.onWish('key-frame');
  }

  #judgeSize(longestSide: number): void {
    if (longestSide >= LARGE_ENOUGH) {
      this.#smallSinceUs = undefined;
      return;
    }
    this.#smallSinceUs ??= this.nowUs;
    if (this.nowUs - this.#smallSinceUs < SMALL_FOR_US) return;
    this.#smallSinceUs = this.nowUs;
    this.events.onWish('larger-pictures');
  }

  #onFailure(): void {
    this.#failures += 1;
    this.reporter.report(
      'decode-failed',
      'A picture could not be decoded; waiting for the next key frame.',
      this.nowUs,
    );
    if (this.#failures >= FAILURES_TO_RESTART) {
      this.#failures = 0;
      const detail = 'Video cannot be decoded. If the call is end-to-end encrypted, it cannot be analysed.';
      this.reporter.report('decoder-broken', detail, this.nowUs);
      this.signal.set('lost', detail);
      this.#decoder?.close();
      this.#decoder = this.#codec?.open();
    }
    this.#needKeyFrame();
  }
}
