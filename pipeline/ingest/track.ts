/** What an ingest is given and tells, and how it tells whether its track is well. */
import type { SignalState } from '../types.ts';
import type { IngestError } from './ingest-error.ts';

/** A sender report as it reaches the ingest; `ssrc`, when known, guards against one of another stream. */
export interface IngestSenderReport {
  /** The sender's wall clock, microseconds since 1970. */
  readonly ntpUs: number;
  readonly rtpTimestamp: number;
  readonly arrivalUs: number;
  readonly ssrc?: number;
}

export interface IngestEvents<Frame> {
  onFrame(frame: Frame): void;
  /** Told on change only. */
  onSignal(state: SignalState, detail?: string): void;
  /** Never ends the track; at most one per code and five seconds. */
  onError(error: IngestError): void;
}

/** Passes on a signal when it changes. */
export class SignalGate {
  readonly #onSignal: (state: SignalState, detail?: string) => void;
  #state: SignalState | undefined;

  constructor(onSignal: (state: SignalState, detail?: string) => void) {
    this.#onSignal = onSignal;
  }

  get state(): SignalState | undefined {
    return this.#state;
  }

  set(state: SignalState, detail?: string): void {
    if (state === this.#state) return;
    this.#state = state;
    if (detail === undefined) this.#onSignal(state);
    else this.#onSignal(state, detail);
  }
}

/** Longer between two ticks means that the thread was busy. */
const STALL_US = 150_000;

/**
 * After the thread was busy the first timer may run before the packets that waited meanwhile: what they would fill must
 * not be given up as lost. The next tick comes after them.
 */
export class StallGuard {
  #lastUs: number | undefined;
  #passedOver = false;

  /** False for the first tick after a stall; never twice in a row, so that a thread always busy ticks too. */
  mayGiveUp(nowUs: number): boolean {
    const stalled = this.#lastUs !== undefined && nowUs - this.#lastUs > STALL_US;
    this.#lastUs = nowUs;
    this.#passedOver = stalled && !this.#passedOver;
    return !this.#passedOver;
  }
}
