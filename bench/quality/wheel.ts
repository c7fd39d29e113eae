import { normaliseLabels, splitLabels } from './label-list.ts';

/** One row of a table: column title to text; an empty cell is absent. */
export type TableRow = Readonly<Record<string, string | undefined>>;

/** The tables of a wheel folder, as read; `wheels` in order 1..5. */
export interface WheelTables {
  readonly format: readonly TableRow[];
  readonly synonym: readonly TableRow[];
  readonly wheels: ReadonlyArray<readonly TableRow[]>;
}

/** How deep a wheel is read: `level1` its inner ring, `level2` the ring around that. */
export type WheelLevel = 'level1' | 'level2';
export const WHEEL_LEVELS: readonly WheelLevel[] = ['level1', 'level2'];
export const WHEEL_COUNT = 5;
export const SYNONYM_RUNS = 8;

/** Wheel label of every word on one wheel, for both levels. */
type WheelMap = Readonly<Record<WheelLevel, ReadonlyMap<string, string>>>;

/** Maps open-vocabulary labels to wheel labels; pure once made. Source: MER-UniBench (arXiv 2501.16566). */
export class EmotionWheels {
  readonly #candidates: ReadonlyMap<string, readonly string[]>;
  readonly #wheels: readonly WheelMap[];

  constructor(tables: WheelTables) {
    this.#wheels = tables.wheels.map(wheelMap);
    this.#candidates = candidateWords(tables.format, synonymTargets(tables.synonym));
  }

  /** The set of wheel labels for `labels` on wheel `wheel` (0-based); words that lead nowhere are dropped. */
  place(labels: string | readonly string[], wheel: number, level: WheelLevel): Set<string> {
    const onWheel = this.#wheels[wheel]?.[level];
    const found = new Set<string>();
    for (const label of normaliseLabels(labels)) {
      const word = this.#candidates.get(label)?.find((candidate) => onWheel?.has(candidate));
      if (word !== undefined) found.add(onWheel?.get(word) ?? word);
    }
    return found;
  }
}

/**
 * form -> every wheel word it may stand for, in alphabetical order: the first one on a wheel is the one that counts. Forms are
 * trimmed but keep their case, as in the published evaluation: one with a capital is met by no label, for these are lower-case.
 */
function candidateWords(
  format: readonly TableRow[],
  targets: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, string[]> {
  const bases = new Map<string, Set<string>>();
  for (const row of format) {
    const base = row['name']?.trim();
    if (base === undefined || base === '') continue;
    for (const form of [base, ...splitLabels(row['format'] ?? '')]) add(bases, form, base);
  }
  const candidates = new Map<string, string[]>();
  for (const [form, names] of bases) {
    // A base word without a synonym row stands for itself; in the official files every base has one.
    const words = new Set([...names].flatMap((name) => [...(targets.get(name) ?? [name])]));
    candidates.set(form, [...words].sort());
  }
  return candidates;
}

/** word -> the wheel words it is a synonym of, all runs merged. A wheel word is a synonym of itself. */
function synonymTargets(rows: readonly TableRow[]): Map<string, Set<string>> {
  const targets = new Map<string, Set<string>>();
  for (const row of rows) {
    for (let run = 1; run <= SYNONYM_RUNS; run++) {
      const word = row[`word_run${run}`]?.trim().toLowerCase();
      if (word === undefined || word === '') continue;
      add(targets, word, word);
      for (const synonym of splitLabels(row[`synonym_run${run}`] ?? '')) add(targets, synonym.toLowerCase(), word);
    }
  }
  return targets;
}

/** Empty cells repeat the cell above (merged cells in the workbook); a word written later wins over the same word earlier. */
function wheelMap(rows: readonly TableRow[]): WheelMap {
  const rings = new Map<string, Map<string, string[]>>();
  let [inner, middle, outer] = ['', '', ''];
  for (const row of rows) {
    inner = (row['level1'] ?? inner).toLowerCase().trim();
    middle = (row['level2'] ?? middle).toLowerCase().trim();
    outer = (row['level3'] ?? outer).toLowerCase().trim();
    const middles = rings.get(inner) ?? new Map<string, string[]>();
    rings.set(inner, middles.set(middle, [...(middles.get(middle) ?? []), outer]));
  }
  const level1 = new Map<string, string>();
  const level2 = new Map<string, string>();
  for (const [innerWord, middles] of rings) {
    level1.set(innerWord, innerWord);
    // On the second ring an inner word has no place of its own: it takes its alphabetically first neighbour's.
    level2.set(innerWord, [...middles.keys()].sort()[0] ?? innerWord);
    for (const [middleWord, outers] of middles) {
      for (const word of [middleWord, ...outers]) {
        level1.set(word, innerWord);
        level2.set(word, middleWord);
      }
    }
  }
  return { level1, level2 };
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}
