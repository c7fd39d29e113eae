/** The door of the pipeline: encoded media in, affect events out. */
export type * from './types.ts';
export * from './events.ts';
