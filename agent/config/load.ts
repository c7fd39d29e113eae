/** From a YAML file, the environment and flags to one checked configuration. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { checkDeployment } from './deployment.ts';
import { closest, environmentLayer, fileLayer, flagLayer, mergeLayers, type Layer, type Path } from './layers.ts';
import { configSchema, type Config } from './schema.ts';

/** What a configuration is made from. Flags win over the environment, the environment over the file. */
export interface ConfigSources {
  /** Path of a YAML file. */
  readonly file: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly flags?: ReadonlyArray<readonly [path: readonly string[], value: unknown, flag: string]>;
}

/**
 * Reads and checks a configuration.
 * @throws {ConfigError} naming file, line and column (or variable, or flag) and what to do
 */
export function loadConfig(sources: ConfigSources): Config {
  const layers = [
    fileLayer(sources.file, read(sources.file)),
    environmentLayer(sources.environment ?? {}),
    flagLayer(sources.flags ?? []),
  ];
  const parsed = configSchema.safeParse(mergeLayers(layers));
  if (!parsed.success) throw explain(parsed.error, layers, sources.file);
  checkDeployment(parsed.data);
  return parsed.data;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('config-unreadable', `${file}: cannot be read. Check the path given with --config.`, {
      cause,
    });
  }
}

function explain(error: z.ZodError, layers: readonly Layer[], file: string): ConfigError {
  const contextMissing = error.issues.some(
    (issue) =>
      issue.code === 'invalid_value' && issue.path.join('.') === 'deployment.context' && !locate(layers, issue.path),
  );
  const deploymentMissing = error.issues.some(
    (issue) => issue.path.join('.') === 'deployment' && !locate(layers, issue.path),
  );
  if (contextMissing || deploymentMissing) {
    return new ConfigError(
      'context-missing',
      `${file}: deployment.context is not declared. Say where Undertone runs, e.g. "deployment: {context: research}"; ` +
        'what is allowed depends on it (demo, research, customer, medical, safety, entertainment, personal; workplace and education are restricted by law).',
      { cause: error },
    );
  }
  const lines = error.issues.flatMap((issue) => describe(issue, layers, file));
  return new ConfigError('config-invalid', lines.join('\n'), { cause: error });
}

function describe(issue: z.core.$ZodIssue, layers: readonly Layer[], file: string): string[] {
  if (issue.code !== 'unrecognized_keys') {
    return [`${locate(layers, issue.path) ?? file}: ${issue.path.join('.')}: ${issue.message}`];
  }
  const known = knownKeys(issue.path);
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    const nearest = closest(key, known);
    const hint = nearest ? `Did you mean "${nearest}"?` : `Known keys here: ${known.join(', ')}.`;
    return `${locate(layers, path) ?? file}: unknown key "${path.join('.')}". ${hint}`;
  });
}

function locate(layers: readonly Layer[], path: Path): string | undefined {
  return layers
    .toReversed()
    .map((layer) => layer.where(path))
    .find((where) => where !== undefined);
}

function knownKeys(path: Path): string[] {
  let schema: unknown = configSchema;
  for (const key of ['', ...path]) {
    if (key !== '') schema = Reflect.get(shapeOf(schema), key);
    while (typeof schema === 'object' && schema !== null && 'unwrap' in schema && typeof schema.unwrap === 'function')
      schema = schema.unwrap();
  }
  return Object.keys(shapeOf(schema));
}

function shapeOf(schema: unknown): object {
  return typeof schema === 'object' &&
    schema !== null &&
    'shape' in schema &&
    typeof schema.shape === 'object' &&
    schema.shape !== null
    ? schema.shape
    : {};
}
