import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { parseCsv } from './csv.ts';
import { type Row, splitOf } from './dataset.ts';

/**
 * The rows of a label file, titles in lower case. Where the file tells no splits and a list of row numbers lies one folder up
 * (`SPLIT_index.csv`, as in CH-SIMS's first release), only those rows. Throws {@link BenchError} that ends in `advice`.
 */
export async function readLabelTable(file: string, advice: string, split: string): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('labels-unreadable', `${file} cannot be read. ${advice}`, cause);
  });
  const rows = parseRows(text, file);
  if (rows.some((row) => splitOf(row) !== undefined)) return rows;
  const indices = await readFile(join(dirname(dirname(file)), `${split}_index.csv`), 'utf8').catch(() => undefined);
  if (indices === undefined) return rows;
  const listed = parseRows(indices, file).flatMap((row) => rows[Number(row.get('index') ?? Number.NaN)] ?? []);
  return listed.map((row) => new Map([...row, ['split', split]]));
}

function parseRows(text: string, file: string): Row[] {
  let cells: string[][];
  try {
    cells = parseCsv(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError('labels-unreadable', `${file} is no CSV: ${why}.`, cause);
  }
  const titles = (cells[0] ?? []).map((title) => title.trim().toLowerCase());
  return cells.slice(1).map((row) => new Map(titles.map((title, index) => [title, row[index]?.trim() ?? ''])));
}
