/** When a person who spoke has stopped. Pure: fed with the voice's segments of 100 ms. */
import { FEATURES as contract } from '../../models/index.ts';
import type { VoiceSegment } from '../types.ts';

const ACTIVE = contract.voice.features.indexOf('active');

/** Silence that ends a turn, on top of what voice activity holds over between syllables. */
const SILENCE_US = 200_000;
/** Voice activity ends this long after the last sound. */
const HANGOVER_US = 120_000;
/** A cough and a "yes" are no turn. */
const LEAST_SPEECH_US = 500_000;
/** After so long without a segment nothing is known of the turn any more. */
const STALE_US = 2_000_000;
/** Share of a segment with voice activity from which it counts as speech. */
const SPEECH_SHARE = 0.3;

/** Times on the capture clock. */
export interface Turn {
  /** First and last sound of it. */
  readonly startUs: number;
  readonly endUs: number;
  /** End of the silence that made it certain. */
  readonly decidedUs: number;
}

export class TurnDetector {
  #startUs: number | undefined;
  #endUs = 0;
  #speechUs = 0;
  #silenceUs = 0;
  #newestUs = -Infinity;

  /** Takes a segment, in order. @returns the turn that it ends */
  push({ startUs, endUs, features, state }: VoiceSegment): Turn | undefined {
    if (startUs - this.#newestUs > STALE_US) this.reset();
    this.#newestUs = endUs;
    // A lost packet is neither speech nor silence.
    if (state === 'lost') return undefined;
    const share = features[ACTIVE];
    if (share >= SPEECH_SHARE) {
      this.#speak(startUs, endUs, share);
      return undefined;
    }
    if (this.#startUs === undefined) return undefined;
    this.#silenceUs += endUs - startUs;
    return this.#silenceUs >= SILENCE_US ? this.#end(this.#startUs, endUs) : undefined;
  }

  reset(): void {
    this.#startUs = undefined;
    this.#speechUs = 0;
    this.#silenceUs = 0;
  }

  #speak(startUs: number, endUs: number, share: number): void {
    this.#startUs ??= startUs;
    this.#endUs = startUs + share * (endUs - startUs);
    this.#speechUs += share * (endUs - startUs);
    this.#silenceUs = 0;
  }

  #end(startUs: number, decidedUs: number): Turn | undefined {
    const speechUs = this.#speechUs;
    this.reset();
    if (speechUs < LEAST_SPEECH_US) return undefined;
    return { startUs, endUs: Math.max(startUs, this.#endUs - HANGOVER_US), decidedUs };
  }
}
