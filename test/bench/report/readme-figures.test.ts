import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadReports } from '../../../bench/report/load-reports.ts';
import { bareLines, figuresIn, readmeFigures, withFigures } from '../../../bench/report/readme-figures.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const names = (await readdir(`${root}/bench/reports`)).filter((name) => name.endsWith('.json')).toSorted();
const reports = await loadReports(names.map((name) => `${root}/bench/reports/${name}`));
const figures = readmeFigures(reports);
const readme = await readFile(`${root}/README.md`, 'utf8');
const told = figuresIn(readme);

describe('the figures of the README', () => {
  if (told === undefined)
    console.warn(
      'README.md has no marks for figures, so nothing holds its figures against bench/reports: see bench/report/readme-figures.ts.',
    );

  it.skipIf(told === undefined)('are those of the committed reports, every one', () => {
    expect(told).toEqual(bareLines(figures));
  });

  it('tell something of every kind of report that is committed, and nothing that is not there', () => {
    for (const kind of new Set(reports.map(({ benchmark }) => benchmark))) expect(figures).toContain(`\`bench ${kind}`);
    expect(figures).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('say it first when they were not made under the same conditions, or without a face', () => {
    expect(figures).not.toContain('**');
    const latency = reports.find(({ benchmark }) => benchmark === 'latency');
    const changed = structuredClone(latency);
    if (latency === undefined || changed === undefined) throw new Error('no latency report is committed');
    changed.config['played'] = 'a drawn disc (no face)';
    const mixed = readmeFigures([latency, changed]);
    expect(mixed).toMatch(/^\*\*Not made under the same conditions.*Different media: .* and a drawn disc/);
    expect(mixed).toMatch(/\*\*`bench latency`: Nobody showed a face/);
  });

  it('are put between the marks, and stay the same when they are put there again or lined up otherwise', () => {
    const empty = `# A title\n\n${/<!-- figures:.*-->/.exec(markOf(() => withFigures('', [])))?.[0]}\n<!-- end of figures -->\n\nMore.\n`;
    const once = withFigures(empty, reports);
    expect(once).toMatch(/^# A title[\s\S]*More\.\n$/);
    expect(withFigures(once, reports)).toBe(once);
    expect(figuresIn(once.replaceAll(' | ', '  |   '))).toEqual(bareLines(figures));
    expect(figuresIn('no marks')).toBeUndefined();
  });
});

/** The message names the marks that are missing. */
function markOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return '';
}
