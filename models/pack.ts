/** A model pack: a folder with `pack.json`, ONNX graphs, a tokenizer and a card. Read, checked, never trusted. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { FEATURES as features } from './feature-contract.ts';
import { ModelError } from './runtime/errors.ts';

const count = z.number().int().positive();
const tokenId = z.number().int().nonnegative();
// No slash can pass: a pack names files of its own folder only.
const fileName = z.string().regex(/^\w[\w.-]*$/, 'must be a plain file name inside the pack');

const variantSchema = z.object({
  name: z.string(),
  providers: z.array(z.string()).min(1),
  graphs: z.object({ hop: fileName, speak: fileName, step: fileName.optional() }),
});

const stateSchema = z.object({
  name: z.string(),
  shape: z.array(count).describe('without the batch dimension'),
  initial: z.object({ file: fileName, offset: z.number().int().nonnegative() }).optional(),
});

const labelSchema = z.object({
  term: z.string(),
  family: z.string(),
  valence: z.number(),
  arousal: z.number(),
  dominance: z.number(),
});

const cueSchema = z.object({
  name: z.string(),
  cue: z.string(),
  direction: z.string(),
  modality: z.enum(['face', 'voice', 'caption']),
});

/** A quantity has moved between `from` and `to` since the last description, a cue (by index) is there, or a label (by index) has at least `from`. */
const conditionSchema = z.union([
  z.object({
    of: z.enum(['valence', 'valenceDistance', 'arousal', 'intensity']),
    from: z.number().optional(),
    to: z.number().optional(),
  }),
  z.object({ cue: z.number().int().min(0) }),
  z.object({ label: z.number().int().min(0), from: z.number() }),
]);

/** Tokens that may be decoded only while one of the conditions holds. */
const claimSchema = z.object({ tokens: z.array(tokenId).min(1), when: z.array(conditionSchema) });

export const packSchema = z.object({
  format: z.literal(1),
  name: z.string(),
  version: z.string(),
  license: z.string(),
  languages: z.array(z.string()),
  description: z.string(),
  training: z.record(z.string(), z.unknown()),
  limits: z.array(z.string()),
  featuresVersion: z.number().int(),
  hopMs: count,
  windowHops: count,
  fusedTokens: count,
  vocabulary: count,
  variants: z.array(variantSchema).min(1),
  state: z.array(stateSchema).min(1),
  branch: z.array(z.object({ name: z.string(), shape: z.tuple([count, count]) })).min(1),
  saidSize: z.number().int().min(5),
  tasks: z.record(z.string(), tokenId),
  /** Tasks whose answer names its cues first. */
  planned: z.array(z.string()),
  /** `plan` begins a branch that names cues, `unsure` one that says that too little can be told. */
  tokens: z.object({ eos: tokenId, plan: tokenId, unsure: tokenId, sep: tokenId, firstCue: tokenId }),
  maxTokens: count,
  labels: z.array(labelSchema),
  cues: z.array(cueSchema),
  claims: z.array(claimSchema).default([]),
  thresholds: z.object({
    speak: z.number().min(0).max(1),
    cue: z.array(z.number().min(0).max(1)),
    /** Tasks that name every cue of their kind: from which probability, per cue; above 1 for those of another kind. */
    every: z.record(z.string(), z.array(z.number().min(0))).default({}),
    label: z.number().min(0).max(1),
    abstain: z.number().min(0).max(1),
  }),
  tokenizer: fileName,
  card: fileName,
  files: z.record(fileName, z.string().regex(/^[0-9a-f]{64}$/)),
});

export type PackManifest = z.infer<typeof packSchema>;
export type PackCue = z.infer<typeof cueSchema>;
export type PackLabel = z.infer<typeof labelSchema>;

/** One state tensor of one participant: shape without the batch, number of floats, and where a new memory starts from. */
export interface StateSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** `undefined`: zeros. */
  readonly initial: Float32Array | undefined;
}

export interface Pack {
  readonly dir: string;
  /** `name@version`, as events carry it. */
  readonly id: string;
  readonly manifest: PackManifest;
  readonly state: readonly StateSpec[];
}

