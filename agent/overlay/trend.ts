/** How pleasant and how lively somebody appeared of late, for a line the size of a word. */

/** What the line reaches back over, in milliseconds. */
export const TREND_MS = 60_000;
/** One point a hop of 500 ms over that time; the oldest fall. */
const POINTS = 128;
/** A longer silence than this is a gap in the line, not a slope. */
const GAP_MS = 8000;
/** Smaller changes are no trend. */
const STEADY = 0.15;

interface Point {
  readonly atMs: number;
  readonly valence: number;
  readonly arousal: number;
}

export type Quantity = 'valence' | 'arousal';

export class Trend {
  #points: Point[] = [];

  /** Adds a reading; those out of order are left out: a revision says little new of the trend. */
  add(point: Point): void {
    if (point.atMs <= (this.#points.at(-1)?.atMs ?? -Infinity)) return;
    this.#points.push(point);
    const fromMs = point.atMs - TREND_MS;
    this.#points = this.#points.filter(({ atMs }) => atMs >= fromMs).slice(-POINTS);
  }

  clear(): void {
    this.#points = [];
  }

  get length(): number {
    return this.#points.length;
  }

  /** An SVG path in a box of `width` x `height` whose right edge is the newest reading; empty without two readings. */
  path(quantity: Quantity, width: number, height: number): string {
    const newest = this.#points.at(-1);
    if (!newest || this.#points.length < 2) return '';
    let before = -Infinity;
    const steps = this.#points.map((point) => {
      const x = width * (1 - (newest.atMs - point.atMs) / TREND_MS);
      const y = (height * (1 - point[quantity])) / 2;
      const pen = point.atMs - before > GAP_MS ? 'M' : 'L';
      before = point.atMs;
      return `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    });
    return steps.join('');
  }

  /** Whether the second half of the line is higher than the first, lower, or the same. */
  direction(quantity: Quantity): 'Up' | 'Down' | 'Same' {
    const middle = Math.floor(this.#points.length / 2);
    if (middle === 0) return 'Same';
    const change = mean(this.#points.slice(middle), quantity) - mean(this.#points.slice(0, middle), quantity);
    if (Math.abs(change) < STEADY) return 'Same';
    return change > 0 ? 'Up' : 'Down';
  }
}

function mean(points: readonly Point[], quantity: Quantity): number {
  return points.reduce((sum, point) => sum + point[quantity], 0) / points.length;
}
