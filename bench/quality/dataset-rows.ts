import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { type Row, type Source, splitOf } from './dataset.ts';
import { splitLabels } from './label-list.ts';
import type { Clip } from './manifest.ts';

type FileSource = Source & { readonly file: string };

/** The clips of a table. One with a column `name` is read by that, whatever the set: it comes from a prepared copy. */
export function clipsOfRows(rows: readonly Row[], source: FileSource): Clip[] {
  return rows
    .filter((row) => inSplit(row, source))
    .flatMap((row): Clip[] => {
      const { form } = source.dataset;
      if (row.has('name') || form === 'names' || form === 'iemocap') return namedClip(row, source);
      return form === 'meld' ? meldClip(row, source) : mmsaClip(row, source);
    });
}

/** A row that does not say is only left out when a split was asked for. */
function inSplit(row: Row, { dataset, split }: Source): boolean {
  if (split === 'all') return true;
  const said = splitOf(row);
  return said === undefined ? split === undefined : said === (split ?? dataset.test);
}

/** `name`, and the set's emotion (a word or its number), sentiment or open vocabulary. */
function namedClip(row: Row, source: FileSource): Clip[] {
  const { dataset, media, split } = source;
  const name = column(row, source, 'name');
  const path = join(media, name);
  if (split !== 'all' && dataset.tested?.(name) === false) return [];
  if (dataset.gold === 'sentiment') return sentimentClip(path, column(row, source, 'val', 'valence', 'label'));
  if (dataset.gold === 'label') {
    const told = column(row, source, 'discrete', 'emo', 'emotion', 'label').toLowerCase();
    const gold = /^\d+$/.test(told) ? dataset.emotions?.[Number(told)] : told;
    return gold === undefined || gold === '' ? [] : [{ path, task: 'label', gold }];
  }
  const gold = splitLabels(column(row, source, 'openset', 'ov_label', 'labels'));
  // Nothing seen is neutral there, which is on no wheel: it is counted, and not scored.
  return [{ path, task: 'labels', gold: gold.length === 0 ? ['neutral'] : gold }];
}

/** The clips of a split are named by dialogue and utterance. */
function meldClip(row: Row, source: FileSource): Clip[] {
  const name = `dia${column(row, source, 'dialogue_id')}_utt${column(row, source, 'utterance_id')}`;
  const gold = column(row, source, 'emotion').toLowerCase();
  return [{ path: join(source.media, `${name}.mp4`), task: 'label', gold }];
}

/** `Raw/VIDEO/CLIP.mp4`. */
function mmsaClip(row: Row, source: FileSource): Clip[] {
  const clip = column(row, source, 'clip_id');
  const digits = /^\d+$/.test(clip) ? (source.dataset.clipDigits ?? 0) : 0;
  const path = join(source.media, column(row, source, 'video_id'), `${clip.padStart(digits, '0')}.mp4`);
  return sentimentClip(path, column(row, source, 'label', 'label_m', 'm'));
}

function sentimentClip(path: string, told: string): Clip[] {
  const gold = told === '' ? Number.NaN : Number(told);
  return Number.isFinite(gold) ? [{ path, task: 'sentiment', gold }] : [];
}

function column(row: Row, { file, dataset }: FileSource, ...names: readonly string[]): string {
  for (const name of names) {
    const value = row.get(name);
    if (value !== undefined) return value;
  }
  throw new BenchError(
    'labels-unreadable',
    `${file} has no column ${names.join(' or ')} (it has: ${[...row.keys()].join(', ')}). ${dataset.title} wants ${dataset.labels}.`,
  );
}
