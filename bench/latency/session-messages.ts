import { z } from 'zod';
import { descriptionSchema, shiftSchema, signalSchema, stateSchema, turnSchema } from '../../pipeline/index.ts';

/** What the benchmark listens for among the agent's messages; like any client, it knows the wire and nothing behind it. */
const heardSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('session.ready'),
    participant: z.object({ id: z.string() }),
    token: z.string(),
    whip: z.string(),
    pack: z.string(),
    receipt: z.object({ version: z.string() }),
    roomMs: z.number(),
  }),
  z.object({ type: z.literal('consent.changed'), participant: z.string(), granted: z.boolean(), roomMs: z.number() }),
  z.object({ type: z.literal('delivered'), seq: z.number(), deliveredMs: z.number(), sinceHopMs: z.number() }),
  z.object({ type: z.literal('stats'), superseded: z.number() }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
  z.object({ type: z.literal('pong'), id: z.number().optional() }),
  descriptionSchema,
  stateSchema,
  shiftSchema,
  signalSchema,
  turnSchema,
]);

export type Heard = z.infer<typeof heardSchema>;
export type Ready = Extract<Heard, { type: 'session.ready' }>;

/** Reads one frame; undefined for messages that the benchmark has no use for. */
export function readHeard(text: string): Heard | undefined {
  const parsed = heardSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}
