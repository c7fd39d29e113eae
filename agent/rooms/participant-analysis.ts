/** The analysis of one consenting participant: its taps and its seat in the pipeline, for as long as the grant lives. */
import type { Logger } from 'pino';
import type { Caption, Question, Reply, UnstampedEvent } from '../../pipeline/index.ts';
import type { ConsentGrant, EncodedTrack, Sfu, Tap, TapSink } from '../../sfu/index.ts';
import type { Analysis, AnalysisSession } from './analysis.ts';

/** A tap that was cut off is opened again after this time, and given up when it has been cut off so often. */
const TAP_AGAIN_MS = 1000;
const MOST_CUTS = 5;

export interface ParticipantAnalysisOptions {
  readonly sfu: Sfu;
  readonly analysis: Analysis;
  readonly grant: ConsentGrant;
  readonly epochUs: number;
  readonly log: Logger;
  onEvent(event: UnstampedEvent, closedUs: number): void;
  /** The pipeline gave this participant up. */
  onGone(error: Error): void;
}

/** Forks what the participant publishes into the pipeline. The moment it stops, not one packet or event passes any more. */
export class ParticipantAnalysis {
  readonly #options: ParticipantAnalysisOptions;
  readonly #session: AnalysisSession;
  readonly #taps = new Map<string, Promise<Tap | undefined>>();
  /** How often the tap of a track was cut off, and what waits to open it again. */
  readonly #cuts = new Map<string, { count: number; again: NodeJS.Timeout | undefined }>();
  #resting = false;
  #stopped: Promise<void> | undefined;

  constructor(options: ParticipantAnalysisOptions) {
    this.#options = options;
    this.#session = options.analysis.join(options.grant.participant, {
      epochUs: options.epochUs,
      onEvent: (event, closedUs) => {
        if (this.#live) options.onEvent(event, closedUs);
      },
      onGone: (error) => {
        if (this.#live) options.onGone(error);
      },
      onRest: (resting) => this.#rest(resting),
    });
  }

  get #live(): boolean {
    return this.#stopped === undefined && !this.#options.grant.revoked.aborted;
  }

  /** Taps a track; a track that is tapped already is left alone. Failure is logged: the call goes on without it. */
  add(track: EncodedTrack): void {
    if (!this.#live || this.#taps.has(track.id)) return;
    this.#taps.set(track.id, this.#tap(track));
  }

  /** Ends the tap of a track that is gone. */
  remove(trackId: string): void {
    const tap = this.#taps.get(trackId);
    this.#taps.delete(trackId);
    clearTimeout(this.#cuts.get(trackId)?.again);
    this.#cuts.delete(trackId);
    void tap?.then((open) => open?.close());
  }

  caption(caption: Caption): void {
    if (this.#live) this.#session.caption(caption);
  }

  /** Words of somebody else in the room who consents: they may be why this person's affect changes. */
  hear(caption: Caption, speaker: string): void {
    if (this.#live) this.#session.caption(caption, speaker);
  }

  /** Somebody whose words were heard withdrew. */
  unhear(speaker: string): void {
    if (this.#live) this.#session.unhear(speaker);
  }

  ask(question: Question): Promise<Reply> {
    return this.#session.ask(question);
  }

  /** Closes the taps and has the pipeline forget the person. When it resolves, nothing of them is held. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const taps = [...this.#taps.values()].map(async (tap) => (await tap)?.close());
    this.#taps.clear();
    for (const { again } of this.#cuts.values()) clearTimeout(again);
    this.#cuts.clear();
    // Both at once: the sinks below let nothing through any more, so neither has to wait for the other.
    const done = await Promise.allSettled([...taps, this.#session.close()]);
    const failed = done.find((result) => result.status === 'rejected');
    if (failed) throw new Error('analysis could not be cleared completely', { cause: failed.reason });
  }

  /** What nobody is in a hurry for may come together, and less of it. */
  #rest(resting: boolean): void {
    this.#resting = resting;
    for (const tap of this.#taps.values()) void tap.then((open) => open?.rest(resting));
  }

  async #tap(track: EncodedTrack): Promise<Tap | undefined> {
    const { sfu, grant, log } = this.#options;
    const { mimeType, clockRateHz, channels, parameters } = track.codec;
    const info = { id: track.id, kind: track.kind, mimeType, clockRateHz, channels, parameters };
    const input = this.#session.track(info, (wish) => {
      if (wish === 'key-frame') sfu.requestKeyFrame(track.id);
      else void this.#taps.get(track.id)?.then((tap) => tap?.enlarge());
    });
    try {
      const tap = await sfu.tap(track.id, grant, this.#gate(track, input));
      if (this.#resting) tap.rest(true);
      return tap;
    } catch (error) {
      input.closed(error instanceof Error ? error : new Error(String(error)));
      if (this.#live)
        log.warn({ err: error, track: track.id }, 'a track could not be tapped; the call goes on without its analysis');
      return undefined;
    }
  }

  /** Somebody else's hand, or a fault, ended a tap whose track goes on: that must not end the analysis for good. */
  #cut(track: EncodedTrack, error: Error): void {
    if (!this.#live || !this.#taps.has(track.id)) return;
    const cut = this.#cuts.get(track.id) ?? { count: 0, again: undefined };
    this.#cuts.set(track.id, cut);
    cut.count++;
    const givenUp = cut.count > MOST_CUTS;
    this.#options.log.warn(
      { err: error, track: track.id, cuts: cut.count },
      `a tap was cut off; the call goes on, ${givenUp ? 'without the analysis of this track' : 'and the track is tapped again'}`,
    );
    if (givenUp) return;
    cut.again = setTimeout(() => {
      if (this.#live && this.#taps.has(track.id)) this.#taps.set(track.id, this.#tap(track));
    }, TAP_AGAIN_MS).unref();
  }

  /** Lets packets through only while the consent holds, whatever is still under way in the SFU. */
  #gate(track: EncodedTrack, input: TapSink): TapSink {
    return {
      packet: (rtp, arrivalUs) => {
        if (this.#live) input.packet(rtp, arrivalUs);
      },
      senderReport: (report) => {
        if (this.#live) input.senderReport(report);
      },
      muted: (muted) => {
        if (this.#live) input.muted(muted);
      },
      closed: (error) => {
        input.closed(error);
        if (error) this.#cut(track, error);
      },
    };
  }
}
