/** The protocol for people: the AsyncAPI document as a page of Markdown. */
import { asyncApiDocument, type Json } from './asyncapi.ts';
import { CLOSE_LOST, CLOSE_NOT_STARTED, CLOSE_TOO_FAR_BEHIND } from './close-codes.ts';

const CONNECTING = `A connection is opened at \`/ws?room=NAME\`. Where the installation asks for room tokens, a program shows its token as \`Authorization: Bearer TOKEN\`, a page as the WebSocket subprotocols \`undertone\` and \`bearer.TOKEN\`, and either may put it into \`session.start\` instead. Who showed it in the header is refused by the handshake (401, 403, 429, 503), everybody else by \`error\` and one of the codes below, whose reason is a word for programs such as \`token-expired\`.`;

/** Who is to do what when the connection closes: code, what happened, what to do. */
const CLOSINGS: ReadonlyArray<readonly [code: number, what: string, then: string]> = [
  [1001, 'the server shuts down', 'connect again in a moment; the session is over'],
  [1009, 'a message was larger than 256 KiB', 'send less'],
  [1011, 'the server failed', 'connect again in a moment'],
  [CLOSE_LOST, 'said by a client that takes the connection for dead', 'resume'],
  [CLOSE_NOT_STARTED, 'no `session.start` came within 15 s', 'connect again and send it'],
  [CLOSE_TOO_FAR_BEHIND, 'too much waited for the client', 'resume, and read faster'],
  [4401, 'there is no token, or it is not good (any more)', 'get a new one from the platform'],
  [
    4403,
    'the token does not allow this, its consent was withdrawn, or the person was removed from the room',
    'do not try again with it',
  ],
  [4409, 'the same identity came in again elsewhere', 'do not try again: the newest connection counts'],
  [4429, 'too much data, or too many wrong tokens, from here', 'wait a minute'],
  [4503, 'the keys to check the token with cannot be fetched', 'connect again in a moment'],
];

/** What of JSON Schema the protocol's own schemas use. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly default?: Json;
}

/** Markdown; the same schemas give the same page. */
export function protocolReference(): string {
  const { info, components } = asyncApiDocument() as unknown as {
    readonly info: { readonly title: string; readonly version: string; readonly description: string };
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  const schemas = Object.entries(components.schemas);
  const side = (prefix: string): string[] =>
    schemas.filter(([id]) => id.startsWith(prefix)).map(([id, schema]) => section(id.slice(prefix.length), schema));
  const shared = schemas.filter(([id]) => !id.includes('.')).map(([id, schema]) => section(id, schema));
  return [
    '<!-- Written by `npx tsx agent/protocol/write-asyncapi.ts` from the schemas; do not edit. -->',
    `# ${info.title}, version ${info.version}`,
    info.description,
    'For programs: [`asyncapi.json`](asyncapi.json), AsyncAPI 3.1. Members marked `?` may be absent.',
    '## Connecting and closing',
    CONNECTING,
    ['| code | what happened | what to do |', '| --- | --- | --- |', ...CLOSINGS.map(row)].join('\n'),
    'Any other end without a goodbye (1006) is a lost connection: resume.',
    '## What a client may say',
    ...side('client.'),
    '## What the server says',
    ...side('server.'),
    '## What messages share',
    ...shared,
    '',
  ].join('\n\n');
}

function section(name: string, schema: Schema): string {
  const rows = members(schema).map(row);
  const table =
    rows.length > 0 ? ['| member | type | |', '| --- | --- | --- |', ...rows].join('\n') : 'Has no other members.';
  return [`### ${name}`, schema.description ?? '', table].filter((part) => part !== '').join('\n\n');
}

function row(cells: ReadonlyArray<string | number>): string {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

/** One row for each member, those of members too. `type` of the message is its heading already. */
function members(schema: Schema, path = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    if (path === '' && name === 'type' && member.const !== undefined) return [];
    const optional = schema.required?.includes(name) ? '' : '?';
    const inner = member.items ?? member.anyOf?.find(({ properties }) => properties) ?? member;
    const below = `${path}${name}${member.items ? '[]' : ''}.`;
    return [[`\`${path}${name}\`${optional}`, typeText(member), remarks(member)], ...members(inner, below)];
  });
}

function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `[${name}](#${name})`;
  }
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  if (schema.items) return `list of ${typeText(schema.items)}`;
  if (schema.type === 'object' && schema.additionalProperties && !schema.properties)
    return `object of ${typeText(schema.additionalProperties)}`;
  return `${schema.type ?? 'anything'}${range(schema)}`;
}

function range({ type, minimum, maximum, maxLength }: Schema): string {
  if (maxLength !== undefined) return ` (at most ${maxLength} characters)`;
  // Integers are bounded by what JSON can hold anyway.
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = type === 'integer' && maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined) return ` (${least} to ${most})`;
  return least === undefined ? '' : ` (from ${least})`;
}

function remarks({ description = '', default: otherwise }: Schema): string {
  if (otherwise === undefined) return description;
  return `${description}${description === '' ? '' : '; '}${code(otherwise)} unless said`;
}

function code(value: Json): string {
  return `\`${JSON.stringify(value)}\``;
}
