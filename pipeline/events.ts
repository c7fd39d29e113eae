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

const latencyMs = z
  .partialRecord(z.enum(LATENCY_STAGES), z.number().nonnegative())
  .describe('what each stage took; stages of which nothing is known are left out');

export const descriptionSchema = z.object({
  type: z.literal('affect.description'),
  ...common,
  id: z.string(),
  version: z.number().int().positive(),
  text: z.string().min(1),
  ...numbers,
  evidence: z.array(evidenceSchema),
  abstained: z.boolean().describe('true when the signal was too poor to say anything of the person'),
  retracted: z
    .literal(true)
    .optional()
    .describe('what this `id` said did not last and is taken back: no longer show it'),
  latencyMs,
});

export const deltaSchema = z.object({
  type: z.literal('affect.delta'),
  ...common,
  id: z.string().describe('of the description that these words will be'),
  version: z.number().int().positive(),
  text: z.string().min(1).describe('all its words so far, so that none is missed when a delta is'),
});

const reliability = z.object({ face: z.number(), voice: z.number(), caption: z.number() });

export const stateSchema = z.object({ type: z.literal('affect.state'), ...common, ...numbers, reliability });

const axis = z.number().min(-1).max(1);
const means = { valence: axis, arousal: axis, dominance: axis };
const readingSchema = z.object({ ...means, labels: numbers.labels });

/** An utterance that may have caused something. */
export const causeSchema = z.object({
  participant: z.string().describe('who said it'),
  own: z.boolean().describe('true when it was the person whose affect changed'),
  startMs: ms,
  endMs: ms,
  text: z
    .string()
    .max(200)
    .optional()
    .describe('its words, cut to 200 characters; only for those who may also see the results of the speaker'),
});

export const shiftSchema = z.object({
  type: z.literal('affect.shift'),
  ...common,
  startMs: ms.describe('when the change began, which is earlier than when it was certain'),
  endMs: ms.describe('end of the hop that made it certain'),
  id: z.string(),
  from: readingSchema.describe('where it had settled before'),
  to: readingSchema.describe('where it was when that was certain'),
  size: z.number().min(0).max(3).describe('distance of the two in the plane of valence and arousal'),
  confidence: z.number().min(0).max(1),
  cause: z
    .object({
      utterance: causeSchema.nullable().describe('null: none of those heard'),
      score: z.number().min(0).max(1).describe('probability that this is right, also for none'),
    })
    .describe('the utterance that most likely caused the change, or none'),
});

export const turnSchema = z.object({
  type: z.literal('affect.turn'),
  ...common,
  startMs: ms.describe('when the person began to speak'),
  endMs: ms.describe('when the person stopped'),
  decidedMs: ms.describe('when the silence was long enough to call the turn over'),
  ...numbers,
  reliability,
  average: z.object(means).describe('over the whole turn; the other numbers are those at its end'),
  latencyMs,
});

/** What can be asked of a person. */
export const TASKS = ['describe', 'sentiment', 'labels', 'expression', 'cause'] as const;
export const taskSchema = z.enum(TASKS);
export const overSchema = z.enum(['window', 'call']);

const rangeSchema = z.object({ mean: axis, min: axis, max: axis });

/** A whole call in a few numbers, kept as it goes. */
export const summarySchema = z.object({
  seconds: z.number().nonnegative().describe('for how long there was something to see or hear'),
  labels: z
    .array(z.object({ term: z.string(), score: z.number().min(0).max(1) }))
    .describe('time-weighted mean score, best first'),
  valence: rangeSchema,
  arousal: rangeSchema,
  dominance: rangeSchema,
  cues: z
    .array(z.object({ cue: z.string(), direction: z.string(), modality, count: z.number().int().nonnegative() }))
    .describe('how often each came, most often first'),
  shifts: z
    .array(shiftSchema.pick({ startMs: true, from: true, to: true, cause: true }))
    .describe('the last ones, oldest first'),
});

export const signalSchema = z.object({
  type: z.literal('signal'),
  ...common,
  modality,
  state: z.enum(['ok', 'muted', 'silent', 'lost', 'occluded', 'poor', 'unsupported']),
  detail: z.string().optional().describe('what happened and what to do, for people'),
});

export const affectEventSchema = z.discriminatedUnion('type', [
  descriptionSchema,
  deltaSchema,
  stateSchema,
  shiftSchema,
  turnSchema,
  signalSchema,
]);

export type Estimate = z.infer<typeof estimateSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Description = z.infer<typeof descriptionSchema>;
export type AffectDelta = z.infer<typeof deltaSchema>;
export type AffectState = z.infer<typeof stateSchema>;
export type AffectShift = z.infer<typeof shiftSchema>;
export type AffectTurn = z.infer<typeof turnSchema>;
export type Cause = z.infer<typeof causeSchema>;
export type Task = z.infer<typeof taskSchema>;
export type Over = z.infer<typeof overSchema>;
export type Summary = z.infer<typeof summarySchema>;
export type SignalEvent = z.infer<typeof signalSchema>;
export type AffectEvent = z.infer<typeof affectEventSchema>;

type WithoutStamp<T> = T extends unknown ? Omit<T, 'seq' | 'room'> : never;
/** An event as the pipeline makes it; who sends it on stamps `seq` and `room`. */
export type UnstampedEvent = WithoutStamp<AffectEvent>;
