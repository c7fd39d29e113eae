/** Chooses which pictures are looked at: the first at or past each due time. */

/** Six a second: expressions last longer, and every picture costs a face model. */
const DEFAULT_SAMPLE_INTERVAL_US = 1_000_000 / 6;
/** Camera times jitter: a picture this close before the due time counts as there, or 30 fps would come out as 5. */
const EARLY_US = 2_000;

export class SampleGate {
  readonly #intervalUs: number;
  readonly #phaseUs: number | undefined;
  #dueUs: number | undefined;

  /** `phaseUs`: where in every interval of the capture clock a picture is due; without it, from the first picture on. */
  constructor(intervalUs = DEFAULT_SAMPLE_INTERVAL_US, phaseUs?: number) {
    this.#intervalUs = intervalUs;
    this.#phaseUs = phaseUs;
  }

  /** Call for every picture, in order of capture. The first one is due. */
  isDue(captureUs: number): boolean {
    this.#dueUs ??= this.#firstDueUs(captureUs);
    if (captureUs + EARLY_US < this.#dueUs) return false;
    if (this.#intervalUs <= 0) return true;
    const passed = Math.floor((captureUs + EARLY_US - this.#dueUs) / this.#intervalUs);
    this.#dueUs += (passed + 1) * this.#intervalUs;
    return true;
  }

  #firstDueUs(captureUs: number): number {
    if (this.#phaseUs === undefined || this.#intervalUs <= 0) return captureUs;
    return this.#phaseUs + Math.floor((captureUs - this.#phaseUs) / this.#intervalUs) * this.#intervalUs;
  }
}
