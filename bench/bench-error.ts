/** What can go wrong in a benchmark for a reason that a person can mend. */
export type BenchErrorCode =
  | 'wheel-file-missing'
  | 'wheel-file-unreadable'
  | 'wheel-column-missing'
  | 'wheel-empty'
  | 'wheel-needed'
  | 'predictions-unreadable'
  | 'predictions-malformed'
  | 'media-unreadable'
  | 'agent-failed'
  | 'caller-failed'
  | 'sfu-failed'
  | 'nothing-measured'
  | 'report-malformed'
  | 'not-comparable'
  | 'used-wrongly'
  | 'pack-unfit'
  | 'labels-unreadable'
  | 'manifest-malformed'
  | 'clips-missing'
  | 'clip-unreadable'
  | 'stopped';

/** An error whose message says what happened and what to do; the CLI prints it without a stack. */
export class BenchError extends Error {
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BenchError';
    this.code = code;
  }
}
