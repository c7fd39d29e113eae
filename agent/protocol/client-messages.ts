/** What a client may say over the room's WebSocket. The first message of a session is `session.start`. */
import { z } from 'zod';
import { overSchema, taskSchema } from '../../pipeline/index.ts';
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
    deltas: z.boolean().default(false).describe('true to receive `affect.delta`, words as they are found, as well'),
    externalId: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('what the platform calls this person; a token outranks it'),
    token: z.string().max(8192).optional().describe('room token, where the installation asks for one'),
    resume: z
      .object({
        token: z.string().max(256).describe('`session.ready.token` of the session whose connection was lost'),
        seq: z.number().int().min(-1).describe('the highest `seq` that arrived, -1 for none'),
      })
      .optional()
      .describe('to go on where a lost connection ended; `session.ready.resumed` says whether that succeeded'),
  })
  .describe('Begins the session: the first message. Answered by `session.ready`, or by `error`.');

const subscribeSchema = z
  .object({
    type: z.literal('subscribe'),
    states: z.boolean().optional().describe('as in `session.start`; absent: as before'),
    deltas: z.boolean().optional(),
    participants: z
      .array(z.string().max(64))
      .max(64)
      .nullable()
      .optional()
      .describe('whose results to send, among those that may be seen; null: of all, which is how a session begins'),
  })
  .describe('Chooses what is sent from now on.');

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
  .describe(
    'Answered by an `offer` with new ICE credentials, or, when the server has given the connection up, by the first `offer` of a new one.',
  );

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

const querySchema = z
  .object({
    type: z.literal('query'),
    id: z.number().int().nonnegative().describe('the client’s own number for it; its `answer` carries the same'),
    participant: z.string().max(64),
    task: taskSchema,
    over: overSchema
      .default('window')
      .describe('the last half minute, as the model remembers it, or the whole call, from what was summed up of it'),
  })
  .describe('Asks about a person. Always answered by one `answer`, also when there is nothing to tell.');

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
  subscribeSchema,
  answerSchema,
  candidateSchema,
  restartSchema,
  consentSetSchema,
  muteSchema,
  captionSchema,
  querySchema,
  ackSchema,
  pingSchema,
]);

/** A message as the server reads it (defaults filled in). */
export type ClientMessage = z.output<typeof clientMessageSchema>;
/** A message as a client writes it. */
export type ClientMessageInput = z.input<typeof clientMessageSchema>;
