/**
 * Five small wheels of the project's own, in the layout of the official folder. Their words stand to one another
 * as the checked examples need it: on wheels 2 and 3 `happy` and `excited` share the inner ring, on the others not, and so on.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableRow, WheelTables } from '../../../bench/quality/wheel.ts';
import { makeWorkbook } from '../workbook.ts';

type Rows = ReadonlyArray<ReadonlyArray<string | null>>;

const WHEEL_TITLES = ['level1', 'level2', 'level3'];

/** null repeats the cell above, as merged cells do. */
const WHEELS: readonly Rows[] = [
  [
    ['Bright ', 'Glad', 'happy'],
    [null, null, 'joyful'],
    ['Lively', 'Keen', 'excited'],
    [null, null, 'eager'],
    ['Low', 'Blue', 'sad'],
    ['Hot', 'Cross', 'angry'],
    [null, null, 'frustrated'],
    [null, 'Sour', 'dissatisfied'],
  ],
  [
    ['warm', 'spark', 'excited'],
    [null, null, 'joyful'],
    [null, 'cheer', 'happy'],
    ['sharp', 'temper', 'angry'],
    ['flat', 'letdown', 'dissatisfied'],
    [null, null, 'frustrated'],
    [null, 'grey', 'sad'],
  ],
  [
    ['up', 'merriment', 'happy'],
    [null, 'thrill', 'excited'],
    [null, null, 'joyful'],
    ['storm', 'fury', 'angry'],
    ['gloom', 'unease', 'dissatisfied'],
    [null, null, 'frustrated'],
  ],
  [
    ['calm', 'content', 'happy'],
    [null, 'bliss', 'joyful'],
    ['fizz', 'buzz', 'excited'],
    ['heat', 'ire', 'angry'],
    [null, null, 'frustrated'],
    ['dull', 'meh', 'dissatisfied'],
  ],
  [
    ['sun', 'smile', 'happy'],
    [null, 'beam', 'joyful'],
    ['wind', 'gust', 'excited'],
    ['fire', 'ember', 'angry'],
    [null, null, 'dissatisfied'],
    [null, null, 'frustrated'],
    ['rain', 'drizzle', 'sad'],
  ],
];

const RUNS = [1, 2, 3, 4, 5, 6, 7, 8];
const SYNONYM_TITLES = RUNS.flatMap((run) => [`word_run${run}`, `synonym_run${run}`]);

/** word -> run -> its synonyms in that run. `elated` is happy in run 1 and excited in run 8; `eager` is a wheel word and a synonym. */
const SYNONYMS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  happy: { 1: "['Elated', 'cheery']", 2: '"cheery", "sunny"' },
  excited: { 8: '[elated, pumped]', 3: 'eager' },
  joyful: {},
  eager: {},
  sad: { 5: 'downcast' },
  angry: { 1: 'mad' },
  frustrated: { 4: 'mad, stuck' },
  dissatisfied: {},
  warm: {},
};

const synonymRows: Rows = Object.entries(SYNONYMS).map(([word, runs]) =>
  RUNS.flatMap((run) => [run === 1 ? `${word} ` : word, runs[run] ?? null]),
);

/** `mad` is a form of two bases; `wrath` and `cross` show a base that is a wheel word without a synonym row and one that is nothing. */
const FORMAT: Rows = [
  ['happy', 'happily,happiness'],
  ['excited', 'excitement,excite'],
  ['joyful', 'joyfully'],
  ['eager', 'eagerly'],
  ['sad', 'sadness,sadly'],
  ['angry', 'anger,angrily'],
  ['frustrated', 'frustration'],
  ['dissatisfied', null],
  ['elated', 'elation'],
  ['mad', 'madly'],
  ['stuck', 'madly'],
  ['warm', 'warmth'],
  ['cross', 'crossly'],
  ['wrath', 'wrathful'],
];

/** The small wheels as tables, for {@link EmotionWheels} without files. */
export const smallWheel: WheelTables = {
  format: FORMAT.map((row) => toRow(['name', 'format'], row)),
  synonym: synonymRows.map((row) => toRow(SYNONYM_TITLES, row)),
  wheels: WHEELS.map((rows) => rows.map((row) => toRow(WHEEL_TITLES, row))),
};

/** Writes the small wheels as a folder in the official layout and tells its path. */
export async function writeSmallWheel(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'small-wheel-'));
  const lines = FORMAT.map(([name, format]) => `${name},${format === null ? '' : `"${format}"`}`);
  await writeFile(join(folder, 'format.csv'), ['name,format', ...lines, ''].join('\n'));
  await writeFile(join(folder, 'synonym.xlsx'), makeWorkbook([SYNONYM_TITLES, ...synonymRows]));
  for (const [index, rows] of WHEELS.entries())
    await writeFile(join(folder, `wheel${index + 1}.xlsx`), makeWorkbook([WHEEL_TITLES, ...rows]));
  return folder;
}

function toRow(titles: readonly string[], cells: ReadonlyArray<string | null>): TableRow {
  return Object.fromEntries(titles.map((title, index) => [title, cells[index] ?? undefined]));
}
