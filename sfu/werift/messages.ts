/** What the main thread and the engine's thread say to each other. */
import type { SfuErrorCode } from '../sfu-error.ts';
import type { Publication, SfuEvent, ViewerOffer } from '../types.ts';
import type { TapEntry } from './tap-queue.ts';

/** Bounds of the engine; everything beyond is refused with `limit` or dropped and counted. */
export interface SfuLimits {
  readonly publications: number;
  readonly viewers: number;
  /** Media sections taken of one offer; the rest are answered as refused. */
  readonly tracksPerPublication: number;
  /** M-lines of one viewer; tracks beyond are not shown to it. */
  readonly tracksPerViewer: number;
  readonly tapsPerTrack: number;
  /** Packets that wait in the engine's thread for one tap; the oldest fall. */
  readonly tapQueuePackets: number;
  /** From SDP to a finished handshake, and from offer to answer, in ms. */
  readonly halfOpenMs: number;
  /** Silence after which a peer counts as gone, in ms. */
  readonly consentMs: number;
}

/** Enough for a small machine; a deployment of another size says so. */
export const DEFAULT_LIMITS: SfuLimits = {
  publications: 64,
  viewers: 128,
  tracksPerPublication: 8,
  tracksPerViewer: 64,
  tapsPerTrack: 4,
  tapQueuePackets: 512,
  halfOpenMs: 15_000,
  consentMs: 15_000,
};

/** How the engine's thread is started. */
export interface EngineConfig {
  readonly listenIps: readonly string[];
  readonly udpPorts: { readonly min: number; readonly max: number };
  readonly announcedAddress?: string | undefined;
  readonly limits: SfuLimits;
}

/** Requests by name, with what they take and give. Every request is answered or refused. */
export interface EngineCalls {
  publish: { args: [room: string, participant: string, offerSdp: string]; result: Publication };
  trickle: { args: [publication: string, fragment: string]; result: string | undefined };
  unpublish: { args: [publication: string]; result: void };
  view: { args: [room: string, viewer: string, id: string]; result: void };
  answer: { args: [viewer: string, number: number, sdp: string]; result: void };
  restart: { args: [viewer: string]; result: void };
  unview: { args: [viewer: string]; result: void };
  tap: { args: [tap: string, track: string]; result: void };
  untap: { args: [tap: string]; result: void };
  credit: { args: [tap: string, count: number]; result: void };
  keyFrame: { args: [track: string]; result: void };
  stats: { args: []; result: Record<string, number> };
  close: { args: []; result: void };
}

/** A request of the main thread. */
export type EngineRequest = {
  [K in keyof EngineCalls]: { readonly id: number; readonly call: K; readonly args: EngineCalls[K]['args'] };
}[keyof EngineCalls];

/** What the engine's thread says. */
export type EngineMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly code: SfuErrorCode; readonly message: string }
  | { readonly type: 'failed'; readonly code: SfuErrorCode; readonly message: string }
  | { readonly type: 'event'; readonly event: SfuEvent; readonly publication?: string }
  | { readonly type: 'offer'; readonly viewer: string; readonly offer: ViewerOffer }
  | { readonly type: 'viewer-ended'; readonly viewer: string; readonly reason: string }
  | { readonly type: 'tapped'; readonly tap: string; readonly entries: readonly TapEntry[]; readonly dropped: number }
  | { readonly type: 'tap-ended'; readonly tap: string }
  | { readonly type: 'log'; readonly message: string };
