/** The protocol as an AsyncAPI 3.1 document, made from the zod schemas that the server itself uses. */
import { z } from 'zod';
import { estimateSchema, evidenceSchema } from '../../pipeline/index.ts';
import { clientMessageSchema } from './client-messages.ts';
import { participantSchema, roomNameSchema } from './participants.ts';
import { PROTOCOL_VERSION } from './protocol-version.ts';
import { serverMessageSchema } from './server-messages.ts';

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Record<string, Json>;

const DESCRIPTION = `Undertone tells what it reads of the people in a call while they are still talking. Messages are
JSON objects, one in each text frame; the member \`type\` tells them apart. A client opens a WebSocket, says
\`session.start\` and is answered by \`session.ready\`, or by \`error\`. A wrong message is answered by \`error\` and never
ends the session. The server sends WebSocket pings, which clients answer by themselves; \`ping\` and \`pong\` do the same
for clients that cannot send those, browsers for one. Names that end in \`Ms\` are milliseconds; points in time are room
time, whose present value is in \`session.ready\`, unless they say otherwise.`.replaceAll('\n', ' ');

type Side = 'client' | 'server';
const MESSAGES = { client: clientMessageSchema.options, server: serverMessageSchema.options };

/** The whole document. Pure: the same schemas, the same document. */
export function asyncApiDocument(): JsonObject {
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Undertone room protocol',
      version: `${PROTOCOL_VERSION}.0.0`,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { local: { host: '127.0.0.1:8080', protocol: 'ws', description: 'what a bare `npm start` serves' } },
    channels: { room: roomChannel() },
    operations: { receive: operation('client', 'receive'), send: operation('server', 'send') },
    components: { messages: { ...messages('client'), ...messages('server') }, schemas: protocolSchemas() },
  };
}

/** The JSON Schema (draft 7) of every message, by `client.TYPE` or `server.TYPE`, and of what they share. */
export function protocolSchemas(): JsonObject {
  const registry = z.registry<{ id: string }>();
  registry.add(participantSchema, { id: 'participant' });
  registry.add(estimateSchema, { id: 'estimate' });
  registry.add(evidenceSchema, { id: 'evidence' });
  for (const schema of MESSAGES.client) registry.add(schema, { id: key('client', schema) });
  for (const schema of MESSAGES.server) registry.add(schema, { id: key('server', schema) });
  // What is on the wire is what a schema takes in: defaults are not filled in yet.
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-7', io: 'input', uri: (id) => `${SCHEMAS}${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
}

const SCHEMAS = '#/components/schemas/';

interface Typed {
  readonly shape: { readonly type: { readonly value: string } };
}

function key(side: Side, { shape }: Typed): string {
  return `${side}.${shape.type.value}`;
}

function roomChannel(): JsonObject {
  const query = { type: 'object', properties: { room: plain(z.toJSONSchema(roomNameSchema, { target: 'draft-7' })) } };
  return {
    address: '/ws',
    title: 'A room',
    description: 'One connection is one session of one participant in one room.',
    bindings: { ws: { method: 'GET', query, bindingVersion: '0.1.0' } },
    messages: refs('#/components/messages/', [...keys('client'), ...keys('server')]),
  };
}

/** As the server sees it: it receives what clients say. */
function operation(side: Side, action: 'receive' | 'send'): JsonObject {
  return {
    action,
    channel: { $ref: '#/channels/room' },
    summary: side === 'client' ? 'What a client may say.' : 'What the server says.',
    messages: Object.values(refs('#/channels/room/messages/', keys(side))),
  };
}

function messages(side: Side): JsonObject {
  return Object.fromEntries(
    keys(side).map((id) => [id, { name: id.slice(side.length + 1), payload: { $ref: `${SCHEMAS}${id}` } }]),
  );
}

function keys(side: Side): string[] {
  return MESSAGES[side].map((schema) => key(side, schema));
}

function refs(prefix: string, ids: readonly string[]): Record<string, { $ref: string }> {
  return Object.fromEntries(ids.map((id) => [id, { $ref: prefix + id }]));
}

/** Without what names a schema from outside, which AsyncAPI does by place; and as JSON, nothing else. */
function plain({ $schema: _schema, $id: _id, ...schema }: z.core.JSONSchema.BaseSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}
