import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import type { Source } from './dataset.ts';
import type { Clip } from './manifest.ts';

/** IEMOCAP's codes in the four classes of the papers, by MER-UniBench's words; excitement counts as happiness, the others are left out. */
const CLASSES = new Map([
  ['ang', 'anger'],
  ['hap', 'happy'],
  ['exc', 'happy'],
  ['sad', 'sad'],
  ['neu', 'neutral'],
]);
/** `[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]` */
const LINE = /^\[[\d.]+ - [\d.]+\]\t(\S+)\t(\w+)\t/gm;

/** Reads IEMOCAP's own EmoEvaluation text files, or one of them. Throws {@link BenchError}. */
export async function readIemocap(path: string, { dataset, media, split }: Source): Promise<Clip[]> {
  const text = await readEvaluations(path).catch((cause: unknown) => {
    throw new BenchError(
      'labels-unreadable',
      `${path} cannot be read. ${dataset.title} wants ${dataset.labels}.`,
      cause,
    );
  });
  return [...text.matchAll(LINE)].flatMap(([, name = '', code = '']): Clip[] => {
    const gold = CLASSES.get(code);
    const tested = split === 'all' || dataset.tested?.(name) !== false;
    return gold === undefined || !tested ? [] : [{ path: join(media, name), task: 'label', gold }];
  });
}

async function readEvaluations(path: string): Promise<string> {
  if ((await stat(path)).isFile()) return readFile(path, 'utf8');
  const files = (await readdir(path)).filter((name) => name.endsWith('.txt') && !name.startsWith('.'));
  const texts = await Promise.all(files.map((name) => readFile(join(path, name), 'utf8')));
  return texts.join('\n');
}
