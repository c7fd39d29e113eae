/** What waits to be sent to one subscriber: bounded, and never an old description when there is a newer one. */
import type { ServerMessage } from '../protocol/server-messages.ts';

/** The part of a WebSocket that an outbox needs. */
export interface Wire {
  /** Bytes handed over and not yet on the network. */
  readonly bufferedAmount: number;
  send(text: string, done: (error?: Error) => void): void;
}

/** Above this many unsent bytes the subscriber is slow, and messages wait here, where they can still be replaced. */
const HIGH_WATER_BYTES = 64 * 1024;
/** Messages that must not be lost (offers, consent, who is here). A subscriber this far behind is as good as gone. */
const CONTROL_LIMIT = 256;

/**
 * Two queues. Control messages keep their order and are never dropped: when {@link CONTROL_LIMIT} is reached, the
 * subscriber is given up (`onOverflow`). Of affect events the newest for each kind and participant wins; those replaced
 * are counted in `superseded`.
 */
export class Outbox {
  readonly #wire: Wire;
  readonly #onOverflow: () => void;
  readonly #control: string[] = [];
  readonly #latest = new Map<string, ServerMessage>();
  #closed = false;
  #superseded = 0;

  constructor(wire: Wire, onOverflow: () => void) {
    this.#wire = wire;
    this.#onOverflow = onOverflow;
  }

  /** Affect events that a newer one replaced before they could be sent. */
  get superseded(): number {
    return this.#superseded;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#control.length + this.#latest.size;
  }

  post(message: ServerMessage): void {
    if (this.#closed) return;
    const key = replaceableBy(message);
    if (key !== undefined) {
      // Deleted first so that the newest also goes to the end of the line.
      if (this.#latest.delete(key)) this.#superseded++;
      this.#latest.set(key, message);
    } else if (this.#control.length >= CONTROL_LIMIT) {
      this.close();
      this.#onOverflow();
      return;
    } else {
      this.#control.push(JSON.stringify(message));
    }
    this.#pump();
  }

  /** Throws away what waits about a participant who withdrew consent. */
  forget(participant: string): void {
    for (const [key, message] of this.#latest) {
      if ('participant' in message && message.participant === participant) this.#latest.delete(key);
    }
  }

  /** Nothing is sent any more; what waits is dropped. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#control.length = 0;
    this.#latest.clear();
  }

  readonly #pump = (): void => {
    while (!this.#closed && this.#wire.bufferedAmount < HIGH_WATER_BYTES) {
      const text = this.#next();
      if (text === undefined) return;
      this.#wire.send(text, this.#sent);
    }
  };

  readonly #sent = (error?: Error): void => {
    if (!error) this.#pump();
  };

  #next(): string | undefined {
    const control = this.#control.shift();
    if (control !== undefined) return control;
    for (const [key, message] of this.#latest) {
      this.#latest.delete(key);
      return JSON.stringify(message);
    }
    return undefined;
  }
}

/** Which waiting message a newer one replaces; undefined for messages that must all arrive. */
function replaceableBy(message: ServerMessage): string | undefined {
  switch (message.type) {
    case 'affect.description':
    case 'affect.state':
      return `${message.type} ${message.participant}`;
    case 'signal':
      return `${message.type} ${message.participant} ${message.modality}`;
    case 'stats':
      return message.type;
    default:
      return undefined;
  }
}
