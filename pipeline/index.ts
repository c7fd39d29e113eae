/** The door of the pipeline: encoded media in, affect events out. */
export type * from './types.ts';
export * from './events.ts';
export { nowUs } from './clock.ts';
export { AnalysisError } from './analysis/analysis-error.ts';
export { AnalysisPool, type AnalysisPoolOptions } from './analysis/pool.ts';
export type { AnalysisSession, JoinOptions, PoolLog, TrackInput } from './analysis/session.ts';
export { analyzeFile, type AnalyzeFileOptions } from './analysis/file-analysis.ts';
export { openMediaFile } from './media-file/index.ts';
