import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { parseCsv } from './csv.ts';
import { splitLabels } from './label-list.ts';
import type { Clip } from './manifest.ts';

/** What a set's labels are scored as in MER-UniBench. */
type Gold = 'label' | 'labels' | 'sentiment';

interface Dataset {
  readonly title: string;
  readonly gold: Gold;
  /** The label file that people get, for messages. */
  readonly labels: string;
  readonly form: Form;
}

/**
 * How label files are laid out. `names`: one row a clip with `name`, and `discrete`/`emo`, `valence`/`val` or `openset`;
 * `meld`: the set's own CSV; `mmsa`: `video_id, clip_id, label`; `iemocap`: EmoEvaluation text files.
 */
type Form = 'names' | 'meld' | 'mmsa' | 'iemocap';

/**
 * The nine sets of MER-UniBench. Their media and labels are their authors' to give; the loaders follow what is published
 * about the files. None was tried on a set itself here: they are from documentation only.
 */
export const DATASETS: Readonly<Record<string, Dataset>> = {
  mer2023: {
    title: 'MER2023',
    gold: 'label',
    labels: 'a CSV with name, discrete (label-6way.npz exported)',
    form: 'names',
  },
  mer2024: {
    title: 'MER2024',
    gold: 'label',
    labels: 'a CSV with name, discrete (label-6way.npz exported)',
    form: 'names',
  },
  meld: { title: 'MELD', gold: 'label', labels: 'test_sent_emo.csv', form: 'meld' },
  iemocap: { title: 'IEMOCAP, four classes', gold: 'label', labels: 'Session5/dialog/EmoEvaluation', form: 'iemocap' },
  'cmu-mosi': { title: 'CMU-MOSI', gold: 'sentiment', labels: "MMSA's MOSI/label.csv", form: 'mmsa' },
  'cmu-mosei': { title: 'CMU-MOSEI', gold: 'sentiment', labels: "MMSA's MOSEI/label.csv", form: 'mmsa' },
  'ch-sims': { title: 'CH-SIMS', gold: 'sentiment', labels: 'label.csv', form: 'mmsa' },
  'ch-sims-v2': { title: 'CH-SIMS v2', gold: 'sentiment', labels: 'meta.csv', form: 'mmsa' },
  'ov-merd': { title: 'OV-MERD', gold: 'labels', labels: 'track2_train_ovmerd.csv', form: 'names' },
};

/** IEMOCAP's codes in the four classes of the papers; excitement counts as happiness, the others are left out. */
const IEMOCAP_CLASSES = new Map([
  ['ang', 'angry'],
  ['hap', 'happy'],
  ['exc', 'happy'],
  ['sad', 'sad'],
  ['neu', 'neutral'],
]);
/** `[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]` */
const IEMOCAP_LINE = /^\[[\d.]+ - [\d.]+\]\t(\S+)\t(\w+)\t/gm;
const NPZ_ADVICE =
  "Export it: python -c \"import numpy,csv,sys;d=numpy.load(sys.argv[1],allow_pickle=True);w=csv.writer(sys.stdout);w.writerow(['name','emo','val']);" +
  "[w.writerow([n,v.get('emo',''),v.get('val','')]) for k in d.files if k.startswith('test') for n,v in d[k].item().items()]\" label.npz > labels.csv";

export interface DatasetChoice {
  readonly name: string;
  /** The user's own copy of the label file (or folder, for IEMOCAP). */
  readonly labels: string;
  /** Folder of the media. */
  readonly media: string;
  /** Only rows of this split (`mode` in the sets that have one); undefined takes all. */
  readonly split?: string | undefined;
}

/** Reads a set's label file into clips whose paths have no ending yet where the set does not say. Throws {@link BenchError}. */
export async function loadDataset({ name, labels, media, split }: DatasetChoice): Promise<Clip[]> {
  const dataset = DATASETS[name];
  if (dataset === undefined)
    throw new BenchError('used-wrongly', `There is no set "${name}". Known: ${Object.keys(DATASETS).join(', ')}.`);
  if (/\.npz$/i.test(labels))
    throw new BenchError(
      'labels-unreadable',
      `${labels} holds pickled Python objects, which are not read here. ${NPZ_ADVICE}`,
    );
  const clips =
    dataset.form === 'iemocap'
      ? readIemocap(await readEvaluations(labels, dataset), media)
      : readRows(await readTable(labels, dataset), { dataset, media, split, file: labels });
  if (clips.length > 0) return clips;
  throw new BenchError(
    'labels-unreadable',
    `${labels} has no labelled clip${split === undefined ? '' : ` in the split "${split}"`}. ${dataset.title} wants ${dataset.labels}.`,
  );
}

