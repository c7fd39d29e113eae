/** What the server says over the room's WebSocket. */
import { z } from 'zod';
import {
  causeSchema,
  deltaSchema,
  descriptionSchema,
  overSchema,
  shiftSchema,
  signalSchema,
  stateSchema,
  summarySchema,
  taskSchema,
  turnSchema,
} from '../../pipeline/index.ts';
import { mediaKindSchema, participantSchema } from './participants.ts';

const receiptSchema = z.object({
  version: z.string().describe('a digest of the text: other words, other version'),
  title: z.string(),
  paragraphs: z.array(z.string()).describe('what a person reads before agreeing'),
});

const iceServerSchema = z.object({
  urls: z.array(z.string()).min(1),
  username: z.string().optional(),
  credential: z.string().optional(),
});

const sessionReadySchema = z
  .object({
    type: z.literal('session.ready'),
    protocol: z.number().int(),
    room: z.string(),
    participant: participantSchema,
    token: z.string().describe('bearer token of this session: publishing over WHIP asks for it'),
    whip: z.string().describe('path to POST an SDP offer to'),
    iceServers: z
      .array(iceServerSchema)
      .optional()
      .describe('STUN and TURN servers to connect through (as RTCConfiguration has them); none when not given'),
    context: z.string().describe('`deployment.context` of this installation'),
    results: z
      .enum(['self', 'room', 'roles'])
      .describe('who sees the results of a person: the person alone, everybody here, or also those with certain roles'),
    pack: z.string().describe('model pack and version'),
    receipt: receiptSchema,
    roomMs: z.number().describe('room time now, in milliseconds: the clock of captions and affect events'),
    participants: z.array(participantSchema).describe('everybody else in the room'),
    resume: z
      .object({ withinMs: z.number().nonnegative(), events: z.number().int().nonnegative() })
      .describe('a lost connection can be resumed without loss within this time and number of events of the room'),
    resumed: z
      .object({
        complete: z.boolean().describe('false: more was lost than could be kept, or the session is a new one'),
        replayed: z.number().int().nonnegative().describe('events that follow and were meant for the lost connection'),
      })
      .optional()
      .describe('there when the session was to be resumed; the same `participant.id` tells that it was'),
  })
  .describe('The session has begun: who one is, who is here, and what one agrees to by consenting.');

const participantJoinedSchema = z
  .object({ type: z.literal('participant.joined'), participant: participantSchema })
  .describe('Somebody came.');
const participantChangedSchema = z
  .object({ type: z.literal('participant.changed'), participant: participantSchema })
  .describe('The media or the consent of somebody changed; what it was before no longer counts.');
const participantLeftSchema = z
  .object({ type: z.literal('participant.left'), participant: z.string() })
  .describe('Somebody went. Forget what is known of them.');

const consentChangedSchema = z
  .object({
    type: z.literal('consent.changed'),
    participant: z.string(),
    granted: z.boolean(),
    receiptVersion: z.string(),
    roomMs: z.number(),
  })
  .describe(
    'Somebody agreed to be analysed, or withdrew: then nothing more is said of them, and what was said is to be forgotten.',
  );

const consentClearedSchema = z
  .object({
    type: z.literal('consent.cleared'),
    participant: z.string(),
    tookMs: z.number().nonnegative().describe('from the withdrawal until nothing of this person was held any more'),
  })
  .describe('Nothing of a person who withdrew is held any more.');

const analysisChangedSchema = z
  .object({
    type: z.literal('analysis.changed'),
    scope: z.enum(['room', 'process']),
    enabled: z.boolean(),
    roomMs: z.number(),
  })
  .describe('The switch that stops all analysis at once was turned. Off: nobody is analysed, and no consent is left.');

const offerSchema = z
  .object({
    type: z.literal('offer'),
    number: z.number().int().nonnegative(),
    sdp: z.string(),
    tracks: z.array(z.object({ mid: z.string(), trackId: z.string(), participant: z.string(), kind: mediaKindSchema })),
  })
  .describe(
    'The media of the others, for those who `watch`. Answered by `answer`; a later offer replaces an earlier one. Numbers rise by one; an offer that does not go on from the last one (`number` 1 again) is of a new connection: close the old `RTCPeerConnection` and answer with a new one. That comes after a `restart` of a connection that was lost for good, and by itself when the media engine of the room failed.',
  );

