/** Hands every event to listeners and loops; none of them can hurt another. */
import { ClientError } from './client-error.ts';
import type { ClientEvent, ClientEventOf } from './client-events.ts';
import { EventQueue } from './event-queue.ts';

type Listener = (event: ClientEvent) => void;

export class EventHub {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #queues = new Set<EventQueue>();
  #dropped = 0;

  /** Events that loops were too slow for, ended loops included. */
  get dropped(): number {
    let sum = this.#dropped;
    for (const queue of this.#queues) sum += queue.dropped;
    return sum;
  }

  on<T extends ClientEvent['type']>(type: T, listener: (event: ClientEventOf<T>) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // A function of its own, so that one listener added twice is two.
    const own: Listener = (event) => listener(event as ClientEventOf<T>);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  queue(capacity: number): EventQueue {
    const queue = new EventQueue(capacity, (ended) => {
      this.#dropped += ended.dropped;
      this.#queues.delete(ended);
    });
    this.#queues.add(queue);
    return queue;
  }

  emit(event: ClientEvent): void {
    for (const queue of this.#queues) queue.push(event);
    for (const listener of this.#listeners.get(event.type) ?? []) {
      try {
        listener(event);
      } catch (cause) {
        // A listener of faults that fails itself would go round in circles.
        if (event.type !== 'client.fault') this.#fault(event.type, cause);
      }
    }
  }

  forget(participant: string): void {
    for (const queue of this.#queues) queue.forget(participant);
  }

  /** Ends the loops. Idempotent. */
  close(error?: ClientError): void {
    for (const queue of this.#queues) queue.end(error);
    this.#listeners.clear();
  }

  #fault(type: string, cause: unknown): void {
    const message = `A listener for "${type}" threw; the others were called all the same. See the cause.`;
    this.emit({ type: 'client.fault', error: new ClientError('listener-failed', message, { cause }) });
  }
}
