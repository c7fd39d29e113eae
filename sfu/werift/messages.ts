/** What the main thread and the engine's thread say to each other. */
import type { SfuErrorCode } from '../sfu-error.ts';
import type { SfuLimits } from '../sfu-options.ts';
import type { Publication, SfuEvent, ViewerOffer } from '../types.ts';
import type { TapBatch } from './tap-queue.ts';

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
  /** `confirmed`: one number in shared memory, in which the main thread counts the entries that it took. */
  tap: { args: [tap: string, track: string, confirmed: Int32Array]; result: void };
  untap: { args: [tap: string]; result: void };
  rest: { args: [tap: string, resting: boolean]; result: void };
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
  | { readonly type: 'tapped'; readonly batches: readonly TapBatch[] }
  | { readonly type: 'tap-ended'; readonly tap: string }
  | { readonly type: 'log'; readonly message: string };
