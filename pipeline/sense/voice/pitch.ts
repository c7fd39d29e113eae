import { Autocorrelation } from './autocorrelation.ts';
import { HOPS_PER_SEGMENT, SAMPLE_RATE_HZ } from './grid.ts';

const LOWEST_HZ = 55;
const HIGHEST_HZ = 600;
const SHORTEST_LAG = Math.floor(SAMPLE_RATE_HZ / HIGHEST_HZ);
const LONGEST_LAG = Math.ceil(SAMPLE_RATE_HZ / LOWEST_HZ);
const MAX_CANDIDATES = 7;
/** State 0 of every frame is "unvoiced". */
const STATES = MAX_CANDIDATES + 1;
/** Costs after Boersma 1993 (Praat's "To Pitch (ac)"), the octave cost doubled against sub-harmonics. */
const VOICING_THRESHOLD = 0.5;
const OCTAVE_COST = 0.02;
const OCTAVE_JUMP_COST = 0.35;
const VOICING_CHANGE_COST = 0.14;
/** A frame this much below the loudest of the last seconds is rather called unvoiced (Praat's silence threshold, made causal). */
const SILENCE_SHARE = 0.03;
/** Per octave beyond one octave from the speaker's usual pitch: a hiss must not pass for a shriek, a clear shriek may. */
const RANGE_COST = 0.15;
/** The usual pitch is learnt from clear frames with a time constant of 3 s of voice. */
const USUAL_SHARE = 1 / 300;
const CLEAR_HEIGHT = 0.8;
const FEWEST_CLEAR = 30;
/** The loudest is forgotten with a time constant of 3 s. */
const LOUDEST_DECAY = Math.exp(-1 / 300);

/**
 * F0 by normalised autocorrelation over 60 ms (Boersma 1993, "Accurate short-term analysis of the fundamental frequency
 * and the harmonics-to-noise ratio of a sampled sound") and a Viterbi path through its candidates. Causal: it never
 * waits for a later frame; `trace` walks back over the frames since the last one, a segment at most.
 */
export class PitchTracker {
  /** Best guess for the newest frame, Hz; 0 when unvoiced. */
  hz = 0;
  /** Height of the best candidate of the newest frame, 0..1, whether or not it was taken as voiced. */
  strength = 0;
  /** F0 in Hz (0 unvoiced) of the frames of the last `trace`, and their peak heights in the autocorrelation. */
  readonly tracedHz = new Float64Array(HOPS_PER_SEGMENT);
  readonly tracedHeight = new Float64Array(HOPS_PER_SEGMENT);
  readonly #ac = new Autocorrelation(LONGEST_LAG + 1);
  /** Frame 0 is the one before the segment. */
  readonly #frames = Array.from({ length: HOPS_PER_SEGMENT + 1 }, () => new CandidateFrame());
  #filled = 0;
  #loudest = 0;
  /** Mean log2 of the clear frames' F0, and their number (up to what the mean remembers). */
  #usual = 0;
  #clear = 0;