const deliveredSchema = z
  .object({
    type: z.literal('delivered'),
    seq: z.number().int().nonnegative(),
    deliveredMs: z
      .number()
      .nonnegative()
      .describe(
        "from the event's arrival at the agent until the server held the client's `ack`: queueing, sending, handling and the way back",
      ),
    sinceHopMs: z
      .number()
      .nonnegative()
      .describe('from the moment the hop closed until then, both on the server’s clock'),
  })
  .describe('How long an acknowledged description took.');

const answerSchema = z
  .object({
    type: z.literal('answer'),
    id: z.number().int().nonnegative().describe('of the `query`'),
    participant: z.string(),
    task: taskSchema,
    over: overSchema,
    status: z
      .enum(['ok', 'unsupported', 'unavailable', 'refused', 'busy'])
      .describe(
        '`unsupported` by the model pack; `unavailable`: nothing is known of the person now; `refused`: not for this session to know; `busy`: ask again later',
      ),
    text: z.string().describe('the answer in words; otherwise why there is none and what to do'),
    startMs: z.number().optional().describe('room time that the answer is over'),
    endMs: z.number().optional(),
    cause: causeSchema.optional().describe('for `cause`: the utterance, if there was one'),
    summary: summarySchema.optional().describe('for `call`: what the answer was made from'),
  })
  .describe('The answer to a `query`.');

const statsSchema = z
  .object({
    type: z.literal('stats'),
    sessions: z.number().int().nonnegative(),
    deliveredP50Ms: z
      .number()
      .nonnegative()
      .nullable()
      .describe('over the last 256 acknowledged descriptions of all rooms; null before the first'),
    deliveredP95Ms: z.number().nonnegative().nullable(),
    superseded: z
      .number()
      .int()
      .nonnegative()
      .describe('events of this session that a newer one replaced before they could be sent'),
  })
  .describe('Every five seconds, for a display of how well things go.');

const errorSchema = z
  .object({
    type: z.literal('error'),
    code: z.enum([
      'bad-message',
      'not-started',
      'already-started',
      'too-fast',
      'receipt-outdated',
      'unauthorised',
      'forbidden',
      'analysis-stopped',
      'overload',
      'room-full',
      'draining',
      'media-failed',
      'internal',
    ]),
    message: z.string().describe('what happened and what to do'),
    retryable: z.boolean(),
  })
  .describe('Something was refused or failed; the session goes on.');

const pongSchema = z
  .object({
    type: z.literal('pong'),
    id: z.number().int().optional(),
    roomMs: z.number().optional().describe('room time now, in a session'),
  })
  .describe('The answer to `ping`.');

export const serverMessageSchema = z.discriminatedUnion('type', [
  sessionReadySchema,
  participantJoinedSchema,
  participantChangedSchema,
  participantLeftSchema,
  consentChangedSchema,
  consentClearedSchema,
  analysisChangedSchema,
  offerSchema,
  descriptionSchema.describe(
    'What a person appears to feel, in a sentence with its evidence. A later `version` of an `id` replaces the earlier one: with better words, with the same ones where they still hold of somebody who rests, or to take it back (`retracted`).',
  ),
  deltaSchema.describe('Words of a description that is still being found, for those who asked for `deltas`.'),
  stateSchema.describe('The same in numbers, every hop of 500 ms, for those who asked for `states`.'),
  shiftSchema.describe(
    'The affect of a person has really moved: far enough, and for long enough. Told once, with what most likely caused it.',
  ),
  turnSchema.describe('A person stopped speaking: the state they ended in, at once instead of at the end of the hop.'),
  signalSchema.describe('What can be seen or heard of a person has become better or worse.'),
  deliveredSchema,
  answerSchema,
  statsSchema,
  errorSchema,
  pongSchema,
]);

export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type SessionReady = z.infer<typeof sessionReadySchema>;
export type Answer = z.infer<typeof answerSchema>;
export type ErrorMessage = z.infer<typeof errorSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
