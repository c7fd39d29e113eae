import { readFileSync } from 'node:fs';
import specs from '@asyncapi/specs';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { asyncApiDocument, type Json } from '../../../agent/protocol/asyncapi.ts';
import { clientMessageSchema, type ClientMessageInput } from '../../../agent/protocol/client-messages.ts';
import { serverMessageSchema, type ServerMessage } from '../../../agent/protocol/server-messages.ts';
import { protocolReference } from '../../../agent/protocol/reference.ts';
import { described, person, ready, state } from '../client/fakes.ts';

const document = asyncApiDocument();
// AsyncAPI's schema brings its own copy of what a schema is. Formats are not looked at; the document has none.
const published = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
const isAsyncApi = published.compile(specs.schemas['3.1.0']);
const ajv = new Ajv({ strict: false });
ajv.addSchema(document, 'document');

/** A message of each type, with every member that it can have. */
const CLIENT: readonly ClientMessageInput[] = [
  {
    type: 'session.start',
    room: 'lobby',
    name: 'Mia',
    watch: true,
    states: false,
    deltas: true,
    externalId: 'user-7',
    token: 'a.b.c',
    resume: { token: 't', seq: 4 },
  },
  { type: 'subscribe', states: true, deltas: false, participants: ['p-1'] },
  { type: 'answer', number: 1, sdp: 'v=0' },
  { type: 'candidate', candidate: { candidate: 'candidate:1', sdpMid: null } },
  { type: 'restart' },
  { type: 'consent.set', granted: true, receiptVersion: 'r1' },
  { type: 'mute', kind: 'audio', muted: true },
  { type: 'caption', startMs: 0, endMs: 900, text: 'hello', final: false },
  { type: 'query', id: 3, participant: 'p-1', task: 'cause', over: 'call' },
  { type: 'ack', seq: 3, receivedMs: 1234.5 },
  { type: 'ping', id: 7 },
];
const evidence = {
  cue: 'brow',
  direction: 'raised',
  magnitude: 0.5,
  modality: 'face',
  startMs: 0,
  endMs: 900,
} as const;
const reading = { valence: 0.1, arousal: 0, dominance: 0, labels: [{ term: 'calm', score: 0.6 }] };
const cause = { participant: 'p-2', own: false, startMs: 0, endMs: 400, text: 'you got it' };
const range = { mean: 0, min: -0.5, max: 0.5 };
const stamp = { seq: 1, room: 'lobby', participant: 'p-1', pack: 'fake@1', startMs: 0, endMs: 500 };
const SERVER: readonly ServerMessage[] = [
  { ...ready(), participants: [person('p-1')], resumed: { complete: true, replayed: 3 } },
  { type: 'participant.joined', participant: person('p-1') },
  { type: 'participant.changed', participant: person('p-1') },
  { type: 'participant.left', participant: 'p-1' },
  { type: 'consent.changed', participant: 'p-1', granted: true, receiptVersion: 'r1', roomMs: 1 },
  { type: 'consent.cleared', participant: 'p-1', tookMs: 12 },
  { type: 'analysis.changed', scope: 'room', enabled: false, roomMs: 1 },
  { type: 'offer', number: 0, sdp: 'v=0', tracks: [{ mid: '0', trackId: 't', participant: 'p-1', kind: 'video' }] },
  described(500, { labels: [{ term: 'calm', score: 0.6 }], evidence: [evidence] }),
  { type: 'affect.delta', ...stamp, id: 'd1', version: 1, text: 'Appears' },
  state(500, 0.2),
  {
    type: 'affect.shift',
    ...stamp,
    id: 's1',
    from: reading,
    to: reading,
    size: 0.5,
    confidence: 0.7,
    cause: { utterance: cause, score: 0.8 },
  },
  {
    ...state(500, 0.2),
    type: 'affect.turn',
    decidedMs: 700,
    average: { valence: 0, arousal: 0, dominance: 0 },
    latencyMs: { encode: 4 },
  },
  { type: 'signal', ...stamp, modality: 'voice', state: 'silent', detail: 'Nobody speaks.' },
  { type: 'delivered', seq: 1, deliveredMs: 4, sinceHopMs: 90 },
  {
    type: 'answer',
    id: 3,
    participant: 'p-1',
    task: 'cause',
    over: 'call',
    status: 'ok',
    text: 'joy: none.',
    startMs: 0,
    endMs: 500,
    cause,
    summary: {
      seconds: 1,
      labels: [],
      valence: range,
      arousal: range,
      dominance: range,
      cues: [{ cue: 'brow', direction: 'raised', modality: 'face', count: 2 }],
      shifts: [],
    },
  },
  { type: 'stats', sessions: 2, deliveredP50Ms: 4, deliveredP95Ms: null, superseded: 0 },
  { type: 'error', code: 'too-fast', message: 'Send less often.', retryable: true },
  { type: 'pong', id: 7, roomMs: 5 },
];

