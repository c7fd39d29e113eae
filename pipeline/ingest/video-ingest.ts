/**
 * VP8 (RFC 7741) and H.264 (RFC 6184) over RTP to I420 pictures on the capture clock. Every picture is decoded, since
 * the next one builds on it, but only the wanted few are copied out.
 */
import type { Frame } from 'node-av/lib';
import type { TrackInfo, VideoFrame } from '../types.ts';
import type { AvDecoder } from './av-decoder.ts';
import { CaptureClock, MonotonicStamp, ParticipantClock } from './capture-clock.ts';
import type { Depacketiser, EncodedPicture } from './depacketiser.ts';
import { ErrorReporter } from './ingest-error.ts';
import { isDamaged, pictureCodec } from './picture-decoder.ts';
import type { PictureCodec } from './picture-decoder.ts';
import { PictureExporter } from './picture-export.ts';
import { RtpReceiver } from './rtp-receiver.ts';
import { SampleGate } from './sample-gate.ts';
import { LOST_AFTER_US, SignalGate, StallGuard } from './track.ts';
import type { IngestEvents, IngestSenderReport } from './track.ts';

export interface VideoIngestEvents extends IngestEvents<VideoFrame> {
  /** Pictures are missing: ask the sender for a key frame (PLI). At most once a second. */
  onKeyFrameNeeded(): void;
}

export interface VideoIngestOptions {
  /** Share one between the tracks of a participant, so that they align. */
  readonly clock?: ParticipantClock;
  /** How long a missing packet is waited for; default 60 ms. */
  readonly holdUs?: number;
  /** The first picture at or past each multiple of this is handed out; default 1/6 s; 0 hands out every one. */
  readonly sampleIntervalUs?: number;
  /** Bigger pictures are scaled down to it; default 640. */
  readonly longestSide?: number;
}

const KEY_FRAME_REQUEST_INTERVAL_US = 1_000_000;
/** A key frame comes within a round trip when asked for; longer without one is worth saying. */
const KEY_FRAME_PATIENCE_US = 2_000_000;
const FAILURES_TO_RESTART = 3;

export class VideoIngest {
  readonly #info: TrackInfo;
  readonly #events: VideoIngestEvents;
  readonly #reporter: ErrorReporter;
  readonly #signal: SignalGate;
  readonly #clock: CaptureClock;
  readonly #stamp = new MonotonicStamp();
  readonly #stall = new StallGuard();
  readonly #receiver: RtpReceiver;
  readonly #gate: SampleGate;
  readonly #exporter: PictureExporter;
  readonly #codec: PictureCodec | undefined;
  readonly #depacketiser: Depacketiser | undefined;
  #decoder: AvDecoder | undefined;
  #muted = false;
  #closed = false;
  /** Pictures are dropped for want of a key frame, and since when they are missed. */
  #waiting = true;
  #waitingSinceUs: number | undefined;
  /** A picture came out of the decoder damaged; handled when the decoder has returned. */
  #damaged = false;
  #requestedUs = -Infinity;
  #failures = 0;
  #lastArrivalUs: number | undefined;
  #nowUs = 0;
  readonly #counts = { decoded: 0, frames: 0, skipped: 0, damaged: 0, keyFrameRequests: 0 };

  constructor(info: TrackInfo, events: VideoIngestEvents, options: VideoIngestOptions = {}) {
    this.#info = info;
    this.#events = events;
    this.#reporter = new ErrorReporter(info.id, (error) => events.onError(error));
    this.#signal = new SignalGate((state, detail) => events.onSignal(state, detail));
    this.#clock = new CaptureClock(info.clockRateHz, options.clock ?? new ParticipantClock());
    this.#gate = new SampleGate(options.sampleIntervalUs);
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
    this.#receiver = this.#openReceiver(options.holdUs);
    this.#decoder = this.#codec?.open();
  }

