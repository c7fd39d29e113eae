/** What the pipeline says: the affect events, one schema for WebSocket frames and JSONL lines alike. */
import { z } from 'zod';

/** The stages whose share of the latency every description tells, in the order data pass them. */
export const LATENCY_STAGES = [
  'tap',
  'decode',
  'sense',
  'window',
  'encode',
  'firstWord',
  'decoded',
  'delivered',
] as const;

const ms = z.number().describe('milliseconds: media time in `analyze`, room time live');

/** A quantity in -1..1 with its uncertainty (standard deviation). */
export const estimateSchema = z.object({ mean: z.number().min(-1).max(1), sd: z.number().min(0).max(2) });

const modality = z.enum(['face', 'voice', 'caption']);

export const evidenceSchema = z.object({
  cue: z.string().describe('what was seen or heard, e.g. `brow`, `pitch`'),
  direction: z.string().describe('e.g. `raised`, `higher`'),
  magnitude: z.number().min(0).max(1),
  modality,
  startMs: ms.describe('since when the cue has held'),
  endMs: ms,
});

const common = {
  seq: z.number().int().nonnegative(),
  room: z.string(),
  participant: z.string(),
  pack: z.string().describe('model pack and version, `name@version`'),
  startMs: ms,
  endMs: ms,
};

const numbers = {
  labels: z.array(z.object({ term: z.string(), score: z.number().min(0).max(1) })),
  valence: estimateSchema,
  arousal: estimateSchema,
  dominance: estimateSchema,
  confidence: z.number().min(0).max(1),
};

export const descriptionSchema = z.object({
  type: z.literal('affect.description'),
  ...common,
  id: z.string(),
  version: z.number().int().positive(),
  text: z.string().min(1),
  ...numbers,
  evidence: z.array(evidenceSchema),
  abstained: z.boolean().describe('true when the signal was too poor to say anything of the person'),
  latencyMs: z.partialRecord(z.enum(LATENCY_STAGES), z.number().nonnegative()),
});

export const stateSchema = z.object({
  type: z.literal('affect.state'),
  ...common,
  ...numbers,
  reliability: z.object({ face: z.number(), voice: z.number(), caption: z.number() }),
});

export const signalSchema = z.object({
  type: z.literal('signal'),
  ...common,
  modality,
  state: z.enum(['ok', 'muted', 'silent', 'lost', 'occluded', 'poor', 'unsupported']),
  detail: z.string().optional().describe('what happened and what to do, for people'),
});

export const affectEventSchema = z.discriminatedUnion('type', [descriptionSchema, stateSchema, signalSchema]);

export type Estimate = z.infer<typeof estimateSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Description = z.infer<typeof descriptionSchema>;
export type AffectState = z.infer<typeof stateSchema>;
export type SignalEvent = z.infer<typeof signalSchema>;
export type AffectEvent = z.infer<typeof affectEventSchema>;

type WithoutStamp<T> = T extends unknown ? Omit<T, 'seq' | 'room'> : never;
/** An event as the pipeline makes it; who sends it on stamps `seq` and `room`. */
export type UnstampedEvent = WithoutStamp<AffectEvent>;
