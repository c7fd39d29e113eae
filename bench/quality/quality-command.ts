import { basename } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { type Origin, readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import { textTable } from '../text-table.ts';
import { readPredictions } from './predictions.ts';
import { QualityScorer, type QualityScores } from './scores.ts';
import type { EmotionWheels } from './wheel.ts';
import { readWheelFolder } from './wheel-folder.ts';

export interface QualityOptions {
  /** The user's own emotion_wheel folder; sentiment alone needs none. */
  readonly wheel?: string | undefined;
  readonly predictions: readonly string[];
}

/** The scores of one predictions file, and where they come from. */
export type QualityReport = { readonly predictions: string } & QualityScores & Origin;

/** Scores every predictions file with the same wheels. Throws {@link BenchError}. */
export async function measureQuality(options: QualityOptions): Promise<QualityReport[]> {
  const wheels = options.wheel === undefined ? undefined : await readWheelFolder(options.wheel);
  const origin = await readOrigin();
  const reports: QualityReport[] = [];
  for (const file of options.predictions) {
    reports.push({ predictions: file, ...(await scoreFile(file, wheels)), ...origin });
  }
  return reports;
}

async function scoreFile(file: string, wheels: EmotionWheels | undefined): Promise<QualityScores> {
  const scorer = new QualityScorer(wheels);
  let bar: ProgressBar | undefined;
  try {
    for await (const sample of readPredictions(file, (read, total) =>
      (bar ??= new ProgressBar(basename(file), total)).update(read),
    )) {
      if (wheels === undefined && sample.task !== 'sentiment') throw wheelNeeded(file);
      scorer.add(sample);
    }
  } finally {
    bar?.close();
  }
  const scores = scorer.scores();
  if (scores.counts.lines === 0)
    throw new BenchError('predictions-unreadable', `${file} is empty: there is nothing to score.`);
  return scores;
}

function wheelNeeded(file: string): BenchError {
  return new BenchError(
    'wheel-needed',
    `${file} holds emotion labels, and these are scored on emotion wheels. Add --wheel DIR (AffectGPT's emotion_wheel folder).`,
  );
}

/** One column a file, one row a figure, in percent as the papers print them. */
export function qualityTable(reports: readonly QualityReport[]): string {
  const rows: ReadonlyArray<readonly [string, (report: QualityReport) => number | null | undefined]> = [
    ['set F, mean of both levels', (report) => report.metrics?.f],
    ['set F, level 1', (report) => report.metrics?.level1.f],
    ['  precision', (report) => report.metrics?.level1.precision],
    ['  recall', (report) => report.metrics?.level1.recall],
    ['set F, level 2', (report) => report.metrics?.level2.f],
    ['  precision', (report) => report.metrics?.level2.precision],
    ['  recall', (report) => report.metrics?.level2.recall],
    ['hit rate', (report) => report.hitRate],
    ['sentiment, weighted F1', (report) => report.sentiment?.waf],
    ['sentiment, accuracy', (report) => report.sentiment?.accuracy],
  ];
  const counts: ReadonlyArray<readonly [string, keyof QualityScores['counts']]> = [
    ['lines', 'lines'],
    ['  scored as sets', 'setSamples'],
    ['  scored as hits', 'hitSamples'],
    ['  scored as sentiment', 'sentimentSamples'],
    ['  skipped: gold on no wheel', 'noGoldOnAnyWheel'],
    ['  skipped: sentiment gold 0', 'sentimentGoldZero'],
  ];
  const shown = rows.filter(([, pick]) => reports.some((report) => typeof pick(report) === 'number'));
  return textTable(
    ['MER-UniBench metric, %', ...reports.map((report) => report.predictions)],
    [
      ...shown.map(([title, pick]) => [title, ...reports.map((report) => percent(pick(report)))]),
      ...counts.map(([title, key]) => [title, ...reports.map((report) => String(report.counts[key]))]),
    ],
  );
}

function percent(share: number | null | undefined): string {
  return typeof share === 'number' ? (share * 100).toFixed(2) : '–';
}
