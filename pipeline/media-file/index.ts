/** Media files as frames of the pipeline: the source of `undertone analyze`. */
export { MediaFile, openMediaFile } from './media-file.ts';
export type { MediaFileOptions, MediaFrame } from './media-file.ts';
export { MediaFileError } from './media-file-error.ts';
