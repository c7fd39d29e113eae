/** The course of one person's call: what they heard, where their affect went and why, and the whole in a few numbers. Pure. */
import type { HopResult } from '../../models/index.ts';
import type { AffectShift, AffectState, AffectTurn, Summary } from '../events.ts';
import type { Caption } from '../types.ts';
import { CallSummary } from './call-summary.ts';
import { linkCause } from './cause.ts';
import { causeOf, Heard, type Utterance } from './heard.ts';
import { clamp, type PackFacts } from './numbers.ts';
import { readUtterance } from './read-utterance.ts';
import { type Affect, distance, type Moved, ShiftDetector } from './shift-detector.ts';

/** The model tells utterances apart by their number mod this. */
const NUMBERS = 8;
/** Hops whose readings are kept, for the average of a turn: a minute. */
const READINGS = 120;

type Labels = AffectState['labels'];
type State = Omit<AffectState, 'seq' | 'room'>;

/** A shift that is certain, before its cause was looked for. */
export interface FoundShift extends Moved<Labels> {
  readonly state: State;
}

interface CourseOptions {
  readonly participantId: string;
  readonly pack: PackFacts;
  readonly originUs: number;
}

export class Course {
  readonly #options: CourseOptions;
  readonly #heard = new Heard();
  readonly #detector = new ShiftDetector<Labels>();
  readonly #summary: CallSummary;
  readonly #readings: { readonly endMs: number; readonly affect: Affect }[] = [];
  #nowMs = 0;
  #utterances = 0;
  #latest: Utterance | undefined;

  constructor(options: CourseOptions) {
    this.#options = options;
    this.#summary = new CallSummary(options.pack);
  }

  /**
   * Takes an utterance that this person said (`speaker` is they) or heard.
   * @returns its number mod 8: all of them are counted together, in this order; only final ones count
   */
  hear(caption: Caption, speaker: string): number {
    if (!caption.final) return this.#utterances % NUMBERS;
    const [startMs, endMs] = [caption.startUs, caption.endUs].map((us) => (us - this.#options.originUs) / 1000);
    const number = this.#utterances++ % NUMBERS;
    const own = speaker === this.#options.participantId;
    const { text } = caption;
    this.#heard.push({ speaker, own, startMs, endMs, text, ...readUtterance(text) });
    return number;
  }

  /** Drops what somebody else said, here and in what was made from it. */
  forget(speaker: string): void {
    this.#heard.forget(speaker);
    this.#summary.forget(speaker);
  }

  /**
   * Takes one hop's reading; one that abstains tells nothing.
   * @param begun the pack's cues that began in this hop
   */
  push(
    state: State,
    { labels, change }: HopResult,
    begun: readonly number[],
    abstaining: boolean,
  ): FoundShift | undefined {
    this.#nowMs = state.endMs;
    const affect = affectOf(state);
    this.#readings.push({ endMs: state.endMs, affect });
    if (this.#readings.length > READINGS) this.#readings.shift();
    if (abstaining) return undefined;
    this.#summary.push(state, labels);
    for (const cue of begun) this.#summary.cue(cue);
    // Not asked: how confident the model is. A voice that becomes agitated is just what leaves valence unsure.
    const { startMs, endMs, labels: found } = state;
    const sd = { valence: state.valence.sd, arousal: state.arousal.sd };
    const moved = this.#detector.push({ affect, sd, change, labels: found, startMs, endMs });
    return moved && { ...moved, state };
  }

  /** The shift as an event, with its cause. */
  shift({ from, to, fromLabels, toLabels, sinceMs, state }: FoundShift): Unstamped<AffectShift> {
    const { participantId, pack } = this.#options;
    const change = { sinceMs, valence: to.valence - from.valence, arousal: to.arousal - from.arousal };
    const { utterance, score } = linkCause(change, this.#heard.at(this.#nowMs));
    this.#latest = utterance;
    const event = {
      type: 'affect.shift' as const,
      participant: participantId,
      pack: pack.id,
      startMs: sinceMs,
      endMs: state.endMs,
      id: `${participantId}!${Math.round(sinceMs)}`,
      from: reading(from, fromLabels),
      to: reading(to, toLabels),
      size: clamp(distance(from, to), 0, 3),
      confidence: state.confidence,
      cause: { utterance: utterance ? causeOf(utterance) : null, score: clamp(score, 0, 1) },
    };
    this.#summary.shift(event);
    return event;
  }

  /** Mean affect from `startMs` on, as far back as is kept, `last` included. */
  average(startMs: number, last: Affect): AffectTurn['average'] {
    const within = this.#readings.filter(({ endMs }) => endMs > startMs).map(({ affect }) => affect);
    within.push(last);
    const mean = (axis: keyof Affect): number =>
      clamp(within.reduce((sum, affect) => sum + affect[axis], 0) / within.length, -1, 1);
    return { valence: mean('valence'), arousal: mean('arousal'), dominance: mean('dominance') };
  }

  /** What most likely caused the latest shift, while its words are held. */
  get cause(): Utterance | undefined {
    return this.#heard.at(this.#nowMs).find((utterance) => utterance === this.#latest);
  }

  /** `undefined` while nothing could be read. */
  get summary(): Summary | undefined {
    return this.#summary.get();
  }
}

type Unstamped<T> = Omit<T, 'seq' | 'room'>;

export function affectOf({ valence, arousal, dominance }: Pick<State, 'valence' | 'arousal' | 'dominance'>): Affect {
  return { valence: valence.mean, arousal: arousal.mean, dominance: dominance.mean };
}

function reading({ valence, arousal, dominance }: Affect, labels: Labels): AffectShift['from'] {
  return { valence: clamp(valence, -1, 1), arousal: clamp(arousal, -1, 1), dominance: clamp(dominance, -1, 1), labels };
}