interface Case {
  readonly name: string;
  readonly message: Readonly<Record<string, unknown>>;
  readonly schema: z.ZodType;
}

function* cases(): Generator<Case> {
  for (const message of CLIENT) yield { name: `client.${message.type}`, message, schema: clientMessageSchema };
  for (const message of SERVER) yield { name: `server.${message.type}`, message, schema: serverMessageSchema };
}

function typesOf(side: string, messages: readonly { readonly type: string }[]): string[] {
  return messages.map(({ type }) => `${side}.${type}`);
}

/** The message with one member missing, of another kind, or out of range. */
function* damaged(message: Readonly<Record<string, unknown>>): Generator<Record<string, unknown>> {
  for (const member of Object.keys(message)) {
    const { [member]: _left, ...rest } = message;
    yield rest;
    for (const value of [null, -1, 1e300, '', 'x'.repeat(3000), true, [], {}]) yield { ...rest, [member]: value };
  }
}

function at(pointer: string): unknown {
  const path = pointer.replace(/^#\//, '').split('/');
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
}

describe('the AsyncAPI document', () => {
  it('is valid by the schema that AsyncAPI publishes for 3.1', () => {
    isAsyncApi(document);
    expect(isAsyncApi.errors).toBeNull();
    const { room } = document.channels as { room: object };
    expect(isAsyncApi({ ...document, operations: { receive: { action: 'shout', channel: room } } })).toBe(false);
  });

  it('refers to nothing that is not in it', () => {
    const missing: string[] = [];
    const visit = (value: Json): void => {
      if (value === null || typeof value !== 'object') return;
      if ('$ref' in value && typeof value.$ref === 'string' && at(value.$ref) === undefined) missing.push(value.$ref);
      for (const inner of Object.values(value)) visit(inner);
    };
    visit(document);
    expect(missing).toEqual([]);
  });

  it('is the one in the repository (npx tsx agent/protocol/write-asyncapi.ts brings that up to date)', () => {
    expect(JSON.parse(inRepository('asyncapi.json'))).toEqual(document);
  });

  it('is rendered for people in the repository, every member of every message', () => {
    const page = inRepository('README.md');
    expect(page).toBe(protocolReference());
    const [clients = '', servers = ''] = page.split('\n## What the server says\n');
    for (const [half, messages] of [[clients, CLIENT] as const, [servers, SERVER] as const]) {
      for (const { type, ...members } of messages) {
        const [, section = ''] = half.split(`\n### ${type}\n`);
        const table = section.split('\n#')[0];
        for (const member of Object.keys(members)) expect(table).toContain(`| \`${member}\``);
      }
    }
  });

  it('has every message once, under its side and its type', () => {
    const { messages, schemas } = document.components as { messages: object; schemas: object };
    const names = [...typesOf('client', CLIENT), ...typesOf('server', SERVER)].sort();
    expect(Object.keys(messages).sort()).toEqual(names);
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(names));
  });

  it.each([...cases()])('takes $name as the server and its clients do, whole or with a part missing', (one) => {
    const validate = ajv.getSchema(`document#/components/schemas/${one.name}`) as ValidateFunction;
    expect(validate(one.message)).toBe(true);
    const disputed = [...damaged(one.message)].filter(
      (variant) => validate(variant) !== one.schema.safeParse(variant).success,
    );
    expect(disputed).toEqual([]);
  });
});

function inRepository(name: string): string {
  return readFileSync(new URL(`../../../agent/protocol/${name}`, import.meta.url), 'utf8');
}
