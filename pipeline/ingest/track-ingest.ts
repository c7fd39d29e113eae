/** What is the same for sound and pictures: packets of one track put in order on the capture clock, mute, and signs of life. */
import type { TrackInfo } from '../types.ts';
import { CaptureClock, MonotonicStamp, ParticipantClock } from './capture-clock.ts';
import { ErrorReporter } from './ingest-error.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { RtpReceiver } from './rtp-receiver.ts';
import { SignalGate, StallGuard, type IngestEvents, type IngestSenderReport } from './track.ts';

/** No packet for so long means that the track is gone. Opus in DTX sends every 400 ms. */
export const LOST_AFTER_US = 1_500_000;

export interface TrackIngestOptions {
  /** Share one between the tracks of a participant, so that they align. */
  readonly clock?: ParticipantClock;
  /** How long a missing packet is waited for; default 60 ms. */
  readonly holdUs?: number;
}

/** How a kind of media is spoken of. */
interface Words {
  readonly ingest: 'Audio' | 'Video';
  readonly muted: string;
  readonly lost: string;
}

export abstract class TrackIngest<Frame, Events extends IngestEvents<Frame>> {
  protected readonly info: TrackInfo;
  protected readonly events: Events;
  protected readonly reporter: ErrorReporter;
  protected readonly signal: SignalGate;
  protected readonly clock: CaptureClock;
  protected readonly stamp = new MonotonicStamp();
  /** Of the packet or tick that is worked on. */
  protected nowUs = 0;
  protected lastArrivalUs: number | undefined;
  readonly #words: Words;
  readonly #stall = new StallGuard();
  readonly #receiver: RtpReceiver;
  #muted = false;
  #closed = false;

  constructor(info: TrackInfo, clockRateHz: number, events: Events, words: Words, options: TrackIngestOptions) {
    this.info = info;
    this.events = events;
    this.#words = words;
    this.reporter = new ErrorReporter(info.id, (error) => events.onError(error));
    this.signal = new SignalGate((state, detail) => events.onSignal(state, detail));
    this.clock = new CaptureClock(clockRateHz, options.clock ?? new ParticipantClock());
    const { holdUs } = options;
    this.#receiver = new RtpReceiver(
      {
        onPacket: (packet, arrivalUs) => this.onPacket(packet, arrivalUs),
        onLoss: (count) => this.onLoss(count),
        onRestart: () => this.onRestart(),
      },
      this.reporter,
      info.payloadType,
      holdUs === undefined ? {} : { holdUs },
    );
  }

  /** One RTP packet, header included; `arrivalUs` on the process's monotonic clock. Never throws. */
  push(rtp: Uint8Array, arrivalUs: number): void {
    this.#guard(arrivalUs, () => {
      if (this.#muted || this.#isRefused()) return;
      this.lastArrivalUs = arrivalUs;
      this.#receiver.push(rtp, arrivalUs);
    });
  }

  senderReport(report: IngestSenderReport): void {
    if (report.ssrc !== undefined && report.ssrc !== this.#receiver.ssrc) return;
    this.clock.report(report);
  }

  /** The publisher muted or unmuted. What was held is dropped: muted means that nothing more is heard or seen. */
  muted(muted: boolean, atUs: number): void {
    if (this.#closed || muted === this.#muted) return;
    this.#muted = muted;
    this.lastArrivalUs = atUs;
    this.#guard(atUs, () => {
      this.#receiver.reset();
      this.onRestart();
      if (muted) this.signal.set('muted', this.#words.muted);
    });
  }

  /** Call every 20 to 100 ms: ends waits for lost packets, and notices when nothing comes. */
  tick(nowUs: number): void {
    this.#guard(nowUs, () => {
      if (this.#muted || this.#isRefused()) return;
      if (this.#stall.mayGiveUp(nowUs)) {
        this.#receiver.tick(nowUs);
        this.onTick();
      }
      if (this.lastArrivalUs === undefined) return;
      if (nowUs - this.lastArrivalUs > LOST_AFTER_US) this.signal.set('lost', this.#words.lost);
      else this.onAlive();
    });
  }

  /** Counts since the start; the reorder buffer's are included. */
  stats(): Readonly<Record<string, number>> {
    return {
      ...this.#receiver.stats,
      ...this.#receiver.reorderStats,
      ...this.counts(),
      clockJumps: this.clock.jumps,
      reportsRefused: this.clock.reportsRefused,
    };
  }

  /** Idempotent; nothing is called back afterwards. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#receiver.reset();
    this.onClose();
  }

  /** Why this track cannot be analysed, and what to publish instead; undefined when it can be. */
  protected abstract refusal(): string | undefined;
  /** A packet, in order. */
  protected abstract onPacket(packet: RtpPacket, arrivalUs: number): void;
  /** `count` packets are missing before the next one. */
  protected abstract onLoss(count: number): void;
  /** What comes next has nothing to do with what came. */
  protected abstract onRestart(): void;
  /** Time went on, and the thread had time. */
  protected onTick(): void {}
  /** At every tick while packets come: whether all is well. */
  protected abstract onAlive(): void;
  protected abstract counts(): Readonly<Record<string, number>>;
  protected abstract onClose(): void;

  #isRefused(): boolean {
    const refusal = this.refusal();
    if (refusal !== undefined) this.signal.set('unsupported', refusal);
    return refusal !== undefined;
  }

  /** A failing listener or a bug of ours must not reach the call or the other tracks. */
  #guard(nowUs: number, work: () => void): void {
    if (this.#closed) return;
    this.nowUs = nowUs;
    try {
      work();
    } catch (cause) {
      const message = `${this.#words.ingest} ingest failed on a packet and went on. Please report this.`;
      this.reporter.report('internal', message, nowUs, cause);
    }
  }
}
