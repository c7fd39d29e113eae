/** What can go wrong before the face nets run. */
export type FaceModelErrorCode =
  | 'face-source-missing'
  | 'face-source-changed'
  | 'face-conversion'
  | 'face-cache'
  | 'face-session';

/** The message says what happened and what to do. */
export class FaceModelError extends Error {
  readonly code: FaceModelErrorCode;

  constructor(code: FaceModelErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'FaceModelError';
    this.code = code;
  }
}
