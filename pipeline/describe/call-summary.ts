/** A whole call of one person in a few numbers, kept as it goes: its size does not grow with the call. */
import type { AffectShift, AffectState, Summary } from '../events.ts';
import { clamp, type PackFacts } from './numbers.ts';

/** Shifts kept; the oldest falls. */
const SHIFTS = 16;
/** Labels and cues told of a call. */
const TOLD = 8;
/** Mean scores below this are nothing to tell. */
const LEAST_SCORE = 0.05;

/** Sums over time of one quantity. */
class Range {
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  push(value: number, seconds: number): void {
    this.#sum += value * seconds;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  over(seconds: number): { mean: number; min: number; max: number } {
    return { mean: clamp(this.#sum / seconds, -1, 1), min: clamp(this.#min, -1, 1), max: clamp(this.#max, -1, 1) };
  }
}

export class CallSummary {
  readonly #pack: PackFacts;
  readonly #labels: Float64Array;
  readonly #cues: Uint32Array;
  readonly #valence = new Range();
  readonly #arousal = new Range();
  readonly #dominance = new Range();
  readonly #shifts: Summary['shifts'] = [];
  #seconds = 0;

  constructor(pack: PackFacts) {
    this.#pack = pack;
    this.#labels = new Float64Array(pack.manifest.labels.length);
    this.#cues = new Uint32Array(pack.manifest.cues.length);
  }

  /** Takes a hop in which the person could be read. `labels`: the score of each label of the pack. */
  push({ startMs, endMs, valence, arousal, dominance }: Omit<AffectState, 'seq' | 'room'>, labels: Float32Array): void {
    const seconds = (endMs - startMs) / 1000;
    this.#seconds += seconds;
    this.#valence.push(valence.mean, seconds);
    this.#arousal.push(arousal.mean, seconds);
    this.#dominance.push(dominance.mean, seconds);
    for (let i = 0; i < this.#labels.length; i++) this.#labels[i] += labels[i] * seconds;
  }

  /** A cue of the pack came. */
  cue(index: number): void {
    this.#cues[index] += 1;
  }

  shift({ startMs, from, to, cause }: Pick<AffectShift, 'startMs' | 'from' | 'to' | 'cause'>): void {
    // Words are held no longer than the window needs them; a summary is held as long as the call.
    const { utterance, score } = cause;
    const { text: _text, ...wordless } = utterance ?? {};
    this.#shifts.push({ startMs, from, to, cause: { utterance: utterance && (wordless as typeof utterance), score } });
    if (this.#shifts.length > SHIFTS) this.#shifts.shift();
  }

  /** `undefined` while nothing of the person could be read. */
  get(): Summary | undefined {
    if (this.#seconds === 0) return undefined;
    const { manifest } = this.#pack;
    const labels = manifest.labels.map(({ term }, i) => ({
      term,
      score: clamp(this.#labels[i] / this.#seconds, 0, 1),
    }));
    const cues = manifest.cues.map(({ cue, direction, modality }, i) => ({
      cue,
      direction,
      modality,
      count: this.#cues[i],
    }));
    return {
      seconds: this.#seconds,
      labels: labels
        .filter(({ score }) => score >= LEAST_SCORE)
        .sort((a, b) => b.score - a.score)
        .slice(0, TOLD),
      valence: this.#valence.over(this.#seconds),
      arousal: this.#arousal.over(this.#seconds),
      dominance: this.#dominance.over(this.#seconds),
      cues: cues
        .filter(({ count }) => count > 0)
        .sort((a, b) => b.count - a.count)
        .slice(0, TOLD),
      shifts: [...this.#shifts],
    };
  }

  /** Drops that it was somebody who withdrew who spoke. */
  forget(speaker: string): void {
    for (const [i, shift] of this.#shifts.entries()) {
      if (shift.cause.utterance?.participant === speaker)
        this.#shifts[i] = { ...shift, cause: { ...shift.cause, utterance: null } };
    }
  }
}
