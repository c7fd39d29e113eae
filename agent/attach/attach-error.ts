/** What can go wrong for a program that attaches Undertone to its router. */

/**
 * - `analysis-start`: the process that analyses did not start; nothing is analysed
 * - `analysis-lost`: it died and is being started again; analysis begins anew for everybody when it is back
 * - `not-cleared`: it did not confirm within a second that a person is forgotten, and was ended so that nothing stays
 * - `tap-failed`: a producer could not be forked; the call goes on without its analysis
 * - `problem`: something broke inside the analysis and was contained
 * - `listener-failed`: a listener of the application threw
 * - `no-consent`: the grant is withdrawn, or was not made by `recordConsent`
 * - `bad-argument`: a call was not as documented; nothing was done
 * - `closed`: the attachment is closed
 */
export type AttachErrorCode =
  | 'analysis-start'
  | 'analysis-lost'
  | 'not-cleared'
  | 'tap-failed'
  | 'problem'
  | 'listener-failed'
  | 'no-consent'
  | 'bad-argument'
  | 'closed';

/** Says what happened and what to do. */
export class AttachError extends Error {
  override readonly name = 'AttachError';
  readonly code: AttachErrorCode;

  constructor(code: AttachErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
