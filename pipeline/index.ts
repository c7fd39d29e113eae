/** The door of the pipeline: encoded media in, affect events out. */
export type * from './types.ts';
export * from './events.ts';
export { nowUs } from './clock.ts';
export { AnalysisError } from './analysis/analysis-error.ts';
export {
  AnalysisPool,
  type AnalysisPoolOptions,
  type AnalysisSession,
  type JoinOptions,
  type PoolLog,
  type TrackInput,
} from './analysis/pool.ts';
export { nowUs } from './clock.ts';
export { AnalysisPool } from './analysis/pool.ts';
