/** The events that this page was told, to be saved as JSON lines: what anybody may check afterwards. */
import type { ClientEvent } from '../client/index.ts';

/** About an hour of one person's numbers and sentences; the oldest fall, and are counted. */
const CAPACITY = 10_000;

// Keys to the session and descriptions of connections are nobody's business later.
const KEPT: ReadonlySet<ClientEvent['type']> = new Set([
  'participant.joined',
  'participant.changed',
  'participant.left',
  'consent.changed',
  'consent.cleared',
  'analysis.changed',
  'signal',
  'affect.description',
  'affect.state',
  'affect.shift',
  'affect.turn',
  'answer',
  'delivered',
  'stats',
]);

export class EventRecord {
  #events: ClientEvent[] = [];
  #dropped = 0;

  get length(): number {
    return this.#events.length;
  }

  /** Events that fell to keep this bounded. */
  get dropped(): number {
    return this.#dropped;
  }

  push(event: ClientEvent): void {
    if (event.type === 'consent.changed' && !event.granted) this.#forget(event.participant);
    if (!KEPT.has(event.type)) return;
    this.#events.push(event);
    if (this.#events.length <= CAPACITY) return;
    this.#events.shift();
    this.#dropped++;
  }

  /** One event a line, oldest first. */
  toJsonLines(): string {
    return this.#events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }

  // Who withdraws is not to be found in a file later either.
  #forget(participant: string): void {
    this.#events = this.#events.filter((event) => !isAbout(event, participant));
  }
}

function isAbout(event: ClientEvent, participant: string): boolean {
  const affect = event.type.startsWith('affect.') || event.type === 'signal' || event.type === 'answer';
  return affect && 'participant' in event && event.participant === participant;
}
