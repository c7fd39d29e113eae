/** The words both directions of the protocol share. */
import { z } from 'zod';

/** A room's name: letters, digits and hyphens, so that it can stand in a URL and be read aloud. */
export const roomNameSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/,
    'a room name is 1 to 64 letters, digits or hyphens, and starts with a letter or digit',
  );

export const mediaKindSchema = z.enum(['audio', 'video']);

/** Whether a participant sends a kind of media, and whether it said that it muted it. */
const mediaStateSchema = z.enum(['none', 'live', 'muted']);

/** What everybody in a room may know of a participant. */
export const participantSchema = z.object({
  id: z.string().describe('given by the server for this session, opaque'),
  name: z.string(),
  externalId: z.string().max(128).optional().describe('what the platform itself calls this person'),
  analysis: z.boolean().describe('true while this person consents to being analysed'),
  audio: mediaStateSchema,
  video: mediaStateSchema,
});

export type MediaKind = z.infer<typeof mediaKindSchema>;
export type Participant = z.infer<typeof participantSchema>;
