/** What passes between the main thread and an analysis worker. The main thread only moves bytes. */
import type { Question, Reply } from '../describe/asking.ts';
import type { UnstampedEvent } from '../events.ts';
import type { Caption, MediaWish, TrackInfo } from '../types.ts';

/** A sender report as the tap gave it (RFC 3550 6.4.1). */
export interface ReportMessage {
  readonly ntpUs: number;
  readonly rtpTimestamp: number;
  readonly arrivalUs: number;
}

export interface TrackReport extends ReportMessage {
  readonly track: number;
}

export type ToWorker =
  | { readonly type: 'join'; readonly session: number; readonly participant: string; readonly epochUs: number }
  | { readonly type: 'leave'; readonly session: number; readonly request: number }
  | { readonly type: 'clear'; readonly session: number; readonly request: number }
  | {
      readonly type: 'caption';
      readonly session: number;
      readonly caption: Caption;
      readonly speaker: string | undefined;
    }
  | { readonly type: 'unhear'; readonly session: number; readonly speaker: string }
  | { readonly type: 'ask'; readonly session: number; readonly request: number; readonly question: Question }
  | { readonly type: 'track'; readonly session: number; readonly track: number; readonly info: TrackInfo }
  /** Packets of any tracks, see `PacketMail`, and what reports came meanwhile. */
  | { readonly type: 'packets'; readonly mail: Uint8Array; readonly reports: readonly TrackReport[] }
  | { readonly type: 'muted'; readonly track: number; readonly muted: boolean }
  | { readonly type: 'track-closed'; readonly track: number; readonly reason?: string | undefined }
  | { readonly type: 'stats'; readonly request: number }
  | { readonly type: 'close'; readonly request: number };

/** Gauges and counters of one worker. */
export interface WorkerStats {
  readonly participants: number;
  readonly hops: number;
  /** Hops of those who rest, for which the one before stood: not given to the model. */
  readonly hopsRested: number;
  /** Batches of hops that were given to the model. */
  readonly runs: number;
  /** Closed hops that wait for their batch. */
  readonly hopsWaiting: number;
  /** Hops dropped because the worker was behind, and face frames skipped for the same reason. */
  readonly hopsShed: number;
  readonly facesShed: number;
  readonly descriptions: number;
  readonly errors: number;
  /** How long the thread was at work since it started (the event loop's own account); blocking inference included. */
  readonly busyMs: number;
  /** What became of packets and pictures on the way in, over all tracks there are and were; counts by name. */
  readonly ingest: Readonly<Record<string, number>>;
}

/** Sums counts by name; what only one of them has stays. */
export function addCounts(
  sum: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...sum };
  for (const [name, count] of Object.entries(more)) total[name] = (total[name] ?? 0) + count;
  return total;
}

export type FromWorker =
  | { readonly type: 'ready'; readonly provider: string; readonly pack: string; readonly notes: readonly string[] }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'event'; readonly session: number; readonly event: UnstampedEvent; readonly closedUs: number }
  | { readonly type: 'wish'; readonly track: number; readonly wish: MediaWish }
  /** Somebody has neither spoken nor moved for long, or does again. */
  | { readonly type: 'resting'; readonly session: number; readonly resting: boolean }
  | { readonly type: 'problem'; readonly session: number; readonly code: string; readonly message: string }
  | { readonly type: 'done'; readonly request: number; readonly stats?: WorkerStats; readonly reply?: Reply };
