/** A published set, as far as its label files need to be known. */
export interface Dataset {
  readonly title: string;
  /** What its labels are scored as in MER-UniBench. */
  readonly gold: 'label' | 'labels' | 'sentiment';
  /** The label file that people get, for messages. */
  readonly labels: string;
  /** How that file is laid out; see `dataset-rows.ts` and `iemocap.ts`. */
  readonly form: 'names' | 'meld' | 'mmsa' | 'iemocap';
  /** What MER-UniBench tests on. */
  readonly test: string;
  /** Digits of a clip's number in the name of its file. */
  readonly clipDigits?: number;
  /** What the numbers in an exported `label.npz` stand for. */
  readonly emotions?: readonly string[];
  /** What else MER-UniBench leaves out of its test, by name. */
  readonly tested?: (name: string) => boolean;
}

/** One row of a label file: title in lower case to text. */
export type Row = ReadonlyMap<string, string>;

export interface Source {
  readonly dataset: Dataset;
  /** Folder of the media. */
  readonly media: string;
  /** `all`, a split of the set, or undefined for what MER-UniBench tests on. */
  readonly split: string | undefined;
}

/** The split that a row says it belongs to. */
export function splitOf(row: Row): string | undefined {
  return row.get('mode') ?? row.get('split');
}
