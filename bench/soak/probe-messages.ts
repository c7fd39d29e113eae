/** What the probe in the agent's process tells the endurance test. */
import { z } from 'zod';

const threadSchema = z.object({
  thread: z.number().int(),
  /** Live objects after a collection. */
  heapBytes: z.number(),
  externalBytes: z.number(),
  /** The longest that this thread's event loop was late since it was last asked. */
  lagMs: z.number(),
});
export type ThreadTold = z.infer<typeof threadSchema>;

export const probeSchema = z.object({
  probe: z.number().int(),
  /** Timers, sockets, requests and the like that the main thread holds. */
  handles: z.number().int(),
  rssBytes: z.number(),
  threads: z.array(threadSchema),
});
export type ProbeTold = z.infer<typeof probeSchema>;
