/**
 * Opus over RTP (RFC 7587) to 16 kHz mono frames on the capture clock. Three kinds of quiet are told apart: DTX (the
 * sequence runs on, time jumps), loss (the sequence has a gap) and mute (the publisher said so).
 */
import type { AudioFrame, TrackInfo } from '../types.ts';
import { OpusDecoder, pipelineSamples } from './opus-decoder.ts';
import { isOpusDtx, OPUS_CLOCK_HZ, opusPacketTicks } from './opus-packet.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { LOST_AFTER_US, TrackIngest, type TrackIngestOptions } from './track-ingest.ts';
import type { IngestEvents } from './track.ts';
import { unfold32 } from './wrapping.ts';

const US_PER_TICK = 1e6 / OPUS_CLOCK_HZ;
const FRAME_TICKS = 960;
/** The decoder's guess is worth little after 100 ms; twice that is concealed, the rest stays an explicit gap. */
const MAX_CONCEALED_TICKS = 9600;
/** Longer jumps of time are a paused track rather than DTX, whose packets come every 400 ms. */
const MAX_DTX_TICKS = 48_000;
/** A packet may still come this late: comfort silence is not made for what is younger. */
const DTX_MARGIN_US = 120_000;
const SILENT_AFTER_US = 2_000_000;
const FAILURES_TO_RESTART = 10;
const WORDS = {
  ingest: 'Audio',
  muted: 'The participant has muted the microphone.',
  lost: 'No audio arrives any more. Check the connection of the participant.',
} as const;

/** What is known of a packet when it comes to decoding: durations in RTP ticks. */
interface PacketTimes {
  readonly ticks: number;
  readonly captureUs: number;
  /** Ticks at its beginning that were given out already, as comfort silence. */
  readonly overlap: number;
  readonly arrivalUs: number;
}

export class AudioIngest extends TrackIngest<AudioFrame, IngestEvents<AudioFrame>> {
  readonly #decoder: OpusDecoder | undefined;
  #failures = 0;
  #frames = 0;
  #concealed = 0;
  #lostPackets = 0;
  /** Where the next sample is expected: RTP time (unfolded) and capture time. */
  #nextRtp: number | undefined;
  #nextCaptureUs = 0;
  #dtxSinceUs: number | undefined;

  constructor(info: TrackInfo, events: IngestEvents<AudioFrame>, options: TrackIngestOptions = {}) {
    super(info, OPUS_CLOCK_HZ, events, WORDS, options);
    this.#decoder = info.mimeType.toLowerCase() === 'audio/opus' ? new OpusDecoder() : undefined;
  }

