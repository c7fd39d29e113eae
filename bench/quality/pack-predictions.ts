import { appendFile, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { analyzeFile, type UnstampedEvent } from '../../pipeline/index.ts';
import { BenchError } from '../bench-error.ts';
import { ProgressBar } from '../progress.ts';
import type { Clip } from './manifest.ts';

/** As many labels as a description names at most: more guesses would buy recall. */
const MAX_LABELS = 6;

const savedSchema = z.looseObject({ path: z.string(), pack: z.string() });

export interface PredictOptions {
  readonly packDir: string;
  readonly packName: string;
  /** Predictions are appended here, line by line; those that are here already are not made again. */
  readonly file: string;
  readonly signal: AbortSignal;
}

/**
 * Analyses every clip with a pack and writes one prediction a line. Interrupted, it goes on where it was. Returns how many
 * were there before. Throws {@link BenchError} naming the clip.
 */
export async function predictClips(clips: readonly Clip[], options: PredictOptions): Promise<{ resumed: number }> {
  const { file, packDir, packName, signal } = options;
  const done = await readDone(file, packName);
  const open = clips.filter((clip) => !done.has(keyOf(clip)));
  const bar = new ProgressBar(packName, clips.length);
  try {
    for (const [index, clip] of open.entries()) {
      signal.throwIfAborted();
      bar.update(clips.length - open.length + index);
      const events = await analyse(clip.path, packDir, signal);
      const line = { path: clip.path, pack: packName, task: clip.task, gold: clip.gold, ...predict(clip.task, events) };
      await appendFile(file, `${JSON.stringify(line)}\n`);
    }
  } finally {
    bar.close();
  }
  return { resumed: clips.length - open.length };
}

function keyOf({ path, task }: Pick<Clip, 'path' | 'task'>): string {
  return `${task} ${path}`;
}

async function readDone(file: string, packName: string): Promise<Set<string>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const done = new Set<string>();
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const saved = savedSchema.safeParse(parse(line));
    if (!saved.success) throw foreign(file, 'a line of it is no prediction');
    if (saved.data.pack !== packName) throw foreign(file, `it holds predictions of "${saved.data.pack}"`);
    done.add(`${String(saved.data['task'])} ${saved.data.path}`);
  }
  return done;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function foreign(file: string, why: string): BenchError {
  return new BenchError(
    'predictions-malformed',
    `${file} cannot be continued: ${why}. Remove it, or give another --save folder.`,
  );
}

async function analyse(path: string, packDir: string, signal: AbortSignal): Promise<UnstampedEvent[]> {
  try {
    const events: UnstampedEvent[] = [];
    for await (const event of analyzeFile(path, { packDir, everyHop: true, signal })) events.push(event);
    return events;
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError('clip-unreadable', `${path} could not be analysed: ${why}`, cause);
  }
}

/** What a pack said of a clip, in the form of the task. */
export function predict(
  task: Clip['task'],
  events: readonly UnstampedEvent[],
): { pred: number | string | readonly string[] | readonly number[]; confidence?: number } {
  const states = events.filter((event) => event.type === 'affect.state');
  const told = events.filter((event) => event.type === 'affect.description' && !event.abstained);
  const descriptions = told.filter((event) => event.type === 'affect.description');
  const confidence = descriptions.length === 0 ? 0 : mean(descriptions.map((event) => event.confidence));
  if (task === 'sentiment')
    return { pred: states.length === 0 ? 0 : mean(states.map(({ valence }) => valence.mean)), confidence };
  // When it was certain, not since when it holds: that is what a listener waits for.
  if (task === 'shift')
    return { pred: events.filter((event) => event.type === 'affect.shift').map(({ endMs }) => endMs / 1000) };
  if (task === 'evidence')
    return {
      pred: [
        ...new Set(descriptions.flatMap(({ evidence }) => evidence.map(({ cue, direction }) => `${cue} ${direction}`))),
      ],
    };
  const labels = strongest(descriptions.map((event) => event.labels));
  return task === 'emotion' ? { pred: labels[0] ?? '', confidence } : { pred: labels, confidence };
}

/** The labels that were told with the most weight over the clip. */
function strongest(told: ReadonlyArray<ReadonlyArray<{ readonly term: string; readonly score: number }>>): string[] {
  const weights = new Map<string, number>();
  for (const { term, score } of told.flat()) weights.set(term, (weights.get(term) ?? 0) + score);
  const ordered = [...weights].toSorted(([, a], [, b]) => b - a).map(([term]) => term);
  return ordered.slice(0, MAX_LABELS);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
