/** Events that wait for a `for await` loop: bounded, with a stated loss. */
import type { ClientEvent } from './client-events.ts';

/** What a later one of its kind says as well or better. */
const REPLACEABLE: ReadonlySet<string> = new Set([
  'affect.state',
  'signal',
  'stats',
  'delivered',
  'pong',
] satisfies Array<ClientEvent['type']>);

type Next<E> = IteratorResult<E, undefined>;
type Typed = { readonly type: string };

/** What a `for await` loop reads. */
export interface EventStream<E extends Typed = ClientEvent> extends AsyncIterableIterator<E, undefined> {
  /** Events that this reader never saw because it was too slow. */
  readonly dropped: number;
  /** Events that wait for it. */
  readonly waiting: number;
}

/**
 * Holds up to `capacity` events for a reader who is slower than the room. Drop policy: the oldest of those that a later
 * one makes up for ({@link REPLACEABLE}), else the oldest of all; `dropped` counts them.
 */
export class EventQueue<E extends Typed = ClientEvent> implements EventStream<E> {
  readonly #capacity: number;
  readonly #onEnd: (queue: EventQueue<E>) => void;
  readonly #waiting: E[] = [];
  readonly #readers: Array<(next: Next<E> | Promise<Next<E>>) => void> = [];
  #dropped = 0;
  #ended = false;
  #error: unknown;

  constructor(capacity: number, onEnd: (queue: EventQueue<E>) => void = () => {}) {
    this.#capacity = capacity;
    this.#onEnd = onEnd;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  push(event: E): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) return reader({ done: false, value: event });
    if (this.#waiting.length >= this.#capacity) {
      const replaceable = this.#waiting.findIndex(({ type }) => REPLACEABLE.has(type));
      this.#waiting.splice(Math.max(0, replaceable), 1);
      this.#dropped++;
    }
    this.#waiting.push(event);
  }

  /** Throws away the affect events that wait about somebody who withdrew consent or left. */
  forget(participant: string): void {
    const kept = this.#waiting.filter(
      (event) => !(isAffect(event.type) && 'participant' in event && event.participant === participant),
    );
    this.#waiting.splice(0, this.#waiting.length, ...kept);
  }

  /** What waits can still be read; then the loop ends, or throws `error`. Idempotent. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#onEnd(this);
    for (const reader of this.#readers.splice(0)) reader(this.#finish());
  }

  next(): Promise<Next<E>> {
    const value = this.#waiting.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#ended) return this.#finish();
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** The loop was left. */
  return(): Promise<Next<E>> {
    this.#waiting.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** An error is thrown once, then the loop is over. */
  #finish(): Promise<Next<E>> {
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }
}

function isAffect(type: string): boolean {
  return type.startsWith('affect.') || type === 'signal';
}
