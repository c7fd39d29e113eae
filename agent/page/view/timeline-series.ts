/** The numbers and marks of a timeline; pure, bounded: the oldest fall. */

/** Twenty minutes of hops of 500 ms. */
const POINTS = 2400;
const MARKS = 400;
/** A longer silence is a gap in the lines; who rests is told once in six seconds. */
const GAP_S = 8;

export interface Mark {
  /** Room time in seconds. */
  readonly atS: number;
  readonly id: string;
  readonly text: string;
}

interface Point {
  readonly atS: number;
  readonly valence: number | null;
  readonly arousal: number | null;
}

export class Series {
  #points: Point[] = [];
  #sentences: Mark[] = [];
  #shifts: Mark[] = [];

  get sentences(): readonly Mark[] {
    return this.#sentences;
  }
  get shifts(): readonly Mark[] {
    return this.#shifts;
  }

  /** A reading; one out of order is left out. */
  add(atMs: number, valence: number, arousal: number): void {
    const atS = atMs / 1000;
    const lastS = this.#points.at(-1)?.atS ?? atS;
    if (this.#points.length > 0 && atS <= lastS) return;
    if (atS - lastS > GAP_S) this.#points.push({ atS: lastS + 0.001, valence: null, arousal: null });
    this.#points.push({ atS, valence, arousal });
    if (this.#points.length > POINTS) this.#points.splice(0, this.#points.length - POINTS);
  }

  /** A sentence; a revision takes the place of what it revises. */
  say(mark: Mark): void {
    this.#sentences = [...this.#sentences.filter(({ id }) => id !== mark.id), mark].slice(-MARKS);
  }

  retract(id: string): void {
    this.#sentences = this.#sentences.filter((mark) => mark.id !== id);
  }

  shift(mark: Mark): void {
    this.#shifts = [...this.#shifts, mark].slice(-MARKS);
  }

  /** Times, valences and arousals. */
  columns(): [number[], (number | null)[], (number | null)[]] {
    return [
      this.#points.map(({ atS }) => atS),
      this.#points.map(({ valence }) => valence),
      this.#points.map(({ arousal }) => arousal),
    ];
  }

  /** What held at a moment: the last sentence or change before it. */
  markBefore(atS: number): Mark | undefined {
    const before = [...this.#sentences, ...this.#shifts].filter((mark) => mark.atS <= atS);
    return before.toSorted((a, b) => a.atS - b.atS).at(-1);
  }
}
