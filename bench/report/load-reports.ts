import { readFile } from 'node:fs/promises';
import { BenchError } from '../bench-error.ts';
import { type AnyReport, parseReport } from './read-report.ts';

/** Reads a report from a file. Throws {@link BenchError} `report-malformed`. */
export async function loadReport(file: string): Promise<AnyReport> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('report-malformed', `${file} cannot be read. Give a report written by --out.`, cause);
  });
  return parseReport(text, file);
}
