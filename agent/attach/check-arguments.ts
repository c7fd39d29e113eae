/** What `attach` was given, checked before anything is started: programs in plain JavaScript have no compiler to tell them. */
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { checkDeployment } from '../config/deployment.ts';
import { configSchema } from '../config/schema.ts';
import { AttachError } from './attach-error.ts';
import type { AnalysisOptions } from './wire.ts';

const analysisSchema = z.strictObject({
  packDir: z.string().min(1).optional(),
  faceCacheDir: z.string().min(1).optional(),
  providers: z.array(z.string()).min(1).optional(),
  workers: z.int().min(1).max(64).optional(),
} satisfies Record<keyof AnalysisOptions, z.ZodType>);

const HOW = "attach(router, { deployment: { context: 'customer' }, grant, onEvent })";

/**
 * @throws {AttachError} `bad-argument` naming what is wrong, `closed` when the router is
 * @throws {ConfigError} `context-missing`, `config-invalid` or `context-prohibited`
 */
export function checkArguments(router: unknown, options: unknown): void {
  if (!has(router, 'createDirectTransport') || !has(router, 'observer'))
    throw bad(`the first argument is no mediasoup Router. Call ${HOW}; producers go into options.producers`);
  if (router['closed'] === true) throw new AttachError('closed', 'The router is closed: attach to an open one.');
  if (!has(options, 'deployment'))
    throw new ConfigError(
      'context-missing',
      `attach: options.deployment.context is not declared: say where this runs, for the law treats places differently. ${HOW}`,
    );
  checkContext(options['deployment']);
  checkGrant(options['grant']);
  const analysis = analysisSchema.optional().safeParse(options['analysis']);
  if (!analysis.success) throw bad(`"analysis": ${z.prettifyError(analysis.error).replaceAll('\n', ' ')}`);
  for (const producer of [options['producers'] ?? []].flat()) checkProducer(producer);
  for (const name of ['onEvent', 'onTrouble'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'function') throw bad(`"${name}" is no function`);
}

/** @throws {AttachError} `bad-argument` */
export function checkProducer(producer: unknown): void {
  if (!has(producer, 'rtpParameters') || !has(producer, 'observer'))
    throw bad('one of the producers is no mediasoup Producer. Pass what transport.produce() resolved with');
}

function checkContext(deployment: unknown): void {
  const parsed = configSchema.safeParse({ deployment });
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `attach: options.${path.join('.')}: ${message}`);
    throw new ConfigError('config-invalid', lines.join('\n'), { cause: parsed.error });
  }
  checkDeployment(parsed.data);
}

/** Whether a grant holds is asked when somebody is to be analysed; here only its kind. */
function checkGrant(grant: unknown): void {
  if (typeof grant === 'function' || has(grant, 'revoked')) return;
  throw bad(
    has(grant, 'grant')
      ? '"grant" is a Consent: pass its member "grant"'
      : '"grant" must be what recordConsent(...).grant is, or a function that gives it for a producer',
  );
}

function has(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

function bad(what: string): AttachError {
  return new AttachError('bad-argument', `attach: ${what}.`);
}
