import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { BenchError } from '../bench-error.ts';

const goldSchema = z.union([z.number(), z.string(), z.array(z.string()), z.array(z.number())]);

/** The tasks that a pack can be asked for over a clip. */
export const CLIP_TASKS = ['labels', 'label', 'sentiment', 'emotion', 'shift', 'evidence'] as const;

const clipSchema = z.object({ path: z.string().min(1), gold: goldSchema, task: z.enum(CLIP_TASKS).optional() });

/** One clip with what is true of it. */
export interface Clip {
  readonly path: string;
  readonly task: (typeof CLIP_TASKS)[number];
  readonly gold: z.infer<typeof goldSchema>;
}

/** A path without an ending may be any of these. */
const ENDINGS = ['', '.mp4', '.avi', '.mkv', '.webm', '.mov', '.wav', '.mp3', '.flac'];
const NAMED_IN_ERROR = 5;

/**
 * Reads a manifest (JSON Lines: `{"path":"clips/1.mp4","gold":["happy"],"task":"labels"}`); paths are relative to it. Without
 * `task`, the form of `gold` says it: a list is labels, a word one label, a number sentiment. Throws {@link BenchError}.
 */
export async function readManifest(file: string): Promise<Clip[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('manifest-malformed', `${file} cannot be read. Give --clips a JSON Lines file.`, cause);
  });
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const clips = lines.filter(({ line }) => line !== '').map(({ line, number }) => parseClip(line, file, number));
  if (clips.length === 0) throw new BenchError('manifest-malformed', `${file} is empty: there is no clip to analyse.`);
  return clips;
}

function parseClip(line: string, file: string, number: number): Clip {
  const fail = (cause: unknown): BenchError =>
    new BenchError(
      'manifest-malformed',
      `${file}:${number}: expected {"path":"clips/1.mp4","gold":["happy"],"task":"labels"}; tasks are ${CLIP_TASKS.join(', ')}.`,
      cause,
    );
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw fail(cause);
  }
  const parsed = clipSchema.safeParse(json);
  if (!parsed.success) throw fail(parsed.error);
  const { path, gold, task = taskOf(gold) } = parsed.data;
  return { path: isAbsolute(path) ? path : join(dirname(file), path), gold, task };
}

function taskOf(gold: Clip['gold']): Clip['task'] {
  if (typeof gold === 'number') return 'sentiment';
  if (typeof gold === 'string') return 'label';
  return gold.some((item) => typeof item === 'number') ? 'shift' : 'labels';
}

/**
 * Finds every clip's file, trying the usual endings. Throws {@link BenchError} `clips-missing`, naming some, unless
 * missing ones are to be skipped.
 */
export function findClips(clips: readonly Clip[], skipMissing: boolean): { found: Clip[]; missing: number } {
  const found: Clip[] = [];
  const missing: string[] = [];
  for (const clip of clips) {
    const ending = ENDINGS.find((candidate) => existsSync(clip.path + candidate));
    if (ending === undefined) missing.push(clip.path);
    else found.push({ ...clip, path: clip.path + ending });
  }
  if (missing.length > 0 && (!skipMissing || found.length === 0)) {
    const named = missing.slice(0, NAMED_IN_ERROR).join('\n  ');
    throw new BenchError(
      'clips-missing',
      `${missing.length} of ${clips.length} clips are not there, for example:\n  ${named}\n` +
        'Check --media, or the paths in the manifest; --skip-missing scores the others and counts these.',
    );
  }
  return { found, missing: missing.length };
}
