/**
 * The door of the pipeline: encoded media in, affect events out. It is light on purpose: clients share its schemas, so
 * what needs decoders and models is loaded when it is asked for.
 */
import type { AnalyzeFileOptions, MeasureFileOptions } from './analysis/file-analysis.ts';
import type { AnalysisPool, AnalysisPoolOptions } from './analysis/pool.ts';
import type { UnstampedEvent } from './events.ts';
import type { MediaFile, MediaFileOptions } from './media-file/index.ts';
import type { Hop } from './window/hop.ts';

export type * from './types.ts';
export * from './events.ts';
export { nowUs } from './clock.ts';
export { EarliestTimer } from './earliest-timer.ts';
export { AnalysisError } from './analysis/analysis-error.ts';
export type { AnalysisPool, AnalysisPoolOptions } from './analysis/pool.ts';
export type { AnalysisSession, JoinOptions, PoolLog, TrackInput } from './analysis/session.ts';
export type { Question, Reply } from './describe/asking.ts';
export { RESTING_INTERVAL_US, RESTS_AFTER_US } from './analysis/rest-policy.ts';
export type { AnalyzeFileOptions, MeasureFileOptions } from './analysis/file-analysis.ts';
export type { Hop } from './window/hop.ts';

/** Starts worker threads and loads the models in each. @throws AnalysisError when that fails */
export async function openAnalysis(options: AnalysisPoolOptions): Promise<AnalysisPool> {
  const pool = await import('./analysis/pool.ts');
  return pool.AnalysisPool.open(options);
}

/**
 * Yields the events of a media file in order; times are milliseconds of media time. Blocks its thread while it infers.
 * @throws MediaFileError when the file cannot be read, ModelError when the pack cannot be run
 */
export async function* analyzeFile(path: string, options: AnalyzeFileOptions): AsyncGenerator<UnstampedEvent> {
  const analysis = await import('./analysis/file-analysis.ts');
  yield* analysis.analyzeFile(path, options);
}

/**
 * Yields what the senses measure in a media file, hop by hop, in the layout of `models/features.json`; no model is asked.
 * @throws MediaFileError when the file cannot be read, FaceModelError when the face nets cannot be converted
 */
export async function* measureFile(path: string, options?: MeasureFileOptions): AsyncGenerator<Hop> {
  const analysis = await import('./analysis/file-analysis.ts');
  yield* analysis.measureFile(path, options);
}

/** Opens a media file as frames on a capture clock. @throws MediaFileError */
export async function openMediaFile(path: string, options?: MediaFileOptions): Promise<MediaFile> {
  const files = await import('./media-file/index.ts');
  return files.openMediaFile(path, options);
}