type Row = ReadonlyMap<string, string>;

interface Source {
  readonly dataset: Dataset;
  readonly media: string;
  readonly split: string | undefined;
  readonly file: string;
}

async function readTable(file: string, dataset: Dataset): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError(
      'labels-unreadable',
      `${file} cannot be read. ${dataset.title} wants ${dataset.labels}.`,
      cause,
    );
  });
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

function readRows(rows: readonly Row[], source: Source): Clip[] {
  const kept = rows.filter(
    (row) => source.split === undefined || (row.get('mode') ?? row.get('split')) === source.split,
  );
  return kept.flatMap((row): Clip[] => {
    if (source.dataset.form === 'meld') return meldClip(row, source);
    if (source.dataset.form === 'mmsa') return mmsaClip(row, source);
    return namedClip(row, source);
  });
}

function column(row: Row, source: Source, ...names: readonly string[]): string {
  for (const name of names) {
    const value = row.get(name);
    if (value !== undefined) return value;
  }
  throw new BenchError(
    'labels-unreadable',
    `${source.file} has no column ${names.join(' or ')} (it has: ${[...row.keys()].join(', ')}). ${source.dataset.title} wants ${source.dataset.labels}.`,
  );
}

/** The split's clips are named by dialogue and utterance. */
function meldClip(row: Row, source: Source): Clip[] {
  const name = `dia${column(row, source, 'dialogue_id')}_utt${column(row, source, 'utterance_id')}`;
  return [
    { path: join(source.media, `${name}.mp4`), task: 'label', gold: column(row, source, 'emotion').toLowerCase() },
  ];
}

/** MMSA keeps `Raw/<video_id>/<clip_id>.mp4`; CH-SIMS writes the clip with four digits. */
function mmsaClip(row: Row, source: Source): Clip[] {
  const gold = Number(column(row, source, 'label', 'label_m', 'm'));
  const clip = column(row, source, 'clip_id');
  const padded = source.dataset.title.startsWith('CH-SIMS') && /^\d+$/.test(clip) ? clip.padStart(4, '0') : clip;
  if (!Number.isFinite(gold)) return [];
  return [{ path: join(source.media, column(row, source, 'video_id'), `${padded}.mp4`), task: 'sentiment', gold }];
}

function namedClip(row: Row, source: Source): Clip[] {
  const path = join(source.media, column(row, source, 'name'));
  if (source.dataset.gold === 'labels') {
    const gold = splitLabels(column(row, source, 'openset', 'ov_label', 'labels'));
    return gold.length === 0 ? [] : [{ path, task: 'labels', gold }];
  }
  const gold = column(row, source, 'discrete', 'emo', 'emotion', 'label').toLowerCase();
  return gold === '' ? [] : [{ path, task: 'label', gold }];
}

async function readEvaluations(path: string, dataset: Dataset): Promise<string> {
  try {
    if ((await stat(path)).isFile()) return await readFile(path, 'utf8');
    const files = (await readdir(path)).filter((name) => name.endsWith('.txt') && !name.startsWith('.'));
    const texts = await Promise.all(files.map((name) => readFile(join(path, name), 'utf8')));
    return texts.join('\n');
  } catch (cause) {
    throw new BenchError(
      'labels-unreadable',
      `${path} cannot be read. ${dataset.title} wants ${dataset.labels}.`,
      cause,
    );
  }
}

function readIemocap(text: string, media: string): Clip[] {
  return [...text.matchAll(IEMOCAP_LINE)].flatMap(([, name = '', code = '']): Clip[] => {
    const gold = IEMOCAP_CLASSES.get(code);
    return gold === undefined ? [] : [{ path: join(media, name), task: 'label', gold }];
  });
}
