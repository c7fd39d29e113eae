/** One incoming track and everybody who gets it. */
import type { EncodedTrack } from '../types.ts';
import type { Counters } from './counters.ts';
import type { Forwarder } from './forwarder.ts';
import { KeyFrameRequest } from './key-frame-request.ts';
import { LossTracker } from './loss-tracker.ts';
import { PacketCache } from './packet-cache.ts';
import type { PublishedSection } from './publish-sdp.ts';
import { ReceiveReport } from './receive-report.ts';
import { createRtpView, readRtp, type RtpView } from './rtp-packet.ts';
import { genericNack, ntpToUnixUs, pictureLoss, receiverReport, type ReportBlock, type RtcpMessage } from './rtcp.ts';
import type { TapQueue } from './tap-queue.ts';

/** Over a second of 360p video; viewers ask within a round trip or two. */
const CACHED_VIDEO_PACKETS = 512;
/** Two streams that both claim a track: the second must wait until the first has been silent this long. */
const SOURCE_SILENT_MS = 500;

/** What a track needs of its publisher. */
export interface TrackUplink {
  readonly ssrc: number;
  sendRtcp(compound: Buffer): void;
}

/** Receives, repairs, forwards, forks. */
export class PublishedTrack {
  readonly info: EncodedTrack;
  readonly section: PublishedSection;
  /** The same for all tracks of a publication: viewers play those in step. Not the publication's id, which is a secret. */
  readonly group: string;
  readonly taps = new Map<string, TapQueue>();
  readonly #forwarders = new Set<Forwarder>();
  readonly #counters: Counters;
  readonly #uplink: TrackUplink;
  readonly #cache: PacketCache | undefined;
  readonly #keyFrame: KeyFrameRequest;
  readonly #resendView: RtpView = createRtpView();
  #ssrc: number | undefined;
  #heardMs = 0;
  #loss = new LossTracker();
  #received: ReceiveReport | undefined;
  #lastReport: (RtcpMessage & { type: 'sender-report' }) | undefined;
  #closed = false;

  constructor(info: EncodedTrack, section: PublishedSection, group: string, uplink: TrackUplink, counters: Counters) {
    this.info = info;
    this.section = section;
    this.group = group;
    this.#uplink = uplink;
    this.#counters = counters;
    this.#cache = section.kind === 'video' ? new PacketCache(CACHED_VIDEO_PACKETS) : undefined;
    this.#keyFrame = new KeyFrameRequest(() => this.#sendKeyFrameRequest());
  }

  /** True when packets of this stream are to go here: it is ours, or ours has fallen silent. */
  owns(ssrc: number, nowMs: number): boolean {
    return this.#ssrc === undefined || this.#ssrc === ssrc || nowMs - this.#heardMs > SOURCE_SILENT_MS;
  }

  packet(packet: Buffer, view: RtpView, index: number, nowMs: number, arrivalUs: number): void {
    if (view.ssrc !== this.#ssrc) this.#adopt(view.ssrc);
    this.#heardMs = nowMs;
    this.#received!.push(index, view.timestamp, nowMs);
    if (this.section.nack && this.#loss.push(index, nowMs)) this.askKeyFrame();
    this.#cache?.put(index, packet);
    for (const forwarder of this.#forwarders) forwarder.forward(packet, view, index, nowMs);
    for (const tap of this.taps.values()) tap.packet(packet, arrivalUs);
  }

  senderReport(message: RtcpMessage & { type: 'sender-report' }, nowMs: number, arrivalUs: number): void {
    if (message.ssrc !== this.#ssrc) return;
    this.#lastReport = message;
    this.#received?.senderReport(message.ntpHigh, message.ntpLow, nowMs);
    for (const forwarder of this.#forwarders) forwarder.report(message);
    const report = {
      ssrc: message.ssrc,
      ntpUs: ntpToUnixUs(message.ntpHigh, message.ntpLow),
      rtpTimestamp: message.rtpTimestamp,
      arrivalUs,
    };
    for (const tap of this.taps.values()) tap.report(report);
  }

  attach(forwarder: Forwarder): void {
    this.#forwarders.add(forwarder);
  }

  detach(forwarder: Forwarder): void {
    this.#forwarders.delete(forwarder);
  }

  /** A viewer misses packets: answered from the cache, or left to its next key-frame request. */
  resend(forwarder: Forwarder, sequences: readonly number[], nowMs: number): void {
    for (const sequence of sequences) {
      const index = forwarder.lost(sequence, nowMs);
      const packet = index === undefined || index < 0 ? undefined : this.#cache?.get(index);
      if (index === undefined || !packet || !readRtp(packet, this.#resendView)) continue;
      if (forwarder.resend(packet, this.#resendView, index)) this.#counters.resent++;
    }
  }

  /** Shows a new viewer the source's clock without waiting for the next report. */
  greet(forwarder: Forwarder): void {
    if (this.#lastReport) forwarder.report(this.#lastReport);
    this.askKeyFrame();
  }

  askKeyFrame(): void {
    if (this.section.kind === 'video') this.#keyFrame.ask();
  }

  /** Asks the publisher for what is missing. True while something still is. */
  repair(nowMs: number): boolean {
    if (!this.section.nack || this.#ssrc === undefined) return false;
    const due = this.#loss.due(nowMs);
    if (due.length > 0) {
      this.#counters.nackOut++;
      const nack = genericNack(
        this.#uplink.ssrc,
        this.#ssrc,
        due.map((index) => index % 65_536),
      );
      this.#uplink.sendRtcp(Buffer.concat([receiverReport(this.#uplink.ssrc, []), nack]));
    }
    return this.#loss.waiting;
  }

  get incomplete(): boolean {
    return this.section.nack && this.#loss.waiting;
  }

  /** Packets of the present stream that never came. */
  get lost(): number {
    return this.#loss.abandoned;
  }

  reportBlock(nowMs: number): ReportBlock | undefined {
    return this.#received?.block(nowMs);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#keyFrame.close();
    this.#counters.lostUpstream += this.#loss.abandoned;
    this.#forwarders.clear();
    this.#cache?.clear();
  }

  #adopt(ssrc: number): void {
    this.#ssrc = ssrc;
    this.#counters.lostUpstream += this.#loss.abandoned;
    this.#loss = new LossTracker();
    this.#received = new ReceiveReport(ssrc, this.info.codec.clockRateHz);
    this.#lastReport = undefined;
    this.#cache?.clear();
    // Whoever watched before the first packet has asked in vain.
    this.askKeyFrame();
  }

  #sendKeyFrameRequest(): void {
    if (this.#ssrc === undefined) return;
    this.#counters.keyFrameAsksOut++;
    this.#uplink.sendRtcp(
      Buffer.concat([receiverReport(this.#uplink.ssrc, []), pictureLoss(this.#uplink.ssrc, this.#ssrc)]),
    );
  }
}
