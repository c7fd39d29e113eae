/** Since when each cue has held: probabilities with hysteresis, so that one doubtful hop does not cut a cue in two. */

/** A held cue drops out below this share of the probability at which it came in. */
const RELEASE = 0.6;
/** Hops below the release level that a cue survives: blinks, syllables and lost frames are shorter. */
const GRACE_HOPS = 1;

export interface CueTrack {
  /** When the first hop began in which the cue held. */
  readonly startMs: number;
  /** When the last hop ended in which it did. */
  readonly endMs: number;
  /** Strength in that hop, 0..1. */
  readonly strength: number;
}

export class CueTracks {
  readonly #thresholds: readonly number[];
  readonly #startMs: Float64Array;
  readonly #endMs: Float64Array;
  readonly #strength: Float64Array;
  readonly #missed: Uint8Array;

  /** `thresholds`: the pack's probability per cue at which it counts as seen. */
  constructor(thresholds: readonly number[]) {
    this.#thresholds = thresholds;
    this.#startMs = new Float64Array(thresholds.length).fill(Number.NaN);
    this.#endMs = new Float64Array(thresholds.length);
    this.#strength = new Float64Array(thresholds.length);
    this.#missed = new Uint8Array(thresholds.length);
  }

  /** Takes one hop's cue probabilities and strengths, `[cues]` each. */
  push(probabilities: Float32Array, strengths: Float32Array, startMs: number, endMs: number): void {
    for (const [cue, threshold] of this.#thresholds.entries()) {
      const held = !Number.isNaN(this.#startMs[cue]);
      if (probabilities[cue] >= (held ? threshold * RELEASE : threshold)) {
        if (!held) this.#startMs[cue] = startMs;
        this.#endMs[cue] = endMs;
        this.#strength[cue] = strengths[cue];
        this.#missed[cue] = 0;
      } else if (held) this.#miss(cue);
    }
  }

  /** The track of a cue that holds now; `undefined` when it does not. */
  get(cue: number): CueTrack | undefined {
    const startMs = this.#startMs[cue];
    if (startMs === undefined || Number.isNaN(startMs)) return undefined;
    return { startMs, endMs: this.#endMs[cue], strength: this.#strength[cue] };
  }

  /** Cues that hold now. */
  held(): number[] {
    return [...this.#startMs.keys()].filter((cue) => !Number.isNaN(this.#startMs[cue]));
  }

  /** Cues that began in the hop that started then. */
  begunAt(startMs: number): number[] {
    const begun: number[] = [];
    for (let cue = 0; cue < this.#startMs.length; cue++) if (this.#startMs[cue] === startMs) begun.push(cue);
    return begun;
  }

  clear(): void {
    this.#startMs.fill(Number.NaN);
    this.#missed.fill(0);
  }

  #miss(cue: number): void {
    this.#missed[cue] += 1;
    if (this.#missed[cue] <= GRACE_HOPS) return;
    this.#startMs[cue] = Number.NaN;
    this.#missed[cue] = 0;
  }
}
