/** What a room needs of the pipeline: the shape of its `AnalysisPool`, so that tests can stand in for it. */
import type { AnalysisPool } from '../../pipeline/index.ts';

/** Takes participants in and gives their affect events; tells how it fares. */
export type Analysis = Pick<AnalysisPool, 'join' | 'pack' | 'provider' | 'workers' | 'stats'>;
/** One participant under analysis. */
export type AnalysisSession = ReturnType<Analysis['join']>;
