/** Frames of 10 ms over which the speaking rate is counted, and over which the range of F0 is taken. */
const RATE_FRAMES = 300;
const RANGE_FRAMES = 200;
/** A rate from less speech, or a range from less voice, would be noise. */
const FEWEST_ACTIVE = 80;
const FEWEST_VOICED = 40;

/** The last seconds at 100 Hz: syllables and speech for the rate, F0 for its range. Fixed rings; the oldest falls out. */
export class RecentSpeech {
  readonly #syllable = new Uint8Array(RATE_FRAMES);
  readonly #active = new Uint8Array(RATE_FRAMES);
  readonly #semitones = new Float32Array(RANGE_FRAMES).fill(NaN);
  readonly #sorted = new Float32Array(RANGE_FRAMES);
  #at = 0;
  #pitchAt = 0;
  #syllables = 0;
  #actives = 0;

  push(syllable: boolean, active: boolean): void {
    this.#syllables += Number(syllable) - this.#syllable[this.#at];
    this.#actives += Number(active) - this.#active[this.#at];
    this.#syllable[this.#at] = Number(syllable);
    this.#active[this.#at] = Number(active);
    this.#at = (this.#at + 1) % RATE_FRAMES;
  }

  /** NaN for an unvoiced frame. */
  pushPitch(semitones: number): void {
    this.#semitones[this.#pitchAt] = semitones;
    this.#pitchAt = (this.#pitchAt + 1) % RANGE_FRAMES;
  }

  /** Syllable peaks per second of speech over the last 3 s; NaN with too little speech, or none with a voice in it (a whisper). */
  ratePerS(): number {
    const unknown = this.#actives < FEWEST_ACTIVE || this.#syllables === 0;
    return unknown ? NaN : (100 * this.#syllables) / this.#actives;
  }

  /** From the 5th to the 95th percentile of voiced F0 over the last 2 s, semitones; NaN when there is too little voice. */
  rangeSemitones(): number {
    let count = 0;
    for (let i = 0; i < RANGE_FRAMES; i++) {
      if (!Number.isNaN(this.#semitones[i])) this.#sorted[count++] = this.#semitones[i];
    }
    if (count < FEWEST_VOICED) return NaN;
    const voiced = this.#sorted.subarray(0, count).sort();
    return voiced[Math.round(0.95 * (count - 1))] - voiced[Math.round(0.05 * (count - 1))];
  }

  reset(): void {
    this.#syllable.fill(0);
    this.#active.fill(0);
    this.#semitones.fill(NaN);
    this.#syllables = 0;
    this.#actives = 0;
  }
}
