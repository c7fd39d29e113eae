/** An empty project into which the package is installed as npm would publish it. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});
const packedSchema = z.array(z.object({ filename: z.string() })).min(1);

/** Whether there is a build to pack; says so when there is none. */
export function isBuilt(): boolean {
  if (existsSync(join(ROOT, 'dist/agent/attach/index.js'))) return true;
  console.warn('SKIPPED: the package is not built; "npm run build" builds it.');
  return false;
}

/** The versions of what the package itself depends on, optional parts too. */
export function dependencyVersions(): Readonly<Record<string, string>> {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  return { ...manifest.dependencies, ...manifest.optionalDependencies };
}

/**
 * Installs as a user would, except that nothing is fetched by install scripts.
 * @param others further packages, as `name@version`
 * @returns the folder; the caller removes it
 */
export async function installPacked(others: readonly string[] = []): Promise<string> {
  const project = mkdtempSync(join(tmpdir(), 'undertone-packed-'));
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: ROOT,
    maxBuffer: 16 * 1024 * 1024,
  });
  const [{ filename }] = packedSchema.parse(JSON.parse(packed.stdout));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  await run('npm', ['install', ...flags, `./${filename}`, ...others], { cwd: project });
  return project;
}
