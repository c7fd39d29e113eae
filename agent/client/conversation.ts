/** What a bot remembers of the people in a room: fed with events, asked for a context, and telling of shifts. */
import type { UndertoneClient } from './client.ts';
import type { ClientEvent } from './client-events.ts';
import { makeContext, type ConversationContext } from './context.ts';
import type { AffectShift, AffectState, Description, Shift, Turn } from './affect-reading.ts';

export interface ConversationOptions {
  /** The room's clock now, in milliseconds, e.g. `() => client.roomMs()`. */
  readonly nowMs: () => number;
  /** How long descriptions are remembered, in seconds. */
  readonly keepSeconds?: number;
}

const KEEP_SECONDS = 300;
/** Descriptions kept of one person; the oldest go first. */
const DESCRIPTIONS = 64;
/** Shifts kept of one person; the oldest go first. */
const SHIFTS = 16;
/** People remembered; who was heard of first goes first. */
const PEOPLE = 64;

interface Person {
  name: string | undefined;
  analysis: boolean;
  /** The newest version of each description, by id, oldest first. */
  readonly descriptions: Map<string, Description>;
  latest: Description | AffectState | undefined;
  /** By modality: what is wrong with it. */
  readonly signals: Map<string, string>;
  /** By id, oldest first. */
  readonly shifts: Map<string, AffectShift>;
}

