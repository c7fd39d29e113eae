/** The program of one headless caller: gets its orders over the process's channel, publishes until it is asked to end. */
import { z } from 'zod';
import { loadClip } from './load-clip.ts';
import { Publisher } from './publisher.ts';

const ordersSchema = z.object({
  whipUrl: z.string(),
  token: z.string(),
  media: z.string().optional(),
  voice: z.string().optional(),
});

process.once('message', (orders) => {
  publish(ordersSchema.parse(orders)).catch((error: unknown) => {
    process.send?.({ failed: error instanceof Error ? error.message : String(error) }, () => process.exit(1));
  });
});
// The benchmark is gone: nobody is left to call for.
process.once('disconnect', () => process.exit(0));

async function publish({ whipUrl, token, media, voice }: z.infer<typeof ordersSchema>): Promise<void> {
  const clip = await loadClip({ media, voice });
  const publisher = await Publisher.publish({ whipUrl, token, clip });
  process.once('SIGTERM', () => {
    publisher.close();
    process.exit(0);
  });
  process.send?.({ playing: clip.title });
}
