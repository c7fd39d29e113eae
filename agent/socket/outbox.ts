/** What waits to be sent to one subscriber: bounded, and never an old description when there is a newer one. */
import type { Cause } from '../../pipeline/index.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import { withoutSpeaker } from '../rooms/event-ring.ts';

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

/** Shifts that may wait; the oldest falls. */
const SHIFT_LIMIT = 32;
/** Beats in a row without anything sent, while something waits, after which a subscriber is given up. */
const STUCK_BEATS = 3;

/**
 * Two queues. Control messages keep their order and are never dropped: when {@link CONTROL_LIMIT} wait, the subscriber is
 * given up (`onOverflow`). Of events the newest for each kind and participant wins (of shifts the newest
 * {@link SHIFT_LIMIT}), and they leave in the order of their `seq`; those replaced are counted in `superseded`.
 */
export class Outbox {
  readonly #wire: Wire;
  readonly #onOverflow: () => void;
  readonly #control: ServerMessage[] = [];
  readonly #latest = new Map<string, ServerMessage>();
  #closed = false;
  #superseded = 0;
  #shifts = 0;
  /** Messages handed to the wire, as of now and as of the last beat; and beats in which that did not change. */
  #handed = 0;
  #handedBefore = 0;
  #stuckBeats = 0;

  constructor(wire: Wire, onOverflow: () => void) {
    this.#wire = wire;
    this.#onOverflow = onOverflow;
  }

  /** Events that a newer one replaced before they could be sent. */
  get superseded(): number {
    return this.#superseded;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#control.length + this.#latest.size;
  }

  post(message: ServerMessage): void {
    if (this.#closed) return;
    const key = this.#keyOf(message);
    if (key !== undefined) {
      // Deleted first so that the newest also goes to the end of the line.
      this.#supersede(key);
      if (message.type === 'affect.description') this.#supersedeWords(message);
      this.#latest.set(key, message);
    } else if (this.#control.length >= CONTROL_LIMIT) {
      this.#giveUp();
      return;
    } else {
      this.#control.push(message);
    }
    this.#pump();
  }

  /** Every so often: gives up a subscriber to whom nothing could be sent for {@link STUCK_BEATS} beats. */
  beat(): void {
    const stuck = this.waiting > 0 && this.#handed === this.#handedBefore;
    this.#handedBefore = this.#handed;
    this.#stuckBeats = stuck ? this.#stuckBeats + 1 : 0;
    if (this.#stuckBeats >= STUCK_BEATS && !this.#closed) this.#giveUp();
  }

  /** Throws away what waits about a participant who withdrew consent, and what they said that waits with others. */
  forget(participant: string): void {
    for (const [key, message] of this.#latest) {
      if ('participant' in message && message.participant === participant) this.#latest.delete(key);
      else this.#latest.set(key, withoutSpeaker(message, participant));
    }
    const kept = this.#control.filter((message) => message.type !== 'answer' || !isAbout(message, participant));
    this.#control.splice(0, this.#control.length, ...kept);
  }

  /** Nothing is sent any more; what waits is dropped. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#control.length = 0;
    this.#latest.clear();
  }

  #giveUp(): void {
    this.close();
    this.#onOverflow();
  }

  readonly #pump = (): void => {
    while (!this.#closed && this.#wire.bufferedAmount < HIGH_WATER_BYTES) {
      const message = this.#next();
      if (message === undefined) return;
      this.#handed++;
      this.#wire.send(JSON.stringify(message), this.#sent);
    }
  };

  readonly #sent = (error?: Error): void => {
    if (!error) this.#pump();
  };

  #next(): ServerMessage | undefined {
    const control = this.#control.shift();
    if (control !== undefined) return control;
    for (const [key, message] of this.#latest) {
      this.#latest.delete(key);
      return message;
    }
    return undefined;
  }

  #supersede(key: string): void {
    if (this.#latest.delete(key)) this.#superseded++;
  }

  /** A description has all the words that were on their way; one that is taken back need not be shown before. */
  #supersedeWords({ participant, id, retracted }: Description): void {
    this.#supersede(`affect.delta ${participant}`);
    const key = `affect.description ${participant}`;
    const waiting = retracted ? this.#latest.get(key) : undefined;
    if (waiting && 'id' in waiting && waiting.id === id) this.#supersede(key);
  }

  /** Which waiting message a newer one replaces; undefined for messages that must all arrive. */
  #keyOf(message: ServerMessage): string | undefined {
    switch (message.type) {
      case 'affect.description':
        return `${message.retracted ? 'retracted' : message.type} ${message.participant}`;
      case 'affect.state':
      case 'affect.delta':
      case 'affect.turn':
        return `${message.type} ${message.participant}`;
      case 'affect.shift':
        return `${message.type} ${this.#shifts++ % SHIFT_LIMIT}`;
      case 'signal':
        return `${message.type} ${message.participant} ${message.modality}`;
      case 'stats':
        return message.type;
      default:
        return undefined;
    }
  }
}

type Description = Extract<ServerMessage, { type: 'affect.description' }>;

function isAbout(message: { readonly participant: string; readonly cause?: Cause | undefined }, who: string): boolean {
  return message.participant === who || message.cause?.participant === who;
}