  protected refusal(): string | undefined {
    if (this.#decoder !== undefined) return undefined;
    return `${this.info.mimeType} cannot be heard: publish this track as audio/opus.`;
  }

  protected onLoss(count: number): void {
    this.#lostPackets += count;
  }

  protected onRestart(): void {
    this.clock.restart();
    this.#nextRtp = undefined;
    this.#dtxSinceUs = undefined;
    this.#lostPackets = 0;
  }

  /** While DTX lasts, silence is known before the next packet says so: live windows need not wait for it. */
  protected override onTick(): void {
    if (this.#dtxSinceUs === undefined || this.#nextRtp === undefined) return;
    if (this.nowUs - (this.lastArrivalUs ?? this.nowUs) > LOST_AFTER_US) return;
    const frameUs = FRAME_TICKS * US_PER_TICK;
    while (this.#nextCaptureUs + frameUs <= this.nowUs - DTX_MARGIN_US) {
      this.#emitSilence(FRAME_TICKS, this.#nextCaptureUs);
      this.#nextRtp += FRAME_TICKS;
      this.#nextCaptureUs += frameUs;
    }
  }

  protected onAlive(): void {
    if (this.#dtxSinceUs !== undefined && this.nowUs - this.#dtxSinceUs > SILENT_AFTER_US) this.signal.set('silent');
  }

  protected counts(): Readonly<Record<string, number>> {
    return { frames: this.#frames, concealed: this.#concealed };
  }

  protected onClose(): void {
    this.#decoder?.close();
  }

  protected onPacket(packet: RtpPacket, arrivalUs: number): void {
    if (packet.payload.length === 0) return;
    const ticks = opusPacketTicks(packet.payload);
    if (typeof ticks === 'string') {
      this.reporter.report('bad-packet', `A packet was dropped: ${ticks}.`, arrivalUs);
      return;
    }
    const captureUs = this.clock.captureUs(packet.timestamp, arrivalUs);
    const rtp = unfold32(this.#nextRtp ?? packet.timestamp, packet.timestamp);
    const overlap = this.#bridge(rtp, captureUs);
    this.#decode(packet.payload, { ticks, captureUs, overlap, arrivalUs });
    const endTicks = Math.max(ticks, overlap);
    this.#nextRtp = rtp + endTicks;
    this.#nextCaptureUs = captureUs + endTicks * US_PER_TICK;
  }

  /**
   * Fills what lies between the last packet and this one, according to why it is missing. Returns how many ticks of
   * this packet comfort silence has taken already: the sender came back earlier than the margin allows for.
   */
  #bridge(rtp: number, captureUs: number): number {
    const lost = this.#lostPackets > 0;
    this.#lostPackets = 0;
    const missing = rtp - (this.#nextRtp ?? rtp);
    if (Math.abs(missing) > MAX_DTX_TICKS) return 0;
    const firstUs = captureUs - missing * US_PER_TICK;
    if (missing > 0 && lost) this.#conceal(Math.min(missing, MAX_CONCEALED_TICKS), firstUs);
    else if (missing > 0) this.#emitSilence(missing, firstUs);
    return Math.max(0, -missing);
  }

  #decode(payload: Uint8Array, { ticks, captureUs, overlap, arrivalUs }: PacketTimes): void {
    const delayUs = this.#decoder?.delayUs ?? 0;
    const samples = this.#decoder?.decode(payload) ?? new Float32Array(0);
    const dtx = isOpusDtx(payload);
    this.#dtxSinceUs = dtx ? (this.#dtxSinceUs ?? captureUs) : undefined;
    if (typeof samples === 'number') {
      this.#onDecodeFailure(ticks, captureUs, arrivalUs);
      return;
    }
    this.#failures = 0;
    const startUs = captureUs - delayUs + overlap * US_PER_TICK;
    this.#emit(samples.subarray(pipelineSamples(overlap)), startUs, dtx ? 'dtx' : 'ok');
    if (!dtx) this.signal.set('ok');
  }

  #onDecodeFailure(ticks: number, captureUs: number, arrivalUs: number): void {
    this.#failures += 1;
    this.reporter.report('decode-failed', 'The Opus decoder refused a packet; it counts as lost.', arrivalUs);
    this.#conceal(ticks, captureUs);
    if (this.#failures < FAILURES_TO_RESTART) return;
    this.#failures = 0;
    const detail = 'Audio cannot be decoded. If the call is end-to-end encrypted, it cannot be analysed.';
    this.reporter.report('decoder-broken', detail, arrivalUs);
    this.signal.set('lost', detail);
    this.#decoder?.restart();
  }

  #conceal(ticks: number, captureUs: number): void {
    for (let done = 0; done < ticks; done += FRAME_TICKS) {
      const count = Math.min(FRAME_TICKS, ticks - done);
      const samples = this.#decoder?.conceal(count);
      this.#concealed += 1;
      this.#emit(samples ?? new Float32Array(0), captureUs + done * US_PER_TICK, 'concealed');
    }
  }

  #emitSilence(ticks: number, captureUs: number): void {
    for (let done = 0; done < ticks; done += FRAME_TICKS) {
      const samples = new Float32Array(pipelineSamples(Math.min(FRAME_TICKS, ticks - done)));
      this.#emit(samples, captureUs + done * US_PER_TICK, 'dtx');
    }
  }

  #emit(samples: Float32Array, captureUs: number, state: AudioFrame['state']): void {
    if (samples.length === 0) return;
    this.#frames += 1;
    this.events.onFrame({ captureUs: this.stamp.stamp(captureUs), samples, state, decodedMs: performance.now() });
  }
}
