import { BenchError } from '../bench-error.ts';
import type { Dataset, Row } from './dataset.ts';
import { clipsOfRows } from './dataset-rows.ts';
import { readIemocap } from './iemocap.ts';
import { readLabelTable } from './label-table.ts';
import type { Clip } from './manifest.ts';

/**
 * The nine sets of MER-UniBench. Their media and labels are their authors' to give; none was at hand here. What is read was
 * checked against public code that reads the same files (repository zeroQiaoba/MERTools, folder MERBench/toolkit/preprocess,
 * named M below; the dataset classes and `evaluation.py` of zeroQiaoba/AffectGPT; thuiar/MMSA-FET src/MSA_FET/dataset.py). Every
 * set is also read from the `label*.npz` that M writes, exported as {@link NPZ_ADVICE} says.
 */
export const DATASETS: Readonly<Record<string, Dataset>> = {
  /** M/mer2023.py: `test1-label.csv` with name, discrete, valence (the last is missing in test 3). Tested on test 1, 411 clips. */
  mer2023: {
    title: 'MER2023',
    gold: 'label',
    labels: 'test1-label.csv (name, discrete), or label-6way.npz exported',
    form: 'names',
    test: 'test1',
  },
  /** AffectGPT, MER2024_Dataset: as MER2023; test 1 has 1169 clips, and the other tests carry a placeholder for a label. */
  mer2024: {
    title: 'MER2024',
    gold: 'label',
    labels: 'a CSV with name, discrete for test 1, or label-6way.npz exported',
    form: 'names',
    test: 'test1',
  },
  /** M/meld.py: `test_sent_emo.csv` with Dialogue_ID, Utterance_ID, Emotion; clips `diaD_uttU.mp4`, after M `test_diaD_uttU.mp4`. */
  meld: {
    title: 'MELD',
    gold: 'label',
    labels: 'test_sent_emo.csv, or label.npz exported',
    form: 'meld',
    test: 'test',
    emotions: ['anger', 'joy', 'sadness', 'neutral', 'disgust', 'fear', 'surprise'],
  },
  /** AffectGPT, IEMOCAPFour_Dataset: four classes, the fifth session alone is tested (1241 clips). Clips as M/iemocap.py cuts them. */
  iemocap: {
    title: 'IEMOCAP, four classes',
    gold: 'label',
    labels: 'Session5/dialog/EmoEvaluation, or label_4way.npz exported',
    form: 'iemocap',
    test: 'whole',
    emotions: ['happy', 'sad', 'neutral', 'anger'],
    tested: (name) => name.startsWith('Ses05'),
  },
  /** M/cmumosi.py keeps label.npz only; MMSA's `label.csv` has video_id, clip_id, label, mode and `Raw/VIDEO/CLIP.mp4`. */
  'cmu-mosi': {
    title: 'CMU-MOSI',
    gold: 'sentiment',
    labels: "MMSA's MOSI/label.csv, or label.npz exported",
    form: 'mmsa',
    test: 'test',
  },
  /** As CMU-MOSI; M/cmumosei.py. */
  'cmu-mosei': {
    title: 'CMU-MOSEI',
    gold: 'sentiment',
    labels: "MMSA's MOSEI/label.csv, or label.npz exported",
    form: 'mmsa',
    test: 'test',
  },
  /** M/sims.py: `metadata/sentiment/label_M.csv` with `metadata/test_index.csv`, clips in four digits; later releases: `label.csv` with mode. */
  'ch-sims': {
    title: 'CH-SIMS',
    gold: 'sentiment',
    labels: 'label.csv or metadata/sentiment/label_M.csv, or label.npz exported',
    form: 'mmsa',
    test: 'test',
    clipDigits: 4,
  },
  /** M/simsv2.py: `meta.csv` with video_id, clip_id, label, mode; clips by their number as written. */
  'ch-sims-v2': {
    title: 'CH-SIMS v2',
    gold: 'sentiment',
    labels: 'meta.csv, or label.npz exported',
    form: 'mmsa',
    test: 'test',
  },
  /** AffectGPT, OVMERDPlus_Dataset: `ovlabel.csv` with name, openset (532 clips); OV-MERD: `track2_train_ovmerd.csv`, the same columns. */
  'ov-merd': {
    title: 'OV-MERD',
    gold: 'labels',
    labels: 'ovlabel.csv or track2_train_ovmerd.csv (name, openset)',
    form: 'names',
    test: 'test',
  },
};

const NPZ_ADVICE =
  "Export it: python -c \"import numpy,csv,sys;d=numpy.load(sys.argv[1],allow_pickle=True);w=csv.writer(sys.stdout);w.writerow(['name','emo','val','split']);" +
  "[w.writerow([n,v['emo'],v['val'],k[:-7]]) for k in d.files for n,v in d[k].item().items()]\" label.npz > labels.csv";

export interface DatasetChoice {
  readonly name: string;
  /** The user's own copy of the label file (or folder, for IEMOCAP). */
  readonly labels: string;
  /** Folder of the media. */
  readonly media: string;
  /** `all`, or a split of the set; undefined takes what MER-UniBench tests on, as far as the file tells. */
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
    dataset.form === 'iemocap' && !/\.csv$/i.test(labels)
      ? await readIemocap(labels, { dataset, media, split })
      : clipsOfRows(await rowsOf(labels, dataset, split), { dataset, media, split, file: labels });
  if (clips.length > 0) return clips;
  throw new BenchError(
    'labels-unreadable',
    `${labels} has no labelled clip in the split "${split ?? dataset.test}" (--split all takes every one). ${dataset.title} wants ${dataset.labels}.`,
  );
}

function rowsOf(labels: string, dataset: Dataset, split: string | undefined): Promise<Row[]> {
  return readLabelTable(labels, `${dataset.title} wants ${dataset.labels}.`, split ?? dataset.test);
}
