import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** Which rooms a room may know; everything else is a fault in the house. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  models: [],
  sfu: [],
  pipeline: ['models'],
  agent: ['pipeline', 'models', 'sfu'],
  bench: ['agent', 'pipeline', 'models', 'sfu'],
};
const ROOMS = Object.keys(MAY_IMPORT);

const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => ROOMS.includes(file.split('/')[0]) && existsSync(file));

/** Relative imports of a file, as paths from the project's root. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/(?:from|import\()\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return [...found].map((match) => normalize(join(dirname(file), match[1])));
}

test('arrows between rooms point one way, and go through the doors', () => {
  const faults = sources.flatMap((file) => {
    const room = file.split('/')[0];
    return importsOf(file)
      .filter((target) => ROOMS.includes(target.split('/')[0]) && target.split('/')[0] !== room)
      .filter((target) => !MAY_IMPORT[room].includes(target.split('/')[0]) || !/^[a-z]+\/index\.ts$/.test(target))
      .map((target) => `${file} -> ${target}`);
  });
  expect(sources.length).toBeGreaterThan(20);
  expect(faults).toEqual([]);
});

test('there is no import cycle', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file) || !existsSync(file)) return;
    for (const next of importsOf(file)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  expect(cycles).toEqual([]);
});
