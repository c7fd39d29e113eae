import { basename } from 'node:path';
import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { type Origin, readOrigin } from '../origin.ts';
import { ProgressBar } from '../progress.ts';
import { readPredictions } from './predictions.ts';
import type { Sample } from './samples.ts';
import { QualityScorer, type QualityScores } from './scores.ts';
import type { EmotionWheels } from './wheel.ts';
import { readWheelFolder } from './wheel-folder.ts';

export interface QualityOptions {
  /** The user's own emotion_wheel folder; sentiment alone needs none. */
  readonly wheel?: string | undefined;
  readonly predictions: readonly string[];
}

/** The scores of one predictions file, and where they come from. */
export type QualityReport = { readonly benchmark: 'quality'; readonly predictions: string } & QualityScores & Origin;

/** Scores every predictions file with the same wheels. Throws {@link BenchError}. */
export async function measureQuality(options: QualityOptions): Promise<QualityReport[]> {
  const wheels = options.wheel === undefined ? undefined : await readWheelFolder(options.wheel);
  const origin = await readOrigin();
  const reports: QualityReport[] = [];
  for (const file of options.predictions) {
    reports.push({ benchmark: 'quality', predictions: file, ...(await scoreFile(file, wheels)), ...origin });
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
      if (wheels === undefined && (sample.task === 'label' || sample.task === 'labels')) throw wheelNeeded(file);
      addTo(scorer, sample, file);
    }
  } finally {
    bar?.close();
  }
  const scores = scorer.scores();
  if (scores.counts.lines === 0)
    throw new BenchError('predictions-unreadable', `${file} is empty: there is nothing to score.`);
  return scores;
}

function addTo(scorer: QualityScorer, sample: Sample, file: string): void {
  try {
    scorer.add(sample);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const task = sample.task === 'other' ? sample.sample.task : sample.task;
    throw new BenchError(
      'predictions-malformed',
      `${file}: "gold" and "pred" of a line with task "${task}" have not the form of that task: ${cause.issues[0]?.message ?? ''}.`,
      cause,
    );
  }
}

/** For whoever finds labels and no wheels to place them on. */
export function wheelNeeded(file: string): BenchError {
  return new BenchError(
    'wheel-needed',
    `${file} holds emotion labels, and these are scored on emotion wheels. Add --wheel DIR (AffectGPT's emotion_wheel folder).`,
  );
}
