/** Typed refusals of the SFU. */

/** Why the SFU said no. Stable: callers map these to HTTP statuses and socket errors. */
export type SfuErrorCode =
  | 'bad-offer'
  | 'bad-answer'
  | 'bad-fragment'
  | 'stale-answer'
  | 'no-such-publication'
  | 'no-such-viewer'
  | 'no-such-track'
  | 'no-grant'
  | 'no-port'
  | 'limit'
  | 'closed'
  | 'engine-gone';

/** An error of the SFU: `code` for programs, `message` for people (what happened and what to do). */
export class SfuError extends Error {
  readonly code: SfuErrorCode;

  constructor(code: SfuErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SfuError';
    this.code = code;
  }
}
