/** The numbers of an affect event, as the helpers for bots use them. */
import type { ServerMessage } from '../protocol/server-messages.ts';

export type Description = Extract<ServerMessage, { type: 'affect.description' }>;
export type AffectState = Extract<ServerMessage, { type: 'affect.state' }>;
export type Evidence = Description['evidence'][number];

/** Valence, arousal and dominance in -1..1, how sure the model is (0..1), and its likeliest terms, best first. */
export interface Reading {
  readonly valence: number;
  readonly arousal: number;
  readonly dominance: number;
  readonly confidence: number;
  readonly labels: Description['labels'];
}

export function readingOf({ valence, arousal, dominance, confidence, labels }: Description | AffectState): Reading {
  return { valence: valence.mean, arousal: arousal.mean, dominance: dominance.mean, confidence, labels };
}
