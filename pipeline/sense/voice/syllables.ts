import { powerDb } from './grid.ts';

/** Mel bands of about 100 Hz to 4 kHz, where vowels are. */
const FIRST_BAND = 1;
const LAST_BAND = 18;
/** Two one-pole smoothers of this speed: about 40 ms. */
const SMOOTHING = 0.35;
/** A syllable rises and falls by at least this much (de Jong and Wempe 2009). */
const DIP_DB = 2;
/** A peak counts when voicing was heard within this many frames of it. */
const VOICED_REACH = 6;

/** Finds syllable nuclei: voiced peaks of the intensity envelope with dips of 2 dB around them. */
export class Syllables {
  #first = 0;
  #second = 0;
  #highDb = -120;
  #lowDb = -120;
  #rising = false;
  #sinceVoiced = VOICED_REACH;
  #voicedAtPeak = false;

  /** Takes a frame; true when a syllable has just been confirmed (its peak lies some 50 ms back). */
  step(mel: Float64Array, voiced: boolean): boolean {
    let sum = 0;
    for (let b = FIRST_BAND; b <= LAST_BAND; b++) sum += mel[b];
    this.#first += SMOOTHING * (sum - this.#first);
    this.#second += SMOOTHING * (this.#first - this.#second);
    this.#sinceVoiced = voiced ? 0 : this.#sinceVoiced + 1;
    return this.#turn(powerDb(this.#second));
  }

  reset(): void {
    this.#first = 0;
    this.#second = 0;
    this.#highDb = -120;
    this.#lowDb = -120;
    this.#rising = false;
    this.#sinceVoiced = VOICED_REACH;
  }

  #turn(envelopeDb: number): boolean {
    if (!this.#rising) {
      this.#lowDb = Math.min(this.#lowDb, envelopeDb);
      if (envelopeDb < this.#lowDb + DIP_DB) return false;
      this.#rising = true;
      this.#highDb = -Infinity;
    }
    if (envelopeDb > this.#highDb) {
      this.#highDb = envelopeDb;
      this.#voicedAtPeak = this.#sinceVoiced < VOICED_REACH;
    } else if (envelopeDb < this.#highDb - DIP_DB) {
      this.#rising = false;
      this.#lowDb = envelopeDb;
      return this.#voicedAtPeak;
    }
    return false;
  }
}
