/** From the text of one frame to a checked message, without ever throwing. */
import { z } from 'zod';

export type Decoded<T> = { readonly ok: true; readonly message: T } | { readonly ok: false; readonly reason: string };

/**
 * Reads one WebSocket text frame.
 * @returns the message, or a reason for people that repeats nothing of what was sent (it may be private)
 */
export function decodeFrame<S extends z.ZodType>(schema: S, text: string): Decoded<z.output<S>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'the frame is not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, message: parsed.data };
  const issue = parsed.error.issues[0];
  if (issue?.code === 'invalid_union') return { ok: false, reason: 'unknown message type' };
  const where = issue?.path.map(String).join('.') ?? '';
  return {
    ok: false,
    reason: `${where === '' ? 'the message' : where}: ${issue?.message ?? 'not as the protocol says'}`,
  };
}