  /** Analyses the newest window (`PITCH_WINDOW` samples). */
  step(history: Float64Array): void {
    const frame = this.#nextFrame();
    if (this.#ac.measure(history)) this.#findCandidates(frame);
    this.#loudest = Math.max(this.#loudest * LOUDEST_DECAY, this.#ac.peak, 1e-9);
    const quietness = 2 - ((this.#ac.peak / this.#loudest) * (1 + VOICING_THRESHOLD)) / SILENCE_SHARE;
    this.#settle(frame, Math.max(0, quietness));
  }

  /** A frame known to hold no voice (silence, a gap): unvoiced, without the work. */
  skip(): void {
    this.#loudest *= LOUDEST_DECAY;
    this.#settle(this.#nextFrame(), 0);
  }

  /** Fills `tracedHz` and `tracedHeight` along the cheapest path; returns the number of frames since the last call. */
  trace(): number {
    const count = this.#filled;
    let state = this.#frames[count].best;
    for (let i = count; i > 0; i--) {
      const frame = this.#frames[i];
      this.tracedHz[i - 1] = frame.hz[state];
      this.tracedHeight[i - 1] = frame.height[state];
      state = frame.from[state];
    }
    this.#rebase();
    return count;
  }

  /** Forgets everything (a gap, a jump of the clock). */
  reset(): void {
    this.#filled = 0;
    this.#frames[0].clear();
    this.#loudest = 0;
    this.#clear = 0;
    this.hz = 0;
    this.strength = 0;
  }

  #nextFrame(): CandidateFrame {
    if (this.#filled === HOPS_PER_SEGMENT) this.#rebase();
    const frame = this.#frames[++this.#filled];
    frame.clear();
    this.strength = 0;
    return frame;
  }

  /** The newest frame becomes the one before the next segment. */
  #rebase(): void {
    const newest = this.#frames[this.#filled];
    this.#frames[this.#filled] = this.#frames[0];
    this.#frames[0] = newest;
    this.#filled = 0;
  }

  #findCandidates(frame: CandidateFrame): void {
    const r = this.#ac.at;
    for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag++) {
      const height = r[lag];
      if (height < VOICING_THRESHOLD / 2 || height < r[lag - 1] || height <= r[lag + 1]) continue;
      const offset = (r[lag - 1] - r[lag + 1]) / (2 * (r[lag - 1] - 2 * height + r[lag + 1]));
      const hz = SAMPLE_RATE_HZ / (lag + offset);
      const peak = Math.min(this.#ac.between(lag + offset), 1);
      if (hz < LOWEST_HZ || hz > HIGHEST_HZ) continue;
      if (peak > this.strength) this.strength = peak;
      const away = this.#clear < FEWEST_CLEAR ? 0 : Math.max(0, Math.abs(Math.log2(hz) - this.#usual) - 1);
      frame.offer(hz, peak, peak + OCTAVE_COST * Math.log2(hz / LOWEST_HZ) - RANGE_COST * away);
    }
  }

  /** One Viterbi step: the best way into each state of the newest frame. */
  #settle(frame: CandidateFrame, quietness: number): void {
    const before = this.#frames[this.#filled - 1];
    frame.score[0] = VOICING_THRESHOLD + quietness;
    frame.best = 0;
    for (let state = 0; state <= frame.count; state++) {
      let best = -Infinity;
      for (let from = 0; from <= before.count; from++) {
        const value = before.score[from] - transitionCost(before.hz[from], frame.hz[state]);
        if (value <= best) continue;
        best = value;
        frame.from[state] = from;
      }
      frame.score[state] += best;
      if (frame.score[state] > frame.score[frame.best]) frame.best = state;
    }
    const top = frame.score[frame.best];
    for (let state = 0; state <= frame.count; state++) frame.score[state] -= top;
    this.hz = frame.hz[frame.best];
    if (frame.best > 0 && frame.height[frame.best] > CLEAR_HEIGHT) this.#learnUsual(Math.log2(this.hz));
  }

  #learnUsual(octave: number): void {
    this.#clear = Math.min(this.#clear + 1, 1 / USUAL_SHARE);
    this.#usual += (octave - this.#usual) / this.#clear;
  }
}

function transitionCost(fromHz: number, toHz: number): number {
  if (fromHz === 0 && toHz === 0) return 0;
  if (fromHz === 0 || toHz === 0) return VOICING_CHANGE_COST;
  return OCTAVE_JUMP_COST * Math.abs(Math.log2(toHz / fromHz));
}

/** The candidates of one frame; state 0 is "unvoiced", 1..count are pitches. */
class CandidateFrame {
  count = 0;
  best = 0;
  readonly hz = new Float64Array(STATES);
  readonly height = new Float64Array(STATES);
  readonly score = new Float64Array(STATES);
  readonly from = new Uint8Array(STATES);

  clear(): void {
    this.count = 0;
    this.best = 0;
    this.score[0] = 0;
  }

  /** Keeps the strongest `MAX_CANDIDATES`. */
  offer(hz: number, height: number, score: number): void {
    let slot = this.count + 1;
    if (this.count < MAX_CANDIDATES) {
      this.count++;
    } else {
      slot = 1;
      for (let i = 2; i <= MAX_CANDIDATES; i++) if (this.score[i] < this.score[slot]) slot = i;
      if (this.score[slot] >= score) return;
    }
    this.hz[slot] = hz;
    this.height[slot] = height;
    this.score[slot] = score;
  }
}
