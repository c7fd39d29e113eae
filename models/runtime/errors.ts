export type ModelErrorCode =
  | 'pack-missing'
  | 'pack-invalid'
  | 'pack-corrupt'
  | 'pack-mismatch'
  | 'no-provider'
  | 'closed'
  | 'bad-input'
  | 'run-failed';

/** Every failure of this room: `code` for programs, the message for people (what happened, and what to do). */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
