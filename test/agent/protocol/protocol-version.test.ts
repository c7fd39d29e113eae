import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { protocolSchemas, type Json } from '../../../agent/protocol/asyncapi.ts';
import { PROTOCOL_VERSION } from '../../../agent/protocol/protocol-version.ts';

/**
 * What the schemas were at each version of the protocol. Never change a line that was released: raise PROTOCOL_VERSION and
 * add one.
 */
const DIGESTS: Readonly<Record<number, string>> = {
  1: '16711a0b1579abfb',
  2: 'a631d9fcea5704e7',
};

/** The same for any order of keys and any wording, which no program reads. */
function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .filter(([name, inner]) => !(name === 'description' && typeof inner === 'string'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, canonical(inner)]);
}

const digest = (schemas: Json): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(schemas)))
    .digest('hex')
    .slice(0, 16);

it('has a version of the protocol for these schemas', () => {
  // Does this fail? Then the schemas changed: raise PROTOCOL_VERSION, and add a line above.
  expect(digest(protocolSchemas())).toBe(DIGESTS[PROTOCOL_VERSION]);
  expect(Object.keys(DIGESTS).at(-1)).toBe(String(PROTOCOL_VERSION));
});

it('calls for a new version when a member changes, and not when its words do', () => {
  const schema = { properties: { text: { type: 'string', description: 'what is said' } }, required: ['text'] };
  const { text } = schema.properties;
  const reworded = { required: ['text'], properties: { text: { description: 'the words', type: 'string' } } };
  expect(digest(reworded)).toBe(digest(schema));
  expect(digest({ ...schema, required: [] })).not.toBe(digest(schema));
  expect(digest({ ...schema, properties: { text, extra: text } })).not.toBe(digest(schema));
  expect(digest({ ...schema, properties: { description: text } })).not.toBe(digest({ ...schema, properties: {} }));
});