/**
 * Holds at most 64 people with 64 descriptions each; the oldest are dropped and counted. Whoever withdraws consent or
 * leaves is forgotten at once, and everybody with the session.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #people = new Map<string, Person>();
  readonly #listeners = new Set<(shift: Shift) => void>();
  readonly #turnListeners = new Set<(turn: Turn) => void>();
  /** Who the client itself is: another one after a session that could not be resumed. */
  #self: string | undefined;
  #dropped = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** A conversation that follows a client until that is closed. */
  static of(client: UndertoneClient, options: Omit<ConversationOptions, 'nowMs'> = {}): Conversation {
    const conversation = new Conversation({ ...options, nowMs: () => client.roomMs() });
    const push = (event: ClientEvent): void => conversation.push(event);
    conversation.push(client.session);
    for (const type of FOLLOWED) client.on(type, push);
    return conversation;
  }

  /** Descriptions and people that were dropped to stay within bounds; those outdated or forgotten do not count. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes the next event of a client. Those that say nothing of people are left aside. */
  push(event: ClientEvent): void {
    switch (event.type) {
      case 'connection.closed':
        return this.#people.clear();
      case 'session.ready':
        // A new session: the room may have begun anew, and whether somebody withdrew consent meanwhile is not known.
        if (!event.resumed || event.participant.id !== this.#self) this.#people.clear();
        this.#self = event.participant.id;
        this.#keepOnly([event.participant, ...event.participants]);
        return [event.participant, ...event.participants].forEach((participant) => this.#meet(participant));
      case 'participant.joined':
      case 'participant.changed':
        return this.#meet(event.participant);
      case 'participant.left':
        return void this.#people.delete(event.participant);
      case 'consent.changed':
        return this.#consent(event.participant, event.granted);
      case 'signal':
        return this.#signal(event.participant, event.modality, event.state);
      case 'affect.description':
      case 'affect.state':
        return this.#read(event);
      case 'affect.shift':
        return this.#shift(event);
      case 'affect.turn':
        for (const listener of this.#turnListeners) listener(event);
        return;
    }
  }

  /** Everybody remembered, the client itself included. */
  people(): { readonly id: string; readonly name: string | undefined; readonly analysis: boolean }[] {
    return [...this.#people].map(([id, { name, analysis }]) => ({ id, name, analysis }));
  }

  /** What is known of a person from the last `seconds`. */
  context(participant: string, { seconds = 30 }: { readonly seconds?: number } = {}): ConversationContext {
    const person = this.#people.get(participant);
    return makeContext({
      participant,
      name: person?.name,
      analysis: person?.analysis ?? false,
      nowMs: this.#options.nowMs(),
      seconds,
      descriptions: [...(person?.descriptions.values() ?? [])],
      latest: person?.latest,
      signals: person?.signals ?? new Map(),
      shifts: [...(person?.shifts.values() ?? [])],
      nameOf: (id) => this.#people.get(id)?.name ?? id,
    });
  }

  /**
   * Calls `listener` once for each real shift of affect, as the server tells them; what it throws, {@link push} throws.
   * @returns what ends that
   */
  onShift(listener: (shift: Shift) => void): () => void {
    return addTo(this.#listeners, listener);
  }

  /** Calls `listener` when somebody stops speaking: the moment to answer. @returns what ends that */
  onTurn(listener: (turn: Turn) => void): () => void {
    return addTo(this.#turnListeners, listener);
  }

  #person(id: string): Person {
    const known = this.#people.get(id);
    if (known) return known;
    if (this.#people.size >= PEOPLE) this.#dropped += dropFirst(this.#people);
    const person: Person = {
      name: undefined,
      analysis: false,
      descriptions: new Map(),
      latest: undefined,
      signals: new Map(),
      shifts: new Map(),
    };
    this.#people.set(id, person);
    return person;
  }

  #meet({ id, name, analysis }: { readonly id: string; readonly name: string; readonly analysis: boolean }): void {
    this.#person(id).name = name;
    this.#consent(id, analysis);
  }

  #consent(id: string, granted: boolean): void {
    const person = this.#person(id);
    person.analysis = granted;
    if (granted) return;
    person.descriptions.clear();
    person.signals.clear();
    person.latest = undefined;
    person.shifts.clear();
  }

  #signal(id: string, modality: string, state: string): void {
    const { signals } = this.#person(id);
    if (state === 'ok') signals.delete(modality);
    else signals.set(modality, state);
  }

  #read(event: Description | AffectState): void {
    const person = this.#person(event.participant);
    person.analysis = true;
    if (event.endMs >= (person.latest?.endMs ?? -Infinity)) person.latest = event;
    if (event.type === 'affect.description') this.#remember(person, event);
  }

  /** One that was told already, as after a resumed connection, is told no more. */
  #shift(event: AffectShift): void {
    const { shifts, descriptions } = this.#person(event.participant);
    if (shifts.has(event.id)) return;
    if (shifts.size >= SHIFTS) dropFirst(shifts);
    shifts.set(event.id, event);
    const described = [...descriptions.values()].findLast(({ endMs }) => endMs > event.startMs);
    const { participant, from, to, startMs, endMs, confidence, cause } = event;
    const shift = {
      participant,
      from,
      to,
      sinceMs: startMs,
      atMs: endMs,
      confidence,
      cause: cause.utterance ?? undefined,
      causeScore: cause.score,
      evidence: described?.evidence ?? [],
      sentence: described?.text,
    };
    for (const listener of this.#listeners) listener(shift);
  }

  /** Who is not in the room any more is forgotten. */
  #keepOnly(present: readonly { readonly id: string }[]): void {
    const ids = new Set(present.map(({ id }) => id));
    for (const id of this.#people.keys()) if (!ids.has(id)) this.#people.delete(id);
  }

  #remember({ descriptions }: Person, description: Description): void {
    if ((descriptions.get(description.id)?.version ?? 0) > description.version) return;
    // Deleted first so that a revised description counts as new.
    descriptions.delete(description.id);
    if (description.retracted) return;
    const fromMs = description.endMs - (this.#options.keepSeconds ?? KEEP_SECONDS) * 1000;
    for (const [id, { endMs }] of descriptions) if (endMs < fromMs) descriptions.delete(id);
    if (descriptions.size >= DESCRIPTIONS) this.#dropped += dropFirst(descriptions);
    descriptions.set(description.id, description);
  }
}

const FOLLOWED = [
  'connection.closed',
  'session.ready',
  'participant.joined',
  'participant.changed',
  'participant.left',
  'consent.changed',
  'signal',
  'affect.description',
  'affect.state',
  'affect.shift',
  'affect.turn',
] as const;

/** Under a function of its own, so that one listener added twice is two. */
function addTo<T>(listeners: Set<(event: T) => void>, listener: (event: T) => void): () => void {
  const own = (event: T): void => listener(event);
  listeners.add(own);
  return () => void listeners.delete(own);
}

/** @returns how many were dropped */
function dropFirst(map: Map<string, unknown>): number {
  const [first] = map.keys();
  return first !== undefined && map.delete(first) ? 1 : 0;
}
