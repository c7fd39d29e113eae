import { z } from 'zod';

/** How a task's answers are compared. */
type Comparison = 'word' | 'set' | 'pairs' | 'text' | 'shift' | 'evidence';

/**
 * Tasks beyond MER-UniBench's three. EmoVerse's five (arXiv 2412.08049): sentiment and emotion as one word, facial
 * expressions as action-unit phrases, the reason as text, causes as `3_happy,1;...` (utterance_emotion,cause). `choice`
 * is a question with one right answer, as EmoBench-style files have. `shift`: seconds at which something changed.
 */
const TASKS: Readonly<Record<string, Comparison>> = {
  'sentiment-word': 'word',
  emotion: 'word',
  choice: 'word',
  expression: 'set',
  cause: 'pairs',
  reason: 'text',
  shift: 'shift',
  evidence: 'evidence',
};
export const TASK_NAMES = Object.keys(TASKS);

/** A shift is found when it is told within this after it happened. */
const FOUND_WITHIN_S = 5;

const list = z.union([z.array(z.string()), z.string().transform((text) => text.split(/[,;]/))]);
const seconds = z.array(z.number());

export interface TaskSample {
  readonly task: string;
  /** Groups tasks of one kind, e.g. `EmoBench: understanding`. */
  readonly category?: string | undefined;
  readonly gold: unknown;
  readonly pred: unknown;
}

/** `accuracy` and `waf` of words; of sets, pairs and texts, precision-recall F stands in both. All 0..1. */
export interface TaskScore {
  readonly n: number;
  readonly accuracy: number;
  readonly waf: number;
}

export interface ShiftScore {
  readonly expected: number;
  readonly found: number;
  readonly falseAlarms: number;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
}

/** Takes samples one by one and tells the scores at the end. */
export class TaskScorer {
  readonly #words = new Map<string, Array<readonly [string, string]>>();
  readonly #shares = new Map<string, number[]>();
  readonly #delaysMs: number[] = [];
  #shiftsExpected = 0;
  #shiftsFalse = 0;
  #evidenceTrue = 0;
  #evidenceTold = 0;

  /** Whether the answer was right, where one answer can be; undefined elsewhere. @throws z.ZodError when the forms do not fit. */
  add({ task, category, gold, pred }: TaskSample): boolean | undefined {
    const name = category === undefined ? task : `${task}: ${category}`;
    switch (TASKS[task]) {
      case 'word':
        return this.#word(name, normal(z.string().parse(gold)), normal(z.string().parse(pred)));
      case 'set':
        this.#share(name, fOf(new Set(list.parse(gold).map(normal)), new Set(list.parse(pred).map(normal))));
        return undefined;
      case 'pairs':
        this.#share(name, fOf(pairs(z.string().parse(gold)), pairs(z.string().parse(pred))));
        return undefined;
      case 'text':
        this.#share(name, rougeL(words(z.string().parse(gold)), words(z.string().parse(pred))));
        return undefined;
      case 'shift':
        this.#shift(seconds.parse(gold), seconds.parse(pred));
        return undefined;
      case 'evidence':
        this.#evidence(new Set(list.parse(gold).map(normal)), list.parse(pred).map(normal));
        return undefined;
      default:
        throw new RangeError(`there is no task "${task}"; known are ${TASK_NAMES.join(', ')}`);
    }
  }

  tasks(): Record<string, TaskScore> {
    const scores: Record<string, TaskScore> = {};
    for (const [name, answers] of this.#words) scores[name] = wordScore(answers);
    for (const [name, shares] of this.#shares) {
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      scores[name] = { n: shares.length, accuracy: mean, waf: mean };
    }
    return scores;
  }

  shifts(): ShiftScore | null {
    if (this.#shiftsExpected === 0) return null;
    const delays = this.#delaysMs.toSorted((a, b) => a - b);
    const at = (share: number): number | null => delays[Math.max(0, Math.ceil(share * delays.length) - 1)] ?? null;
    return {
      expected: this.#shiftsExpected,
      found: delays.length,
      falseAlarms: this.#shiftsFalse,
      p50Ms: at(0.5),
      p90Ms: at(0.9),
    };
  }

  evidence(): { precision: number; n: number } | null {
    if (this.#evidenceTold === 0) return null;
    return { precision: this.#evidenceTrue / this.#evidenceTold, n: this.#evidenceTold };
  }

  #word(name: string, gold: string, pred: string): boolean {
    const answers = this.#words.get(name) ?? [];
    answers.push([gold, pred]);
    this.#words.set(name, answers);
    return gold === pred;
  }

  #share(name: string, share: number): void {
    this.#shares.set(name, [...(this.#shares.get(name) ?? []), share]);
  }

  /** Each told shift answers for at most one that happened, the earliest that it can. */
  #shift(gold: readonly number[], pred: readonly number[]): void {
    const told = pred.toSorted((a, b) => a - b);
    this.#shiftsExpected += gold.length;
    for (const onset of gold.toSorted((a, b) => a - b)) {
      const at = told.findIndex((second) => second >= onset && second <= onset + FOUND_WITHIN_S);
      const [second] = at < 0 ? [] : told.splice(at, 1);
      if (second !== undefined) this.#delaysMs.push((second - onset) * 1000);
    }
    this.#shiftsFalse += told.length;
  }

  #evidence(gold: ReadonlySet<string>, pred: readonly string[]): void {
    this.#evidenceTold += pred.length;
    this.#evidenceTrue += pred.filter((cue) => gold.has(cue)).length;
  }
}

/** `Happy.`, as instruction-tuned models answer, is `happy`. */
function normal(answer: string): string {
  return answer.toLowerCase().trim().replace(/\.$/, '');
}

function fOf(gold: ReadonlySet<string>, pred: ReadonlySet<string>): number {
  const shared = [...pred].filter((item) => gold.has(item)).length;
  return shared === 0 ? 0 : (2 * shared) / (gold.size + pred.size);
}

/** `3_happy,1;5_sad,4` as its pairs. */
function pairs(text: string): Set<string> {
  const split = text.split(';').map((pair) => normal(pair).replaceAll(' ', ''));
  return new Set(split.filter((pair) => pair !== ''));
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

/** ROUGE-L: F of the longest common subsequence of words (Lin 2004). */
function rougeL(gold: readonly string[], pred: readonly string[]): number {
  if (gold.length === 0 || pred.length === 0) return 0;
  let row = Array.from({ length: pred.length + 1 }, () => 0);
  for (const word of gold) {
    const next = [0];
    for (const [index, other] of pred.entries())
      next.push(word === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    row = next;
  }
  return (2 * (row.at(-1) ?? 0)) / (gold.length + pred.length);
}

/** Accuracy, and F1 of every gold class weighted by how often it is gold. */
function wordScore(answers: ReadonlyArray<readonly [string, string]>): TaskScore {
  const classes = new Set(answers.map(([gold]) => gold));
  let waf = 0;
  for (const name of classes) {
    const support = answers.filter(([gold]) => gold === name).length;
    const right = answers.filter(([gold, pred]) => gold === name && pred === name).length;
    const told = answers.filter(([, pred]) => pred === name).length;
    waf += (support / answers.length) * ((2 * right) / (support + told));
  }
  const accuracy = answers.filter(([gold, pred]) => gold === pred).length / answers.length;
  return { n: answers.length, accuracy, waf };
}
