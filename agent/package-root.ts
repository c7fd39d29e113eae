/** Where the package lies, whether its sources or its build run. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A path inside the package, e.g. `configs/default.yaml`. */
export function inPackage(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder)
      throw new Error('Undertone is not installed completely: its package.json is missing. Install it again.');
    folder = above;
  }
  return join(folder, path);
}

/** The version in package.json. */
export function packageVersion(): string {
  const json: unknown = JSON.parse(readFileSync(inPackage('package.json'), 'utf8'));
  return typeof json === 'object' && json !== null && 'version' in json ? String(json.version) : 'unknown';
}
