/** Messages by chance, made from the protocol's own JSON Schemas: good ones, and such with one thing wrong. */
import * as fc from 'fast-check';
import { protocolSchemas, type Json } from '../../../agent/protocol/asyncapi.ts';

interface Schema {
  readonly $ref?: string;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

const SCHEMAS = protocolSchemas() as Readonly<Record<string, Schema>>;
const LIMIT = 1e9;

/** Messages of one side, each type as likely as any other. */
export function messages(side: 'client' | 'server'): fc.Arbitrary<Record<string, Json>> {
  const ids = Object.keys(SCHEMAS).filter((id) => id.startsWith(`${side}.`));
  return fc.oneof(...ids.map((id) => valuesOf(SCHEMAS[id]) as fc.Arbitrary<Record<string, Json>>));
}

/** The same with a member gone, strange, or one too many. */
export function damaged(side: 'client' | 'server'): fc.Arbitrary<Record<string, Json>> {
  return fc.tuple(messages(side), fc.nat(), fc.option(fc.jsonValue({ maxDepth: 2 }))).map(([message, which, value]) => {
    const members = Object.keys(message);
    const member = members[which % (members.length + 1)] ?? '__proto__x';
    const { [member]: _gone, ...rest } = message;
    return value === null ? rest : { ...rest, [member]: value as Json };
  });
}

function valuesOf(schema: Schema): fc.Arbitrary<Json> {
  if (schema.$ref !== undefined) return valuesOf(SCHEMAS[schema.$ref.split('/').at(-1) ?? '']);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
  switch (schema.type) {
    case 'object':
      return objectsOf(schema);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(4, schema.maxItems ?? 4),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
      return fc.integer({ min: Math.max(least(schema), -LIMIT), max: Math.min(schema.maximum ?? LIMIT, LIMIT) });
    case 'number':
      return fc.double({
        min: Math.max(least(schema), -LIMIT),
        max: Math.min(schema.maximum ?? LIMIT, LIMIT),
        noNaN: true,
      });
    default:
      return stringsOf(schema);
  }
}

function least({ minimum = -LIMIT, exclusiveMinimum }: Schema): number {
  return exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
}

function stringsOf({ pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 40), unit: 'binary' });
}

function objectsOf({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<Json> {
  if (typeof additionalProperties === 'object' && Object.keys(properties).length === 0) return fc.constant({});
  const members = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, valuesOf(inner)]));
  return fc.record(members, { requiredKeys: [...required] });
}
