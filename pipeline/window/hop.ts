import { FEATURES as contract } from '../../models/index.ts';
import type { Caption, FaceSample, VoiceSegment } from '../types.ts';
import type { Turn } from './turn-detector.ts';

/** Rows and columns of a hop, from the contract in `models/features.json`. */
export const FACE_SLOTS = contract.face.framesPerHop;
export const FACE_WIDTH = contract.face.features.length;
export const VOICE_SLOTS = contract.voice.segmentsPerHop;
export const VOICE_WIDTH = contract.voice.features.length;
/** What the person said, then what the others said. */
export const CAPTION_ROWS = contract.caption.rowsPerHop;
export const DEFAULT_HOP_MS = contract.hopMs;

/** What the window takes: samples of the senses, words, the passing of time, and the end of a person's consent. */
export type WindowInput =
  | { readonly kind: 'face'; readonly sample: FaceSample }
  | { readonly kind: 'voice'; readonly segment: VoiceSegment }
  | CaptionInput
  /** Live: the wall clock. Offline: everything captured before `nowUs` has been given. */
  | { readonly kind: 'tick'; readonly nowUs: number }
  /** Forget everything not yet cut. */
  | { readonly kind: 'reset' };

/** The person stopped speaking: the open hops are wanted as they are (`onTurn` of `cutHops`). */
export interface TurnInput {
  readonly kind: 'turn';
  readonly turn: Turn;
}

/** Words that the person said or heard. */
export interface CaptionInput {
  readonly kind: 'caption';
  readonly caption: Caption;
  /** Default: the person's own words; false: those of somebody else who consents. */
  readonly own?: boolean;
  /** Of the utterance, as the model is told it (mod 8). Default: final captions are counted in the order they come. */
  readonly number?: number;
}

/** Half a second of a person, all senses side by side. The arrays are the receiver's. */
export interface Hop {
  /** Number of the hop on the grid of the capture clock: `startUs / hopUs`. */
  readonly index: number;
  readonly startUs: number;
  readonly endUs: number;
  /** `FACE_SLOTS` rows of `face.features`; a row without evidence is all zero. */
  readonly face: Float32Array;
  /** `VOICE_SLOTS` rows of `voice.features`, likewise. */
  readonly voice: Float32Array;
  /** `[rowsPerHop * caption.features]`: own words, then others'; all zero while no captions flow. */
  readonly caption: Float32Array;
  /** Slots for which nothing came (for the voice also: for which it came that nothing was heard, as by loss). */
  readonly gaps: { readonly face: number; readonly voice: number };
  /** The grid was begun anew before this hop: time before it is not its past. */
  readonly discontinuity: boolean;
  /** When the hop was closed, and when its last instant was on the same clock, `performance.now()` ms. */
  readonly closedMs: number;
  readonly dueMs: number;
  /** Of the newest sample in it; undefined when there is none. */
  readonly newestDecodedMs: number | undefined;
  readonly sensedMs: number | undefined;
}
