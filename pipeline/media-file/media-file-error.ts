/** Why a media file cannot be read, in words for people. */

export type MediaFileErrorCode =
  | 'not-found'
  /** A directory, device or pipe. */
  | 'not-a-file'
  | 'not-permitted'
  | 'empty'
  /** Something, but neither sound nor pictures in a format that can be read. */
  | 'not-media'
  /** A recording that was cut off before it could be made readable. */
  | 'cut-off'
  /** Sound or pictures, but in a codec that cannot be decoded. */
  | 'unsupported-codec'
  /** It opened, and then could not be read. */
  | 'unreadable';

/** Its message says what happened and what to do. */
export class MediaFileError extends Error {
  readonly code: MediaFileErrorCode;
  readonly path: string;

  constructor(code: MediaFileErrorCode, path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MediaFileError';
    this.code = code;
    this.path = path;
  }
}

/** Something that the reader of the results should know, though the file could be read. */
export interface MediaFileWarning {
  /**
   * `truncated`: it ends before its announced end; `damaged`: parts could not be decoded and were left out;
   * `track-skipped`: one of sound and pictures is in a codec that cannot be decoded.
   */
  readonly code: 'truncated' | 'damaged' | 'track-skipped';
  readonly message: string;
}
