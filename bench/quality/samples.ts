import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { splitLabels } from './label-list.ts';
import { TASK_NAMES, type TaskSample } from './task-scores.ts';

/** One line of a predictions file; `task`, or else the form of `gold`, says which metric it counts for. */
export type Sample = Answer & {
  /** 0..1, how sure the model said it was. */
  readonly confidence?: number | undefined;
};
type Answer =
  | { readonly task: 'other'; readonly sample: TaskSample }
  | { readonly task: 'labels'; readonly gold: readonly string[]; readonly predicted: readonly string[] }
  | { readonly task: 'label'; readonly gold: string; readonly predicted: readonly string[] }
  /** `predicted` is above 0 for positive; neutral is 0, and so is an answer that is no sentiment. */
  | { readonly task: 'sentiment'; readonly gold: number; readonly predicted: number; readonly unreadable?: true };

const EXPECTED =
  'Expected {"gold":["happy","excited"],"pred":["joyful"]}, {"gold":"happy","pred":["joyful"]} or {"gold":-0.6,"pred":"negative"}.';
const SENTIMENTS = new Map([
  ['positive', 1],
  ['neutral', 0],
  ['negative', -1],
]);

/**
 * `Positive.`, as instruction-tuned models answer, is read like `positive`; a number may be written as text. What is no
 * sentiment counts as neutral, as in the published evaluation, and is told of.
 */
const sentiment = z.union([
  z.number().transform((predicted) => ({ predicted })),
  z.union([z.string(), z.array(z.string()), z.null()]).transform((answer) => {
    const word = [answer ?? ''].flat().join(', ').toLowerCase().trim().replace(/\.$/, '');
    const predicted = SENTIMENTS.get(word) ?? (word === '' ? Number.NaN : Number(word));
    return Number.isNaN(predicted) ? ({ predicted: 0, unreadable: true } as const) : { predicted };
  }),
]);
/** No answer is an empty one. */
const labels = z.union([
  z.array(z.string()),
  z.string().transform(splitLabels),
  z.null().transform((): string[] => []),
]);

const confidence = z.number().min(0).max(1).optional();
const otherSchema = z
  .object({
    task: z.enum(TASK_NAMES),
    category: z.string().optional(),
    gold: z.unknown(),
    pred: z.unknown(),
    confidence,
  })
  .transform(({ confidence: sure, ...sample }): Sample => ({ task: 'other', sample, confidence: sure }));

const answerSchema = z.union([
  z.object({ gold: z.number(), pred: sentiment, confidence }).transform(({ gold, pred, confidence: sure }): Sample => ({
    task: 'sentiment',
    gold,
    ...pred,
    confidence: sure,
  })),
  z.object({ gold: z.string(), pred: labels, confidence }).transform(({ gold, pred, confidence: sure }): Sample => ({
    task: 'label',
    gold,
    predicted: pred,
    confidence: sure,
  })),
  z
    .object({ gold: z.array(z.string()), pred: labels, confidence })
    .transform(({ gold, pred, confidence: sure }): Sample => ({
      task: 'labels',
      gold,
      predicted: pred,
      confidence: sure,
    })),
]);

const named = z.object({ task: z.string() });

/** Parses one line of a predictions file. Throws {@link BenchError} `predictions-malformed` with the file and line number. */
export function parseSample(line: string, file: string, lineNumber: number): Sample {
  const fail = (why: string, cause: unknown): BenchError =>
    new BenchError('predictions-malformed', `${file}:${lineNumber}: ${why} ${EXPECTED}`, cause);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw fail('this line is not JSON.', cause);
  }
  const other = named.safeParse(value);
  const schema = other.success && TASK_NAMES.includes(other.data.task) ? otherSchema : answerSchema;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw fail('"gold" and "pred" do not fit together.', parsed.error);
  return parsed.data;
}