/** The folder of a pack that comes with the project, from the sources and from the build alike. */
export function bundledPackDir(name = 'affect-nano'): string {
  const here = fileURLToPath(new URL(`./packs/${name}`, import.meta.url));
  return existsSync(here) ? here : fileURLToPath(new URL(`../../models/packs/${name}`, import.meta.url));
}

/**
 * Reads a pack and verifies every file of it against its sha256.
 * Throws {@link ModelError}: `pack-missing`, `pack-invalid`, `pack-corrupt` (names the file), `pack-mismatch`.
 */
export async function loadPack(dir: string): Promise<Pack> {
  const manifest = parseManifest(await readManifest(dir), dir);
  checkConsistency(manifest, dir);
  for (const [file, sha256] of Object.entries(manifest.files)) await verifyFile(dir, file, sha256);
  const state: StateSpec[] = [];
  for (const entry of manifest.state) state.push(await readState(dir, entry));
  return { dir, id: `${manifest.name}@${manifest.version}`, manifest, state };
}

async function readManifest(dir: string): Promise<string> {
  try {
    return await readFile(join(dir, 'pack.json'), 'utf8');
  } catch (cause) {
    throw new ModelError(
      'pack-missing',
      `There is no model pack in ${dir} (pack.json cannot be read). Check the path of the pack, or fetch it again.`,
      cause,
    );
  }
}

function parseManifest(text: string, dir: string): PackManifest {
  try {
    return packSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new ModelError(
      'pack-invalid',
      `${join(dir, 'pack.json')} is not a pack description this version reads:\n${why}\nExport the pack again, or use a release that matches it.`,
      cause,
    );
  }
}

/** What the schema cannot say: the parts of a manifest must fit one another and this build's features. */
function checkConsistency(manifest: PackManifest, dir: string): void {
  const file = join(dir, 'pack.json');
  if (manifest.featuresVersion !== features.version || manifest.hopMs !== features.hopMs) {
    throw new ModelError(
      'pack-mismatch',
      `${file} was made for feature version ${manifest.featuresVersion} at ${manifest.hopMs} ms; this build senses version ${features.version} at ${features.hopMs} ms. Use a pack exported for this build.`,
    );
  }
  const { cue, every } = manifest.thresholds;
  for (const { length } of [cue, ...Object.values(every)]) {
    if (length === manifest.cues.length) continue;
    throw new ModelError(
      'pack-invalid',
      `${file} has ${manifest.cues.length} cues but ${length} thresholds for them. Export the pack again.`,
    );
  }
  const named = [
    manifest.tokenizer,
    ...manifest.variants.flatMap((variant) => Object.values(variant.graphs)),
    ...manifest.state.flatMap((entry) => entry.initial?.file ?? []),
  ];
  const unhashed = named.find((name) => name !== undefined && !(name in manifest.files));
  if (unhashed !== undefined) {
    throw new ModelError(
      'pack-invalid',
      `${file} uses ${unhashed} but has no sha256 for it, so it cannot be trusted. Export the pack again.`,
    );
  }
}

async function verifyFile(dir: string, file: string, sha256: string): Promise<void> {
  const path = join(dir, file);
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (cause) {
    throw new ModelError(
      'pack-corrupt',
      `${path} belongs to the pack but cannot be read. Fetch the pack again.`,
      cause,
    );
  }
  if (hash.digest('hex') !== sha256) {
    throw new ModelError(
      'pack-corrupt',
      `${path} is not the file its pack.json describes (sha256 differs): damaged, or changed by somebody. Fetch the pack again.`,
    );
  }
}

async function readState(dir: string, entry: z.infer<typeof stateSchema>): Promise<StateSpec> {
  const size = entry.shape.reduce((a, b) => a * b, 1);
  if (entry.initial === undefined) return { name: entry.name, shape: entry.shape, size, initial: undefined };
  const bytes = await readFile(join(dir, entry.initial.file));
  const end = entry.initial.offset + size * 4;
  if (end > bytes.byteLength) {
    throw new ModelError(
      'pack-invalid',
      `${join(dir, entry.initial.file)} is too short for the initial value of ${entry.name}. Export the pack again.`,
    );
  }
  const initial = new Float32Array(bytes.buffer.slice(bytes.byteOffset + entry.initial.offset, bytes.byteOffset + end));
  return { name: entry.name, shape: entry.shape, size, initial };
}
