/** What the platform's process and the process that analyses say to each other, over the IPC channel of a fork. */
import type { Caption, MediaWish, PoolLog, TrackInfo, UnstampedEvent } from '../../pipeline/index.ts';

/** Packets of several tracks in one message: copied once, so that a packet costs no message of its own. */
export interface MediaBatch {
  readonly type: 'media';
  /** Track numbers, arrival times (µs on the machine's monotonic clock) and sizes, one of each for every packet. */
  readonly tracks: Uint32Array;
  readonly arrivalsUs: Float64Array;
  readonly sizes: Uint32Array;
  /** The packets, one after the other. */
  readonly bytes: Uint8Array;
}

/** A sender report as the pipeline takes it. */
export interface Report {
  readonly ntpUs: number;
  readonly rtpTimestamp: number;
  readonly arrivalUs: number;
}

/** How the analysis is to run; all are optional. */
export interface AnalysisOptions {
  /** Folder of a model pack; the bundled one when left out. */
  readonly packDir?: string;
  /** Where the converted face nets are kept; default: the user's cache folder. */
  readonly faceCacheDir?: string;
  /** Execution providers in order of preference: `tensorrt`, `cuda`, `webgpu`, `cpu`; default `['cpu']`. */
  readonly providers?: readonly string[];
  /** Threads that analyse; one carries several people. Default 1. */
  readonly workers?: number;
}

export type ToProcess =
  | { readonly type: 'open'; readonly options: AnalysisOptions }
  | { readonly type: 'join'; readonly session: number; readonly participant: string; readonly epochUs: number }
  | { readonly type: 'leave'; readonly session: number; readonly request: number }
  | { readonly type: 'caption'; readonly session: number; readonly caption: Caption }
  | { readonly type: 'track'; readonly session: number; readonly track: number; readonly info: TrackInfo }
  | { readonly type: 'track-closed'; readonly track: number }
  | { readonly type: 'muted'; readonly track: number; readonly muted: boolean }
  | { readonly type: 'report'; readonly track: number; readonly report: Report }
  | MediaBatch
  | { readonly type: 'ping' }
  | { readonly type: 'close' };

export type FromProcess =
  | { readonly type: 'ready'; readonly pack: string; readonly provider: string; readonly notes: readonly string[] }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'event'; readonly session: number; readonly event: UnstampedEvent }
  | { readonly type: 'wish'; readonly track: number; readonly wish: MediaWish }
  /** The person neither speaks nor moves (true), or does again (false): nobody is in a hurry for their packets meanwhile. */
  | { readonly type: 'resting'; readonly session: number; readonly resting: boolean }
  /** So many packets were taken off the channel since the last time; told of many together. */
  | { readonly type: 'taken'; readonly count: number }
  | { readonly type: 'done'; readonly request: number }
  | { readonly type: 'log'; readonly level: Parameters<PoolLog>[0]; readonly message: string }
  | { readonly type: 'pong' };
