const BINS = 10;

/** One tenth of the confidences: what was said of them and what came of them, both 0..1. */
export interface CalibrationBin {
  readonly confidence: number;
  readonly accuracy: number;
  readonly n: number;
}

export interface CalibrationScore {
  /** Expected calibration error: mean distance of confidence and accuracy, weighted by how many fell into each bin. */
  readonly ece: number;
  readonly n: number;
  /** Bins with nothing in them are left out. */
  readonly bins: readonly CalibrationBin[];
}

/** How far what a pack says of its own certainty is true (Guo et al. 2017: ten bins of equal width). */
export class Calibration {
  readonly #bins = Array.from({ length: BINS }, () => ({ confidence: 0, right: 0, n: 0 }));

  /** `confidence` 0..1. */
  add(confidence: number, right: boolean): void {
    const bin = this.#bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (bin === undefined) return;
    bin.confidence += confidence;
    bin.right += right ? 1 : 0;
    bin.n++;
  }

  /** Null when nothing told its confidence. */
  score(): CalibrationScore | null {
    const n = this.#bins.reduce((sum, bin) => sum + bin.n, 0);
    if (n === 0) return null;
    const bins = this.#bins
      .filter((bin) => bin.n > 0)
      .map((bin) => ({ confidence: bin.confidence / bin.n, accuracy: bin.right / bin.n, n: bin.n }));
    const ece = bins.reduce((sum, bin) => sum + (bin.n / n) * Math.abs(bin.confidence - bin.accuracy), 0);
    return { ece, n, bins };
  }
}
