import { Calibration, type CalibrationScore } from './calibration.ts';
import type { Sample } from './samples.ts';
import { TaskScorer, type ShiftScore, type TaskScore } from './task-scores.ts';
import { type EmotionWheels, WHEEL_COUNT, WHEEL_LEVELS, type WheelLevel } from './wheel.ts';

/** Scores at one wheel level, all 0..1; `perWheel` holds F for wheels 1..5, null where no gold label was on that wheel. */
export interface LevelScore {
  readonly f: number;
  readonly precision: number;
  readonly recall: number;
  readonly perWheel: ReadonlyArray<number | null>;
}

export interface SentimentScore {
  /** F1 of both classes, weighted by how often each is gold. */
  readonly waf: number;
  readonly accuracy: number;
  readonly n: number;
}

/** MER-UniBench's metrics (arXiv 2501.16566) of one predictions file; null where the file held no sample for a metric. */
export interface QualityScores {
  readonly metrics: (Readonly<Record<WheelLevel, LevelScore>> & { readonly f: number }) | null;
  readonly hitRate: number | null;
  readonly sentiment: SentimentScore | null;
  /** Every other task that the file holds, by name. */
  readonly tasks: Readonly<Record<string, TaskScore>>;
  /** Over the lines that tell their confidence and have one right answer. */
  readonly calibration: CalibrationScore | null;
  readonly shiftDelay: ShiftScore | null;
  readonly evidence: { readonly precision: number; readonly n: number } | null;
  readonly counts: QualityCounts;
}

/** How many lines there were and which could not count; `noGoldOnAnyWheel` also holds `neutral` and empty gold. */
export interface QualityCounts {
  readonly lines: number;
  readonly setSamples: number;
  readonly hitSamples: number;
  readonly sentimentSamples: number;
  readonly otherSamples: number;
  readonly noGoldOnAnyWheel: number;
  readonly sentimentGoldZero: number;
  /** Scored as neutral: these answers were no sentiment. */
  readonly sentimentUnreadable: number;
}

interface Sums {
  precision: number;
  recall: number;
  n: number;
}

