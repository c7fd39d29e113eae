import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { record, string, unknown } from 'zod';
import { bundledPackDir } from '../../models/index.ts';
import { packSchema } from '../../models/pack.ts';

/** The pack that these tests run: the project's own, or another one to try them on. */
export const PACK_DIR = process.env['UNDERTONE_TEST_PACK'] ?? bundledPackDir();

type Edit = (bytes: Buffer) => Buffer;

/** A copy of the pack with some files edited; `pack.json` gets the new hashes when `rehash` says so. */
export async function copyPack(edits: Record<string, Edit>, { rehash }: { rehash: boolean }) {
  const dir = await mkdtemp(join(tmpdir(), 'undertone-pack-'));
  for (const file of await readdir(PACK_DIR)) await copyFile(join(PACK_DIR, file), join(dir, file));
  const manifest = packSchema.parse(JSON.parse(await readFile(join(dir, 'pack.json'), 'utf8')));
  for (const [file, edit] of Object.entries(edits)) {
    const bytes = edit(await readFile(join(dir, file)));
    await writeFile(join(dir, file), bytes);
    if (rehash && file !== 'pack.json') manifest.files[file] = createHash('sha256').update(bytes).digest('hex');
  }
  if (rehash) await writeFile(join(dir, 'pack.json'), JSON.stringify(manifest));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}

/** An edit of `pack.json`. */
export function editManifest(change: (manifest: Record<string, unknown>) => void): Edit {
  return (bytes) => {
    const manifest = record(string(), unknown()).parse(JSON.parse(bytes.toString()));
    change(manifest);
    return Buffer.from(JSON.stringify(manifest));
  };
}

/** Numbers in -0.5..0.5 that are the same in every run (mulberry32). */
export function noise(seed: number, length: number): Float32Array {
  let a = seed;
  return Float32Array.from({ length }, () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296 - 0.5;
  });
}
