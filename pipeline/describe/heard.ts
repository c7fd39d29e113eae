/** The utterances that a person said or heard lately. */
import type { Cause } from '../events.ts';
import type { HeardUtterance } from './cause.ts';

/** Utterances kept; the oldest falls. */
const KEPT = 16;
/** What the model remembers, and so how long words are held. */
const WINDOW_MS = 32_000;
/** Characters of a cause's words that are told. */
const TEXT_LIMIT = 200;

export interface Utterance extends HeardUtterance {
  /** Participant id of who said it. */
  readonly speaker: string;
  /** Held in memory for as long as the window needs it. */
  readonly text: string;
}

/** Bounded to {@link KEPT} and to {@link WINDOW_MS}: what falls is gone, words too. */
export class Heard {
  readonly #utterances: Utterance[] = [];

  push(utterance: Utterance): void {
    this.#utterances.push(utterance);
    if (this.#utterances.length > KEPT) this.#utterances.shift();
  }

  /** What is still held at `nowMs`, in the order heard. */
  at(nowMs: number): readonly Utterance[] {
    while (this.#utterances.length > 0 && this.#utterances[0].endMs < nowMs - WINDOW_MS) this.#utterances.shift();
    return this.#utterances;
  }

  /** Drops what one person said: they withdrew their consent. */
  forget(speaker: string): void {
    const kept = this.#utterances.filter((utterance) => utterance.speaker !== speaker);
    this.#utterances.splice(0, this.#utterances.length, ...kept);
  }
}

/** An utterance as events tell it. */
export function causeOf({ speaker, own, startMs, endMs, text }: Utterance): Cause {
  return { participant: speaker, own, startMs, endMs, text: text.slice(0, TEXT_LIMIT) };
}
