import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import readXlsxFile from 'read-excel-file/node';
import { BenchError } from '../bench-error.ts';
import { parseCsv } from './csv.ts';
import { EmotionWheels, SYNONYM_RUNS, type TableRow, WHEEL_COUNT } from './wheel.ts';

const RUN_NUMBERS = Array.from({ length: SYNONYM_RUNS }, (_, index) => index + 1);
const SYNONYM_COLUMNS = RUN_NUMBERS.flatMap((run) => [`word_run${run}`, `synonym_run${run}`]);

/**
 * Reads the official MER-UniBench wheel folder from the user's own copy (its licence is non-commercial, so the
 * project carries none): `format.csv`, `synonym.xlsx`, `wheel1.xlsx`..`wheel5.xlsx`, first sheet, titles in the first row.
 * Throws {@link BenchError} naming the file and what it lacks.
 */
export async function readWheelFolder(folder: string): Promise<EmotionWheels> {
  const format = await readTable(join(folder, 'format.csv'), ['name', 'format'], readCsvRows);
  const synonym = await readTable(join(folder, 'synonym.xlsx'), SYNONYM_COLUMNS, readXlsxRows);
  const wheels: TableRow[][] = [];
  for (let number = 1; number <= WHEEL_COUNT; number++) {
    wheels.push(await readTable(join(folder, `wheel${number}.xlsx`), ['level1', 'level2', 'level3'], readXlsxRows));
  }
  return new EmotionWheels({ format, synonym, wheels });
}

type Cells = readonly string[][];

async function readTable(
  path: string,
  columns: readonly string[],
  read: (path: string) => Promise<Cells>,
): Promise<TableRow[]> {
  const cells = await read(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const titles = cells[0]?.map((title) => title.trim()) ?? [];
  const missing = columns.filter((column) => !titles.includes(column));
  if (missing.length > 0) {
    throw new BenchError(
      'wheel-column-missing',
      `${path} has no column ${missing.join(', ')} in its first sheet (it has: ${titles.join(', ') || 'nothing'}). ` +
        'Give --wheel the untouched emotion_wheel folder of AffectGPT.',
    );
  }
  const rows = cells.slice(1).map((row) => toRow(titles, row));
  if (rows.length === 0)
    throw new BenchError(
      'wheel-empty',
      `${path} has titles but no rows. Give --wheel the untouched emotion_wheel folder.`,
    );
  return rows;
}

function toRow(titles: readonly string[], cells: readonly string[]): TableRow {
  const filled = titles
    .map((title, index) => [title, cells[index]] as const)
    .filter(([, text]) => text !== undefined && text !== '');
  return Object.fromEntries(filled);
}

async function readCsvRows(path: string): Promise<Cells> {
  return parseCsv(await readFile(path, 'utf8'));
}

async function readXlsxRows(path: string): Promise<Cells> {
  const sheets = await readXlsxFile(await readFile(path));
  return (sheets[0]?.data ?? []).map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
}

function unreadable(path: string, cause: unknown): BenchError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return new BenchError(
      'wheel-file-missing',
      `${path} is not there. --wheel wants the emotion_wheel folder of AffectGPT: format.csv, synonym.xlsx and wheel1.xlsx to wheel5.xlsx.`,
      cause,
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BenchError(
    'wheel-file-unreadable',
    `${path} cannot be read (${why}). Fetch the file again: .xlsx files must be real workbooks, .csv files UTF-8.`,
    cause,
  );
}
