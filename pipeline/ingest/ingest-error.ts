/** What may go wrong with a track without ending it. */

export type IngestErrorCode =
  /** Bytes that are no RTP, or a payload that breaks its format's rules. */
  | 'bad-packet'
  /** A codec or a way of packing it that cannot be read. */
  | 'unsupported'
  /** A picture or packet that the decoder refused. */
  | 'decode-failed'
  /** The decoder failed so often in a row that it was replaced. */
  | 'decoder-broken'
  /** A bug of ours or of a listener, caught so that the other tracks live on. */
  | 'internal';

/** Never ends a track. `count`: how many of the same code this one stands for since the last was told. */
export class IngestError extends Error {
  readonly code: IngestErrorCode;
  readonly trackId: string;
  readonly count: number;

  constructor(
    code: IngestErrorCode,
    trackId: string,
    message: string,
    options: { count?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'IngestError';
    this.code = code;
    this.trackId = trackId;
    this.count = options.count ?? 1;
  }
}

/** A flood of garbage must not become a flood of errors: one per code and interval is told, the rest are counted. */
const INTERVAL_US = 5_000_000;

export class ErrorReporter {
  readonly #trackId: string;
  readonly #onError: (error: IngestError) => void;
  readonly #codes = new Map<IngestErrorCode, { toldUs: number; count: number }>();

  constructor(trackId: string, onError: (error: IngestError) => void) {
    this.#trackId = trackId;
    this.#onError = onError;
  }

  report(code: IngestErrorCode, message: string, nowUs: number, cause?: unknown): void {
    const seen = this.#codes.get(code) ?? { toldUs: -Infinity, count: 0 };
    this.#codes.set(code, seen);
    seen.count += 1;
    if (nowUs - seen.toldUs < INTERVAL_US) return;
    const error = new IngestError(code, this.#trackId, message, { count: seen.count, cause });
    seen.toldUs = nowUs;
    seen.count = 0;
    this.#onError(error);
  }
}
