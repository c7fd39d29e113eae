import { Histogram, type HistogramData, type Summary } from '../histogram.ts';

/** Who is told of a change later than this has been told nothing. */
const FOUND_WITHIN_MS = 5000;

/** What became of changes whose moment is known. */
export interface CueFigures {
  /** From the change in the media to the shift in the client, in ms, over those that were found. */
  readonly cueToShift: Summary | null;
  readonly shifts: {
    /** Changes in the measured span, and how many of them were told of within 5 s. */
    readonly expected: number;
    readonly found: number;
    /** Shifts that were told while nothing had changed. */
    readonly falseAlarms: number;
    /** Half of all changes were told within this, those counted that never were; null when it was fewer than half. ms. */
    readonly halfWithinMs: number | null;
  };
  readonly histogram: HistogramData;
}

/** Matches shifts that arrive with changes that happened. All times in ms on one clock of the machine. */
export class CueRecorder {
  readonly #onsetsMs: readonly number[];
  readonly #shiftsMs: number[] = [];

  /** The changes of the measured span, ascending. */
  constructor(onsetsMs: readonly number[]) {
    this.#onsetsMs = onsetsMs;
  }

  shift(receivedMs: number): void {
    this.#shiftsMs.push(receivedMs);
  }

  figures(): CueFigures {
    const delays = Histogram.create();
    const foundMs: number[] = [];
    const open = this.#shiftsMs.toSorted((a, b) => a - b);
    for (const [index, onsetMs] of this.#onsetsMs.entries()) {
      const untilMs = Math.min(onsetMs + FOUND_WITHIN_MS, this.#onsetsMs[index + 1] ?? Number.POSITIVE_INFINITY);
      const at = open.findIndex((shiftMs) => shiftMs >= onsetMs && shiftMs < untilMs);
      const [shiftMs] = at < 0 ? [] : open.splice(at, 1);
      if (shiftMs === undefined) continue;
      delays.record(shiftMs - onsetMs);
      foundMs.push(shiftMs - onsetMs);
    }
    const half = foundMs.toSorted((a, b) => a - b)[Math.ceil(this.#onsetsMs.length / 2) - 1];
    // Before the first change of the span, a shift may belong to one before it.
    const firstMs = this.#onsetsMs[0] ?? Number.POSITIVE_INFINITY;
    return {
      cueToShift: delays.summary(),
      shifts: {
        expected: this.#onsetsMs.length,
        found: delays.n,
        falseAlarms: open.filter((shiftMs) => shiftMs >= firstMs).length,
        halfWithinMs: half === undefined ? null : Math.round(half),
      },
      histogram: delays.toJSON(),
    };
  }
}

/** When a change at `onsetsMs` of a medium happens between two moments, the medium going round and round from `zeroMs`. */
export function onsetsBetween(
  { onsetsMs, lengthMs, zeroMs }: { onsetsMs: readonly number[]; lengthMs: number; zeroMs: number },
  fromMs: number,
  toMs: number,
): number[] {
  const found: number[] = [];
  for (let round = Math.floor((fromMs - zeroMs) / lengthMs); zeroMs + round * lengthMs < toMs; round++) {
    for (const onsetMs of onsetsMs) {
      const atMs = zeroMs + round * lengthMs + onsetMs;
      if (atMs >= fromMs && atMs < toMs) found.push(atMs);
    }
  }
  return found.toSorted((a, b) => a - b);
}