  /** One RTP packet, header included; `arrivalUs` on the process's monotonic clock. Never throws. */
  push(rtp: Uint8Array, arrivalUs: number): void {
    this.#guard(arrivalUs, () => {
      if (this.#muted || this.#isUnsupported()) return;
      this.#lastArrivalUs = arrivalUs;
      this.#receiver.push(rtp, arrivalUs);
    });
  }

  senderReport(report: IngestSenderReport): void {
    if (report.ssrc !== undefined && report.ssrc !== this.#receiver.ssrc) return;
    this.#clock.report(report);
  }

  /** The publisher switched the camera off or on. What was held is dropped; after it a key frame is needed. */
  muted(muted: boolean, atUs: number): void {
    if (this.#closed || muted === this.#muted) return;
    this.#muted = muted;
    this.#lastArrivalUs = atUs;
    this.#guard(atUs, () => {
      this.#receiver.reset();
      this.#restartStream();
      if (muted) this.#signal.set('muted', 'The participant has switched the camera off.');
    });
  }

  /** Call every 20 to 100 ms: ends waits for lost packets and notices when nothing comes. */
  tick(nowUs: number): void {
    this.#guard(nowUs, () => {
      if (this.#muted || this.#isUnsupported()) return;
      if (this.#stall.mayGiveUp(nowUs)) this.#receiver.tick(nowUs);
      this.#watch(nowUs);
    });
  }

  /** Counts since the start; the reorder buffer's are included. */
  stats(): Readonly<Record<string, number>> {
    return { ...this.#receiver.stats, ...this.#receiver.reorderStats, ...this.#counts, clockJumps: this.#clock.jumps };
  }

  /** Idempotent; nothing is called back afterwards. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#receiver.reset();
    this.#decoder?.close();
    this.#exporter.close();
  }

  #openReceiver(holdUs: number | undefined): RtpReceiver {
    const events = {
      onPacket: (packet: Parameters<Depacketiser['push']>[0], arrivalUs: number) =>
        this.#depacketiser?.push(packet, arrivalUs),
      onLoss: () => {
        this.#depacketiser?.gap();
        this.#needKeyFrame();
      },
      onRestart: () => this.#restartStream(),
    };
    return new RtpReceiver(events, this.#reporter, this.#info.payloadType, holdUs === undefined ? {} : { holdUs });
  }

  #isUnsupported(): boolean {
    if (this.#codec !== undefined) return false;
    const detail = `${this.#info.mimeType} cannot be seen: publish this track as video/VP8 or video/H264.`;
    this.#signal.set('unsupported', detail);
    return true;
  }

  /** A failing listener or a bug of ours must not reach the call or the other tracks. */
  #guard(nowUs: number, work: () => void): void {
    if (this.#closed) return;
    this.#nowUs = nowUs;
    try {
      work();
    } catch (cause) {
      this.#reporter.report(
        'internal',
        'Video ingest failed on a packet and went on. Please report this.',
        nowUs,
        cause,
      );
    }
  }

  #restartStream(): void {
    this.#clock.restart();
    this.#depacketiser?.gap();
    this.#waiting = true;
    this.#waitingSinceUs = undefined;
  }

  #onBadPayload(message: string): void {
    this.#reporter.report('bad-packet', `A picture was dropped: ${message}.`, this.#nowUs);
    this.#needKeyFrame();
  }

  #onPicture(picture: EncodedPicture): void {
    const captureUs = this.#clock.captureUs(picture.timestamp, picture.arrivalUs);
    if (this.#waiting && !picture.keyFrame) {
      this.#counts.skipped += 1;
      this.#needKeyFrame();
      return;
    }
    this.#waiting = false;
    this.#waitingSinceUs = undefined;
    this.#damaged = false;
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
    const captureUs = this.#stamp.stamp(Number(frame.pts));
    if (this.#gate.isDue(captureUs)) {
      const picture = this.#exporter.export(frame);
      this.#counts.frames += 1;
      this.#events.onFrame({ ...picture, captureUs, decodedMs: performance.now() });
    }
    this.#signal.set('ok');
  }

  /** Asks for a key frame and drops pictures until it comes. */
  #needKeyFrame(): void {
    this.#waiting = true;
    this.#waitingSinceUs ??= this.#nowUs;
    if (this.#nowUs - this.#requestedUs < KEY_FRAME_REQUEST_INTERVAL_US) return;
    this.#requestedUs = this.#nowUs;
    this.#counts.keyFrameRequests += 1;
    this.#events.onKeyFrameNeeded();
  }

  #onFailure(): void {
    this.#failures += 1;
    this.#reporter.report(
      'decode-failed',
      'A picture could not be decoded; waiting for the next key frame.',
      this.#nowUs,
    );
    if (this.#failures >= FAILURES_TO_RESTART) {
      this.#failures = 0;
      const detail = 'Video cannot be decoded. If the call is end-to-end encrypted, it cannot be analysed.';
      this.#reporter.report('decoder-broken', detail, this.#nowUs);
      this.#signal.set('lost', detail);
      this.#decoder?.close();
      this.#decoder = this.#codec?.open();
    }
    this.#needKeyFrame();
  }

  #watch(nowUs: number): void {
    if (this.#lastArrivalUs === undefined) return;
    if (nowUs - this.#lastArrivalUs > LOST_AFTER_US) {
      this.#signal.set('lost', 'No video arrives any more. Check the connection of the participant.');
    } else if (this.#waitingSinceUs !== undefined && nowUs - this.#waitingSinceUs > KEY_FRAME_PATIENCE_US) {
      this.#signal.set('lost', 'No key frame arrives. Does the SFU pass on key-frame requests?');
    }
  }
}
