/** The last events of a room, for those who come back after a lost connection. */
import type { AffectEvent } from '../../pipeline/index.ts';

/** Events kept; with eight people in a room about half a minute. */
export const RING_EVENTS = 2048;
/** How long an event is kept: a connection may be dead for 15 s before that is noticed, and be resumed within 10 s of that. */
const KEPT_MS = 30_000;

export interface Kept {
  readonly event: AffectEvent;
  /** When its hop closed, microseconds on the process's clock. */
  readonly closedUs: number;
}

interface Entry extends Kept {
  readonly atMs: number;
}

/**
 * Bounded by number and age; the oldest falls. Words on their way are not kept: the description that they become says them
 * all. What was told of a person is dropped with their consent.
 */
export class EventRing {
  #entries: Entry[] = [];
  /** The newest event that fell. */
  #lostSeq = -1;

  push(event: AffectEvent, closedUs: number, nowMs: number): void {
    this.#expire(nowMs);
    if (event.type === 'affect.delta') return;
    if (this.#entries.length >= RING_EVENTS) this.#drop(RING_EVENTS / 4);
    this.#entries.push({ event, closedUs, atMs: nowMs });
  }

  /** What came after `seq`. `complete`: nothing of that had fallen. */
  since(seq: number, nowMs: number): { readonly events: readonly Kept[]; readonly complete: boolean } {
    this.#expire(nowMs);
    return { events: this.#entries.filter(({ event }) => event.seq > seq), complete: this.#lostSeq <= seq };
  }

  /** Drops what was told of somebody, and what they said that was told of others. */
  forget(participant: string): void {
    this.#entries = this.#entries
      .filter(({ event }) => event.participant !== participant)
      .map((entry) => ({ ...entry, event: withoutSpeaker(entry.event, participant) }));
  }

  #expire(nowMs: number): void {
    const fresh = this.#entries.findIndex(({ atMs }) => atMs > nowMs - KEPT_MS);
    this.#drop(fresh === -1 ? this.#entries.length : fresh);
  }

  #drop(count: number): void {
    const last = this.#entries[count - 1];
    if (last === undefined) return;
    this.#lostSeq = last.event.seq;
    this.#entries.splice(0, count);
  }
}

/** The same event without what somebody said, when that was the cause of it. */
export function withoutSpeaker<E extends { readonly type: string }>(event: E, speaker: string): E {
  if (!isShift(event) || event.cause.utterance?.participant !== speaker) return event;
  return { ...event, cause: { ...event.cause, utterance: null } };
}

/** The same event without the words of the utterance that caused it. */
export function withoutWords(event: AffectEvent): AffectEvent {
  if (event.type !== 'affect.shift' || event.cause.utterance === null) return event;
  const { text: _text, ...utterance } = event.cause.utterance;
  return { ...event, cause: { ...event.cause, utterance } };
}

type Shift = Extract<AffectEvent, { type: 'affect.shift' }>;

function isShift(event: { readonly type: string }): event is Shift {
  return event.type === 'affect.shift';
}
