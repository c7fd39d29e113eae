import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { BenchError } from '../bench-error.ts';
import { parseSample, type Sample } from './samples.ts';

/** Below this a file is read faster than a bar can be looked at. */
const REPORT_EVERY_LINES = 500;

/**
 * Reads a predictions file (JSON Lines, blank lines allowed) sample by sample.
 * `onBytes` hears about how many bytes were read so far and how many there are. Throws {@link BenchError} with the line number.
 */
export async function* readPredictions(
  file: string,
  onBytes: (read: number, total: number) => void = () => {},
): AsyncGenerator<Sample> {
  const total = await fileSize(file);
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  let [lineNumber, read] = [0, 0];
  for await (const line of lines) {
    lineNumber++;
    read += line.length + 1;
    if (lineNumber % REPORT_EVERY_LINES === 0) onBytes(read, total);
    if (line.trim() !== '') yield parseSample(line, file, lineNumber);
  }
}

async function fileSize(file: string): Promise<number> {
  try {
    const stats = await stat(file);
    if (stats.isFile()) return stats.size;
  } catch (cause) {
    throw new BenchError(
      'predictions-unreadable',
      `${file} cannot be read. Give --predictions a JSON Lines file.`,
      cause,
    );
  }
  throw new BenchError('predictions-unreadable', `${file} is not a file. Give --predictions a JSON Lines file.`);
}
