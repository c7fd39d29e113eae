/** One participant inside an analysis worker: tracks -> ingest -> senses -> aligned hops. */
import { Subject, type Subscription } from 'rxjs';
import type { FaceNets } from '../../models/index.ts';
import { nowUs } from '../clock.ts';
import { AudioIngest } from '../ingest/audio-ingest.ts';
import { ParticipantClock } from '../ingest/capture-clock.ts';
import type { IngestError } from '../ingest/ingest-error.ts';
import { VideoIngest } from '../ingest/video-ingest.ts';
import { Attention } from './attention.ts';
import type { EarlierStages, Rest } from '../describe/hop-input.ts';
import type { AudioFrame, Caption, MediaWish, TrackInfo, VideoFrame } from '../types.ts';
import { cutHops } from '../window/cut-hops.ts';
import type { Hop, TurnInput, WindowInput } from '../window/hop.ts';
import { type Turn, TurnDetector } from '../window/turn-detector.ts';
import { addCounts, type ReportMessage } from './messages.ts';
import { Senses } from './senses.ts';
import type { SignalChange } from './signal-board.ts';

export interface ParticipantEvents {
  onHop(hop: Hop, earlier: EarlierStages, rest: Rest | undefined): void;
  /** The person begins to rest, or wakes. See {@link Attention}. */
  onRest(resting: boolean): void;
  /** The person stopped speaking; `open` are the hops that are not over yet, as far as they are filled. */
  onTurn(turn: Turn, open: readonly Hop[], earlier: EarlierStages): void;
  onSignal(change: SignalChange): void;
  onWish(track: number, wish: MediaWish): void;
  /** Something broke and was contained; the track goes on. */
  onProblem(error: IngestError | Error): void;
  /** A picture fell because the worker had not finished the one before. */
  onFaceShed(): void;
}

/** A hop waits for a picture that is being read, but no longer than this. */
const MAX_UNREAD_US = 1_000_000;

type Ingest = AudioIngest | VideoIngest;

export class Participant {
  readonly #events: ParticipantEvents;
  readonly #clock = new ParticipantClock();
  readonly #lookUs: number;
  readonly #tracks = new Map<number, Ingest>();
  #closedCounts: Record<string, number> = {};
  readonly #samples = new Subject<WindowInput | TurnInput>();
  readonly #senses: Senses;
  readonly #hops: Subscription;
  readonly #turns = new TurnDetector();
  readonly #attention = new Attention();
  #resting = false;
  #faceBusy = false;
  #nextPicture: VideoFrame | undefined;
  /** Capture time of the picture being read. */
  #readingUs: number | undefined;
  #tapMs = 0;
  #decodeMs = 0;
  #senseMs = 0;