/** Takes samples one by one and tells the scores at the end; memory does not grow with the file. */
export class QualityScorer {
  readonly #wheels: EmotionWheels | undefined;
  readonly #sets: Record<WheelLevel, Sums[]> = { level1: emptySums(), level2: emptySums() };
  readonly #hits = emptySums();
  readonly #others = new TaskScorer();
  readonly #calibration = new Calibration();
  /** Counted as [gold positive][predicted positive]. */
  readonly #sentiment = [
    [0, 0],
    [0, 0],
  ];
  readonly #counts = {
    lines: 0,
    setSamples: 0,
    hitSamples: 0,
    sentimentSamples: 0,
    otherSamples: 0,
    noGoldOnAnyWheel: 0,
    sentimentGoldZero: 0,
    sentimentUnreadable: 0,
  };

  /** Without wheels only sentiment can be scored; a label sample then throws a TypeError. */
  constructor(wheels?: EmotionWheels) {
    this.#wheels = wheels;
  }

  add(sample: Sample): void {
    this.#counts.lines++;
    const right = this.#score(sample);
    if (right !== undefined && sample.confidence !== undefined) this.#calibration.add(sample.confidence, right);
  }

  /** Whether it was right, where one answer can be. */
  #score(sample: Sample): boolean | undefined {
    if (sample.task === 'sentiment') return this.#addSentiment(sample);
    if (sample.task === 'label') return this.#addHit(sample.gold, sample.predicted);
    if (sample.task === 'labels') {
      this.#addSet(sample.gold, sample.predicted);
      return undefined;
    }
    this.#counts.otherSamples++;
    return this.#others.add(sample.sample);
  }

  scores(): QualityScores {
    const level1 = levelScore(this.#sets.level1);
    const level2 = levelScore(this.#sets.level2);
    const metrics = level1 && level2 ? { level1, level2, f: (level1.f + level2.f) / 2 } : null;
    const rates = this.#hits.filter(({ n }) => n > 0).map((sums) => sums.recall / sums.n);
    return {
      metrics,
      hitRate: rates.length === 0 ? null : mean(rates),
      sentiment: sentimentScore(this.#sentiment),
      tasks: this.#others.tasks(),
      calibration: this.#calibration.score(),
      shiftDelay: this.#others.shifts(),
      evidence: this.#others.evidence(),
      counts: { ...this.#counts },
    };
  }

  #addSet(gold: readonly string[], predicted: readonly string[]): void {
    let counted = false;
    for (const level of WHEEL_LEVELS) {
      for (const [wheel, sums] of this.#sets[level].entries()) {
        const { truth, guess, shared } = this.#overlap(gold, predicted, wheel, level);
        if (truth === 0) continue;
        counted = true;
        sums.n++;
        if (guess === 0) continue;
        sums.precision += shared / guess;
        sums.recall += shared / truth;
      }
    }
    this.#counts[counted ? 'setSamples' : 'noGoldOnAnyWheel']++;
  }

  /** Right when the gold label is among those told, on most wheels that hold it. */
  #addHit(gold: string, predicted: readonly string[]): boolean | undefined {
    let counted = false;
    let [hits, wheels] = [0, 0];
    for (const [wheel, sums] of this.#hits.entries()) {
      const { truth, shared } = this.#overlap(gold, predicted, wheel, 'level1');
      if (truth === 0) continue;
      counted = true;
      sums.n++;
      sums.recall += shared;
      wheels++;
      hits += shared;
    }
    this.#counts[counted ? 'hitSamples' : 'noGoldOnAnyWheel']++;
    return counted ? hits * 2 > wheels : undefined;
  }

  #overlap(
    gold: string | readonly string[],
    predicted: readonly string[],
    wheel: number,
    level: WheelLevel,
  ): { truth: number; guess: number; shared: number } {
    if (this.#wheels === undefined) throw new TypeError('label samples need wheels');
    const truth = this.#wheels.place(gold, wheel, level);
    const guess = this.#wheels.place(predicted, wheel, level);
    let shared = 0;
    for (const label of guess) if (truth.has(label)) shared++;
    return { truth: truth.size, guess: guess.size, shared };
  }

  #addSentiment({ gold, predicted, unreadable }: Extract<Sample, { task: 'sentiment' }>): boolean | undefined {
    if (gold === 0) {
      this.#counts.sentimentGoldZero++;
      return undefined;
    }
    this.#counts.sentimentSamples++;
    if (unreadable === true) this.#counts.sentimentUnreadable++;
    const row = this.#sentiment[gold > 0 ? 1 : 0];
    if (row) row[predicted > 0 ? 1 : 0] = (row[predicted > 0 ? 1 : 0] ?? 0) + 1;
    return gold > 0 === predicted > 0;
  }
}

/** F = 2PR/(P+R), 0 when both are 0. */
function fScore(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** Precision and recall are averaged over the corpus first, then F is taken per wheel, then the mean over wheels. */
function levelScore(wheels: readonly Sums[]): LevelScore | null {
  const perWheel = wheels.map(({ precision, recall, n }) =>
    n === 0 ? null : { precision: precision / n, recall: recall / n, f: fScore(precision / n, recall / n) },
  );
  const present = perWheel.filter((score) => score !== null);
  if (present.length === 0) return null;
  return {
    f: mean(present.map(({ f }) => f)),
    precision: mean(present.map(({ precision }) => precision)),
    recall: mean(present.map(({ recall }) => recall)),
    perWheel: perWheel.map((score) => score?.f ?? null),
  };
}

function sentimentScore(confusion: readonly number[][]): SentimentScore | null {
  const at = (gold: number, predicted: number): number => confusion[gold]?.[predicted] ?? 0;
  const n = at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1);
  if (n === 0) return null;
  const wrong = at(0, 1) + at(1, 0);
  const weighted = [0, 1].map((side) => {
    const right = at(side, side);
    const support = right + at(side, 1 - side);
    // F1 = 2TP / (2TP + FP + FN), and FP + FN of either class of two is the number of errors.
    return right === 0 ? 0 : (support / n) * ((2 * right) / (2 * right + wrong));
  });
  return { waf: (weighted[0] ?? 0) + (weighted[1] ?? 0), accuracy: (at(0, 0) + at(1, 1)) / n, n };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function emptySums(): Sums[] {
  return Array.from({ length: WHEEL_COUNT }, () => ({ precision: 0, recall: 0, n: 0 }));
}
