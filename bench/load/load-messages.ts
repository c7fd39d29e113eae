/** What the benchmark and its load process say to each other. Every order has a reply with its number. */
import { z } from 'zod';

const kind = z.enum(['audio', 'video']);
const request = z.number().int();

export const loadOrderSchema = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('record'),
    request,
    media: z.string().optional(),
    voice: z.string().optional(),
    /** The voice with known changes instead. */
    cues: z.boolean().optional(),
    /** Scenes of the media in turns: from and to, in ms. */
    scenes: z.array(z.tuple([z.number(), z.number()])).optional(),
    /** Pictures in three temporal layers. */
    layered: z.boolean().optional(),
    /** Instead of the clip, the same person who neither speaks nor moves. */
    resting: z.boolean().optional(),
  }),
  z.object({
    do: z.literal('join'),
    request,
    caller: z.number().int(),
    whipUrl: z.string(),
    token: z.string(),
    kinds: z.array(kind).min(1),
  }),
  z.object({ do: z.literal('leave'), request, caller: z.number().int() }),
  z.object({ do: z.literal('lose'), request, caller: z.number().int(), share: z.number().min(0).max(1) }),
  z.object({ do: z.literal('pause'), request, caller: z.number().int(), kind, paused: z.boolean() }),
  z.object({ do: z.literal('tell'), request }),
]);
export type LoadOrder = z.infer<typeof loadOrderSchema>;

export const loadReplySchema = z.object({
  request,
  failed: z.string().optional(),
  title: z.string().optional(),
  lengthMs: z.number().optional(),
  /** What one caller sends, without headers. */
  kbps: z.number().optional(),
  /** When something changes in it, where that is known. */
  onsetsMs: z.array(z.number()).optional(),
  /** When the recording's first instant was, or would have been, played: ms on the machine's monotonic clock. */
  mediaZeroMs: z.number().optional(),
  sent: z.number().optional(),
  lost: z.number().optional(),
  skippedMs: z.number().optional(),
});
export type LoadReply = z.infer<typeof loadReplySchema>;
