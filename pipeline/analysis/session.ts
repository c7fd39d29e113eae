/** A participant's seat in the analysis, as its owner on the main thread sees it. */
import type { UnstampedEvent } from '../events.ts';
import type { Caption, TrackInfo } from '../types.ts';
import type { ReportMessage } from './messages.ts';

/** What the pool reports of itself; never words, faces or names. */
export type PoolLog = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

export interface JoinOptions {
  /** Time zero of the room on the process's monotonic clock, in microseconds ({@link nowUs}). */
  readonly epochUs: number;
  /** `closedUs`: when the event's hop closed, on the same clock. */
  onEvent(event: UnstampedEvent, closedUs: number): void;
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
  track(info: TrackInfo, requestKeyFrame?: () => void): TrackInput;
  caption(caption: Caption): void;
  /** Forgets everything heard and seen of this person: buffers, memory, baselines. Resolves when it is gone. */
  clear(): Promise<void>;
  /** Clears and leaves. Idempotent. */
  close(): Promise<void>;
}
