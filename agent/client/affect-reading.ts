/** The numbers of an affect event, as the helpers for bots use them. */
import type { ServerMessage } from '../protocol/server-messages.ts';

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export type Description = Of<'affect.description'>;
export type AffectState = Of<'affect.state'>;
export type AffectShift = Of<'affect.shift'>;
export type Turn = Of<'affect.turn'>;
export type Evidence = Description['evidence'][number];
type Utterance = NonNullable<AffectShift['cause']['utterance']>;

/** Valence, arousal and dominance in -1..1, how sure the model is (0..1), and its likeliest terms, best first. */
export interface Reading {
  readonly valence: number;
  readonly arousal: number;
  readonly dominance: number;
  readonly confidence: number;
  readonly labels: Description['labels'];
}

/** The affect of somebody has really moved: far enough, and for long enough, from where it had settled. */
export interface Shift {
  readonly participant: string;
  readonly from: AffectShift['from'];
  readonly to: AffectShift['to'];
  /** When it left where it had settled, and the end of the hop that made it certain: room time, in milliseconds. */
  readonly sinceMs: number;
  readonly atMs: number;
  readonly confidence: number;
  /** What was said that most likely caused it; undefined for nothing that was heard. */
  readonly cause: Utterance | undefined;
  /** Probability that this is right, also of `undefined`. */
  readonly causeScore: number;
  /** Of the newest description that reaches past `sinceMs`; empty when only numbers have told of the shift so far. */
  readonly evidence: readonly Evidence[];
  /** The sentence of that description. */
  readonly sentence: string | undefined;
}

export function readingOf({ valence, arousal, dominance, confidence, labels }: Description | AffectState): Reading {
  return { valence: valence.mean, arousal: arousal.mean, dominance: dominance.mean, confidence, labels };
}
