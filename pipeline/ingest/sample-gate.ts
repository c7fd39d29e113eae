/** Chooses which pictures are looked at: the first at or past each due time. */

/** Six a second: expressions last longer, and every picture costs a face model. */
const DEFAULT_SAMPLE_INTERVAL_US = 1_000_000 / 6;
/** Camera times jitter: a picture this close before the due time counts as there, or 30 fps would come out as 5. */
const EARLY_US = 2_000;

export class SampleGate {
  readonly #intervalUs: number;
  #dueUs: number | undefined;

  constructor(intervalUs = DEFAULT_SAMPLE_INTERVAL_US) {
    this.#intervalUs = intervalUs;
  }

  /** Call for every picture, in order of capture. Due times lie on a grid from the first picture on. */
  isDue(captureUs: number): boolean {
    this.#dueUs ??= captureUs;
    if (captureUs + EARLY_US < this.#dueUs) return false;
    if (this.#intervalUs <= 0) return true;
    const passed = Math.floor((captureUs + EARLY_US - this.#dueUs) / this.#intervalUs);
    this.#dueUs += (passed + 1) * this.#intervalUs;
    return true;
  }
}
