/** Makes the ONNX face nets once per machine: converted from the npm package, kept in a cache by hash. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';
import { convertNet } from './convert.ts';
import { FaceModelError } from './face-model-error.ts';
import { FACE_NETS, type FaceNetName, type FaceNetSource } from './manifest.ts';

export interface PrepareFaceModelsOptions {
  /** Where the converted nets are kept; default `$XDG_CACHE_HOME/undertone`, else `~/.cache/undertone`. */
  readonly cacheDir?: string;
  /** Folder with the TF.js models; default the `models` folder of the installed `@vladmandic/human`. */
  readonly sourceDir?: string;
}

/** Absolute paths of the ONNX files, each verified against its expected hash. */
export type FaceModelPaths = Readonly<Record<FaceNetName, string>>;

/** A conversion takes well under a second: whoever waits longer waits for a dead process, whose lock goes stale. */
const LOCK = { stale: 10_000, retries: { retries: 60, factor: 1, minTimeout: 250, maxTimeout: 250 } };

/**
 * Returns the face nets, converting what the cache lacks or holds damaged. Safe to call from several processes at once.
 * @throws FaceModelError `face-source-missing`, `face-source-changed`, `face-conversion` or `face-cache`.
 */
export async function prepareFaceModels(options: PrepareFaceModelsOptions = {}): Promise<FaceModelPaths> {
  const folder = join(options.cacheDir ?? defaultCacheDir(), 'face');
  const nets = Object.values(FACE_NETS);
  const paths: FaceModelPaths = {
    detector: pathOf(folder, FACE_NETS.detector),
    mesh: pathOf(folder, FACE_NETS.mesh),
    expression: pathOf(folder, FACE_NETS.expression),
    iris: pathOf(folder, FACE_NETS.iris),
  };
  const missing = await filterAsync(nets, async (net) => !(await isIntact(paths[net.name], net)));
  if (missing.length > 0) await build(missing, folder, options.sourceDir ?? packagedModels());
  return paths;
}

async function build(nets: readonly FaceNetSource[], folder: string, sourceDir: string): Promise<void> {
  const release = await inCache(folder, async () => {
    await mkdir(folder, { recursive: true });
    return lock(folder, LOCK);
  });
  try {
    for (const net of nets) {
      const path = pathOf(folder, net);
      // Another process may have finished it while we waited for the lock.
      if (await isIntact(path, net)) continue;
      const onnx = await convert(net, sourceDir);
      await inCache(folder, () => writeAtomically(path, onnx));
    }
  } finally {
    await release();
  }
}

async function convert(net: FaceNetSource, sourceDir: string): Promise<Uint8Array> {
  const json = await readSource(join(sourceDir, `${net.file}.json`), net.sha256.json);
  const bin = await readSource(join(sourceDir, `${net.file}.bin`), net.sha256.bin);
  const onnx = convertNet(net, json.toString('utf8'), bin);
  const got = sha256(onnx);
  if (got !== net.sha256.onnx) {
    throw new FaceModelError(
      'face-conversion',
      `Converting the ${net.name} net gave ${got}, expected ${net.sha256.onnx}. The converter and models/face/manifest.ts disagree: reinstall undertone; if you changed the converter, compare its output with TF.js (test/models/face) and record the new hash.`,
    );
  }
  return onnx;
}

async function readSource(path: string, expected: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new FaceModelError(
      'face-source-missing',
      `Cannot read the face model ${path}. Install the dependencies again (npm ci).`,
      cause,
    );
  });
  const got = sha256(bytes);
  if (got === expected) return bytes;
  throw new FaceModelError(
    'face-source-changed',
    `${path} is not the file this version was checked with (SHA-256 ${got}, expected ${expected}). Install @vladmandic/human 3.3.6 again: npm ci.`,
  );
}

async function isIntact(path: string, net: FaceNetSource): Promise<boolean> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes !== undefined && sha256(bytes) === net.sha256.onnx;
}

/** Readers see the old file or the whole new one, never a part. */
async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, bytes, { flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function inCache<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new FaceModelError(
      'face-cache',
      `Cannot write the face models to ${folder}. Make it writable, or choose another cache folder.`,
      cause,
    );
  }
}

function pathOf(folder: string, net: FaceNetSource): string {
  return join(folder, `${net.name}-${net.sha256.onnx.slice(0, 16)}.onnx`);
}

function defaultCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'undertone');
}

/** The package exports its scripts only; its models lie beside them. */
function packagedModels(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function filterAsync<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}
