import { readFile } from 'node:fs/promises';
import { BenchError } from '../bench-error.ts';
import { type AnyReport, parseReport, parseReports } from './read-report.ts';

/** Reads a report from a file. Throws {@link BenchError} `report-malformed`. */
export async function loadReport(file: string): Promise<AnyReport> {
  return parseReport(await textOf(file), file);
}

/** Reads what files hold: a report each, or those of several packs side by side. Throws {@link BenchError} `report-malformed`. */
export async function loadReports(files: readonly string[]): Promise<AnyReport[]> {
  const reports: AnyReport[] = [];
  for (const file of files) reports.push(...parseReports(await textOf(file), file));
  return reports;
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('report-malformed', `${file} cannot be read. Give a report written by --out.`, cause);
  });
}
