import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const { browser } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  browser: Record<string, string>;
};

/** What bundlers for browsers load in place of a module, by the package's own word. */
function inBrowser(module: URL): URL {
  const built = module.href.replace(root.href, './dist/').replace(/\.ts$/, '.js');
  return new URL((browser[built] ?? built).replace('./dist/', root.href).replace(/\.js$/, '.ts'));
}

/** Every module that loading `entry` loads: files of ours by their address, packages by their name. Types do not load. */
function loaded(entry: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(entry.href)) return seen;
  seen.add(entry.href);
  const source = readFileSync(entry, 'utf8');
  for (const [, clause, from] of source.matchAll(/^(?:import|export)\s+(?:([\w{},*\s]+?)\s+from\s+)?'([^']+)'/gm)) {
    if (/^type\s/.test(clause ?? '')) continue;
    if (from?.startsWith('.')) loaded(inBrowser(new URL(from, entry)), seen);
    else seen.add(from ?? '');
  }
  return seen;
}

describe('undertone/client', () => {
  it('loads nothing but its own files, the protocol and zod, so that it runs in browsers', () => {
    const modules = [...loaded(new URL('../../../agent/client/index.ts', import.meta.url))];
    const packages = modules.filter((module) => !module.startsWith('file:'));
    expect(packages).toEqual(['zod']);
    const rooms = modules.filter((module) => module.startsWith('file:'));
    const foreign = rooms.filter((file) => !/\/(agent\/(client|protocol)\/[\w-]+|pipeline\/events)\.ts$/.test(file));
    expect(foreign).toEqual([]);
    expect(rooms.length).toBeGreaterThan(10);
  });

  it('names nothing that only Node has', () => {
    const sources = [...loaded(new URL('../../../agent/client/index.ts', import.meta.url))]
      .filter((module) => module.startsWith('file:'))
      .map((file) => readFileSync(new URL(file), 'utf8'));
    for (const source of sources)
      expect(source).not.toMatch(/\b(process\.|Buffer\b|NodeJS\.|setImmediate\b|__dirname)/);
  });
});
