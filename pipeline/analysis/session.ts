/** A participant's seat in the analysis, as its owner on the main thread sees it. */
import type { Question, Reply } from '../describe/asking.ts';
import type { UnstampedEvent } from '../events.ts';
import type { Caption, MediaWish, TrackInfo } from '../types.ts';
import type { ReportMessage } from './messages.ts';

/** What the pool reports of itself; never words, faces or names. */
export type PoolLog = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

export interface JoinOptions {
  /** Time zero of the room on the process's monotonic clock, in microseconds ({@link nowUs}). */
  readonly epochUs: number;
  /** `closedUs`: when the event's hop closed, on the same clock. */
  onEvent(event: UnstampedEvent, closedUs: number): void;
  /**
   * The person has neither spoken nor moved for half a minute (true), or does again (false): their media are in no hurry
   * while they rest, and pictures of the base layer are enough.
   */
  onRest?(resting: boolean): void;
  /** The analysis of this participant ended and will not come back (its worker died). */
  onGone?(error: Error): void;
}

/** Takes one track's packets; fits the SFU's tap. Never blocks, never throws. */
export interface TrackInput {
  packet(rtp: Uint8Array, arrivalUs: number): void;
  senderReport(report: ReportMessage): void;
  muted(muted: boolean): void;
  closed(error?: Error): void;
}

/** One participant under analysis. */
export interface AnalysisSession {
  track(info: TrackInfo, onWish?: (wish: MediaWish) => void): TrackInput;
  /**
   * Words of this participant, or of `speaker`, another one of the same room who consents to be analysed. The last 16
   * utterances are held for half a minute, in memory only; numbers read from them as long as the model remembers.
   */
  caption(caption: Caption, speaker?: string): void;
  /** Drops what `speaker` said: they withdrew their consent. */
  unhear(speaker: string): void;
  /** Asks about this participant; `busy` when too many questions wait already. */
  ask(question: Question): Promise<Reply>;
  /** Forgets everything heard and seen of this person: buffers, memory, baselines. Resolves when it is gone. */
  clear(): Promise<void>;
  /** Clears and leaves. Idempotent. */
  close(): Promise<void>;
}
