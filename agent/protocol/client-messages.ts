/** What a client may say over the room's WebSocket. The first message of a session is `session.start`. */
import { z } from 'zod';
import { mediaKindSchema, roomNameSchema } from './participants.ts';

const SDP_LIMIT = 200_000;

const roomMs = z.number().min(0).max(1e12).describe('room time in milliseconds, see `session.ready.roomMs`');

// Invisible and direction-changing characters let one name pass for another.
const displayName = z
  .string()
  .max(200)
  .transform((name) =>
    name
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
      .replace(/\s+/gu, ' ')
      .trim()
      .slice(0, 40),
  );

const sessionStartSchema = z
  .object({
    type: z.literal('session.start'),
    room: roomNameSchema.optional().describe('may be given as `?room=` of the address instead'),
    name: displayName.optional(),
    watch: z.boolean().default(false).describe('true to be offered the media of the others (`offer`)'),
    states: z.boolean().default(false).describe('true to receive `affect.state` every hop as well'),
  })
  .describe('Begins the session: the first message. Answered by `session.ready`, or by `error`.');

const answerSchema = z
  .object({
    type: z.literal('answer'),
    number: z.number().int().nonnegative().describe('the number of the offer that this answers'),
    sdp: z.string().min(1).max(SDP_LIMIT),
  })
  .describe('The SDP answer to an `offer`.');

const candidateSchema = z
  .object({
    type: z.literal('candidate'),
    candidate: z
      .object({ candidate: z.string().max(2000), sdpMid: z.string().max(64).nullish() })
      .nullable()
      .describe('null at the end of candidates'),
  })
  .describe('One more ICE candidate of the viewing connection.');

const restartSchema = z
  .object({
    type: z.literal('restart').describe('asks for an ICE restart of the viewing connection'),
  })
  .describe('Answered by an `offer` with new ICE credentials.');

const consentSetSchema = z
  .object({
    type: z.literal('consent.set'),
    granted: z.boolean(),
    receiptVersion: z
      .string()
      .max(64)
      .optional()
      .describe('required to grant: the version of the receipt that the person read'),
  })
  .describe(
    'This participant agrees to be analysed, or withdraws. Everybody hears of it by `consent.changed`. Consent ends with the session.',
  );

const muteSchema = z
  .object({ type: z.literal('mute'), kind: mediaKindSchema, muted: z.boolean() })
  .describe('This participant muted a kind of media, or no longer does: silence is then not read as such.');

const captionSchema = z
  .object({
    type: z.literal('caption'),
    startMs: roomMs,
    endMs: roomMs,
    text: z.string().min(1).max(2000),
    final: z.boolean().default(true),
  })
  .describe('Words of this participant, as the platform’s live captions have them. Dropped without consent.');

const ackSchema = z
  .object({
    type: z.literal('ack'),
    seq: z.number().int().nonnegative().describe('of the `affect.description` that arrived'),
    receivedMs: z
      .number()
      .describe(
        "when it arrived, on the client's own clock; for the client's records, not compared with the server's clock",
      ),
  })
  .describe('An `affect.description` has arrived. Answered by `delivered`.');

const pingSchema = z
  .object({ type: z.literal('ping'), id: z.number().int().optional() })
  .describe('Answered by `pong`.');

export const clientMessageSchema = z.discriminatedUnion('type', [
  sessionStartSchema,
  answerSchema,
  candidateSchema,
  restartSchema,
  consentSetSchema,
  muteSchema,
  captionSchema,
  ackSchema,
  pingSchema,
]);

/** A message as the server reads it (defaults filled in). */
export type ClientMessage = z.output<typeof clientMessageSchema>;
/** A message as a client writes it. */
export type ClientMessageInput = z.input<typeof clientMessageSchema>;
