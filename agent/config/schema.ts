/** Every setting there is, what it means, and what holds when nobody says otherwise. */
import { z } from 'zod';

/** Where an installation runs and for whom. The law treats these differently, so it has no default in a file of one's own. */
const deploymentContextSchema = z.enum([
  'demo',
  'research',
  'customer',
  'medical',
  'safety',
  'entertainment',
  'personal',
  'workplace',
  'education',
]);

/** The recorded reason why a context that the law forbids is allowed after all (EU AI Act Art. 5(1)(f): medical or safety). */
const basisSchema = z.strictObject({
  kind: z.enum(['medical', 'safety']),
  reference: z.string().trim().min(8, 'name the document that records the basis, at least 8 characters'),
  recordedBy: z.string().trim().min(2, 'name the person or office that answers for the basis'),
});

const deploymentSchema = z.strictObject({
  context: deploymentContextSchema,
  basis: basisSchema.optional(),
});

const serverSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(8080),
  /** Pages elsewhere that may use this server: for one that stands behind a proxy which authenticates people. */
  origins: z.array(z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)).default([]),
  maxSessions: z.int().min(1).max(100_000).default(64),
});

const port = z.int().min(1).max(65535);

/** Where callers' media arrives (UDP). */
const mediaSchema = z.strictObject({
  listenIps: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .min(1)
    .default(['127.0.0.1']),
  udpPorts: z
    .strictObject({ min: port, max: port })
    .refine(({ min, max }) => min <= max, 'min must not be above max')
    .optional(),
  announcedAddress: z.string().min(1).optional(),
});

const analysisSchema = z.strictObject({
  packDir: z.string().min(1).optional(),
  faceCacheDir: z.string().min(1).optional(),
  providers: z
    .array(z.enum(['tensorrt', 'cuda', 'webgpu', 'cpu']))
    .min(1)
    .default(['cpu']),
  workers: z.int().min(1).max(64).default(1),
});

const policySchema = z.strictObject({
  results: z.enum(['self', 'room']).optional(),
  purpose: z.string().trim().min(8).max(300).default('to show how you come across while the call goes on'),
});

const logSchema = z.strictObject({
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

/** The whole configuration. Keys that are not here are refused: a misspelt setting must never be ignored in silence. */
export const configSchema = z.strictObject({
  deployment: deploymentSchema,
  server: serverSchema.prefault({}),
  media: mediaSchema.prefault({}),
  analysis: analysisSchema.prefault({}),
  policy: policySchema.prefault({}),
  log: logSchema.prefault({}),
});

export type Config = z.infer<typeof configSchema>;
