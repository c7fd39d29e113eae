/** The analysis could not start or was lost. */
export class AnalysisError extends Error {
  override readonly name = 'AnalysisError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
