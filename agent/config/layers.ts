/** Raw settings from a file, the environment and flags, each remembering where it came from. */
import { LineCounter, isMap, isScalar, parse, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { configSchema } from './schema.ts';

export type Path = ReadonlyArray<PropertyKey>;

/** One source of settings: a tree of raw values, and the words that point at the place a value (or a key) was written. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>;
  /** `file.yaml:3:5`, `UNDERTONE_SERVER_PORT`, `--port`; undefined when this layer does not hold the path. */
  where(path: Path): string | undefined;
}

/**
 * Reads YAML text.
 * @param name the file's name as people know it, for messages
 * @throws {ConfigError} `config-invalid` when it is not YAML, or not a mapping
 */
export function fileLayer(name: string, text: string): Layer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken) throw new ConfigError('config-invalid', `${at(broken.pos[0])}: not valid YAML: ${broken.message}`);
  const values: unknown = document.toJS() ?? {};
  if (!isRecord(values))
    throw new ConfigError('config-invalid', `${name}:1:1: expected settings as "key: value" lines`);
  return {
    values,
    where(path) {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : at(offset);
    },
  };
}

/** Where the key of `path` stands in the document; for a list item, where the item stands. */
function offsetOf(document: Document, path: Path): number | undefined {
  const parent = document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
    if (pair && isScalar(pair.key)) return pair.key.range?.[0];
  }
  const node = document.getIn(path, true);
  return isScalar(node) || isMap(node) ? node.range?.[0] : undefined;
}

/**
 * Settings from `UNDERTONE_<SECTION>_<KEY>`, e.g. `UNDERTONE_SERVER_PORT=8081`. Values are read as YAML, so lists are `[cuda, cpu]`.
 * @throws {ConfigError} `config-invalid` for a variable that names no setting
 */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const known = new Map(settingPaths(configSchema).map((path) => [variableOf(path), path]));
  const values = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('UNDERTONE_') || value === undefined) continue;
    const path = known.get(name);
    if (!path) {
      const nearest = closest(name, [...known.keys()]);
      throw new ConfigError(
        'config-invalid',
        `${name}: no such setting. ${nearest ? `Did you mean ${nearest}?` : ''}`.trim(),
      );
    }
    setIn(values, path, readScalar(value));
  }
  return { values, where: (path) => (hasIn(values, path) ? variableOf(path.map(String)) : undefined) };
}

/** Settings from flags: `[['server', 'port'], 8081, '--port']`; undefined values were not given. */
export function flagLayer(
  flags: ReadonlyArray<readonly [path: readonly string[], value: unknown, flag: string]>,
): Layer {
  const values = {};
  const names = new Map<string, string>();
  for (const [path, value, flag] of flags) {
    if (value === undefined) continue;
    setIn(values, path, value);
    names.set(path.join('.'), flag);
  }
  return { values, where: (path) => names.get(path.join('.')) };
}

/** Lays later layers over earlier ones, key by key; lists are replaced whole. */
export function mergeLayers(layers: readonly Layer[]): Record<string, unknown> {
  const merged = {};
  for (const layer of layers) mergeInto(merged, layer.values);
  return merged;
}

/** The known word most like a misspelt one, or undefined when none is near. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= Math.max(2, word.length / 4) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

function settingPaths(schema: z.ZodType, path: string[] = []): string[][] {
  let inner: unknown = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap();
  if (!(inner instanceof z.ZodObject)) return [path];
  return Object.entries(inner.shape).flatMap(([key, child]) =>
    child instanceof z.ZodType ? settingPaths(child, [...path, key]) : [],
  );
}

function variableOf(path: readonly string[]): string {
  return ['UNDERTONE', ...path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())].join('_');
}

function readScalar(value: string): unknown {
  try {
    const read: unknown = parse(value);
    return read ?? value;
  } catch {
    return value; // not YAML: the schema says what was expected
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeInto(target: Record<string, unknown>, source: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(source)) {
    const held = target[key];
    if (isRecord(value)) mergeInto(isRecord(held) ? held : (target[key] = {}), value);
    else target[key] = value;
  }
}

function setIn(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const nested = path.slice(1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const [first] = path;
  if (first !== undefined) mergeInto(target, { [first]: nested });
}

function hasIn(values: unknown, path: Path): boolean {
  let at: unknown = values;
  for (const key of path) {
    if (!isRecord(at) || !Object.hasOwn(at, key)) return false;
    at = at[String(key)];
  }
  return true;
}