  /** `lookUs`: when in each slot of a hop the face is looked at; spread, or everybody's pictures come at once. */
  constructor(nets: FaceNets, events: ParticipantEvents, lookUs: number) {
    this.#events = events;
    this.#lookUs = lookUs;
    this.#senses = new Senses(nets, (change) => events.onSignal(change), this.#attention);
    this.#hops = this.#samples
      .pipe(cutHops({ nowUs, onTurn: (turn, open) => events.onTurn(turn, open, this.#earlier) }))
      .subscribe((hop) => this.#tell(hop));
  }

  get #earlier(): EarlierStages {
    return { tap: this.#tapMs, decode: this.#decodeMs, sense: this.#senseMs };
  }

  /** Whether any media can come: only then are hops to be expected. */
  get live(): boolean {
    return this.#tracks.size > 0;
  }

  /** Whether they have neither spoken nor moved for long. */
  get resting(): boolean {
    return this.#resting;
  }

  openTrack(track: number, info: TrackInfo): void {
    this.closeTrack(track);
    const modality = info.kind === 'audio' ? 'voice' : 'face';
    const shared = {
      onSignal: (state: SignalChange['state'], detail?: string) =>
        this.#senses.signals.transport(modality, state, nowUs(), detail),
      onError: (error: IngestError) => this.#events.onProblem(error),
    };
    const options = { clock: this.#clock };
    if (info.kind === 'audio') {
      this.#tracks.set(track, new AudioIngest(info, { ...shared, onFrame: (frame) => this.#hear(frame) }, options));
      return;
    }
    const onFrame = (frame: VideoFrame): void => this.#see(frame);
    const onWish = (wish: MediaWish): void => this.#events.onWish(track, wish);
    const events = { ...shared, onFrame, onWish };
    const ingest = new VideoIngest(info, events, { ...options, samplePhaseUs: this.#lookUs });
    ingest.rest(this.#resting);
    this.#tracks.set(track, ingest);
  }

  packets(track: number, packets: readonly Uint8Array[], arrivalsUs: readonly number[]): void {
    const ingest = this.#tracks.get(track);
    if (!ingest) return;
    this.#tapMs = (nowUs() - arrivalsUs[arrivalsUs.length - 1]) / 1000;
    const startedMs = performance.now();
    for (let i = 0; i < packets.length; i++) ingest.push(packets[i], arrivalsUs[i]);
    if (ingest instanceof VideoIngest) this.#decodeMs = performance.now() - startedMs;
  }

  report(track: number, report: ReportMessage): void {
    this.#tracks.get(track)?.senderReport(report);
  }

  muted(track: number, muted: boolean): void {
    this.#tracks.get(track)?.muted(muted, nowUs());
  }

  /** Words that this person said (`own`) or heard, with the number that the model is told them by. */
  caption(caption: Caption, own: boolean, number: number): void {
    if (caption.final) this.#attention.worded(caption.endUs, own);
    this.#rest();
    this.#samples.next({ kind: 'caption', caption, own, number });
  }

  /** @param broken why nothing more comes, when that was nobody's wish: it is told of the modality */
  closeTrack(track: number, broken?: string): void {
    const ingest = this.#tracks.get(track);
    if (!ingest) return;
    ingest.close();
    if (broken !== undefined)
      this.#senses.signals.transport(ingest instanceof AudioIngest ? 'voice' : 'face', 'lost', nowUs(), broken);
    this.#closedCounts = addCounts(this.#closedCounts, ingest.stats());
    this.#tracks.delete(track);
  }

  /** What became of packets and pictures, over all tracks there are and were. */
  get ingestCounts(): Readonly<Record<string, number>> {
    return [...this.#tracks.values()].reduce((sum, ingest) => addCounts(sum, ingest.stats()), this.#closedCounts);
  }

  /** Ends waits for lost packets and closes hops whose time has come; call every 20 ms. */
  tick(atUs: number): void {
    for (const ingest of this.#tracks.values()) ingest.tick(atUs);
    // A picture that is here but not read yet is not late: its hop waits for it.
    const oldestUs = Math.max(this.#readingUs ?? atUs, atUs - MAX_UNREAD_US);
    this.#samples.next({ kind: 'tick', nowUs: Math.min(atUs, oldestUs) });
  }

  /** Forgets everything heard and seen: buffers, baselines, half-made hops. The tracks stay open. */
  clear(): void {
    this.#nextPicture?.release?.();
    this.#nextPicture = undefined;
    this.#senses.clear();
    this.#turns.reset();
    this.#rest();
    this.#samples.next({ kind: 'reset' });
  }

  /** Idempotent. */
  close(): void {
    this.clear();
    for (const track of this.#tracks.keys()) this.closeTrack(track);
    this.#hops.unsubscribe();
    this.#samples.complete();
    this.#senses.close();
  }

  #tell(hop: Hop): void {
    const stands = this.#attention.standsFor(hop);
    this.#rest();
    const looked = this.#resting ? 'looked' : undefined;
    this.#events.onHop(hop, this.#earlier, stands ? 'stands' : looked);
  }

  /** Tells when the person begins to rest, or wakes. */
  #rest(): void {
    const { resting } = this.#attention;
    if (resting === this.#resting) return;
    this.#resting = resting;
    for (const ingest of this.#tracks.values()) if (ingest instanceof VideoIngest) ingest.rest(resting);
    this.#events.onRest(resting);
  }

  #hear(frame: AudioFrame): void {
    for (const sample of this.#senses.hear(frame)) {
      this.#rest();
      this.#samples.next(sample);
      const turn = sample.kind === 'voice' ? this.#turns.push(sample.segment) : undefined;
      if (turn) this.#samples.next({ kind: 'turn', turn });
    }
  }

  /** One picture is read at a time; of those that come meanwhile the newest waits and the others fall. */
  #see(frame: VideoFrame): void {
    if (this.#nextPicture) {
      this.#events.onFaceShed();
      this.#nextPicture.release?.();
    }
    this.#nextPicture = frame;
    if (!this.#faceBusy) void this.#readPictures();
  }

  async #readPictures(): Promise<void> {
    this.#faceBusy = true;
    try {
      for (let frame = this.#takePicture(); frame; frame = this.#takePicture()) {
        const sample = await this.#read(frame);
        this.#rest();
        if (sample) this.#samples.next(sample);
      }
    } catch (error) {
      this.#events.onProblem(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#faceBusy = false;
      this.#readingUs = undefined;
    }
  }

  async #read(frame: VideoFrame): Promise<WindowInput | undefined> {
    const startedMs = performance.now();
    this.#readingUs = frame.captureUs;
    try {
      return await this.#senses.see(frame);
    } finally {
      frame.release?.();
      this.#senseMs = performance.now() - startedMs;
    }
  }

  #takePicture(): VideoFrame | undefined {
    const frame = this.#nextPicture;
    this.#nextPicture = undefined;
    return frame;
  }
}
