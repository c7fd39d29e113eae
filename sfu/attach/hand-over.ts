/** What a router gave for one tap and its sink has not taken yet: bounded, and handed over once per turn of the event loop. */

/** Takes one packet. */
export type TakePacket = (rtp: Uint8Array, arrivalUs: number) => void;

/**
 * The oldest fall when it is full. While this thread is busy packets wait in the router's channel; once it is free they
 * come all in one turn, and then the bound counts: what is worth having is the newest.
 */
export class HandOver {
  /** Packets that fell because this thread lagged. */
  dropped = 0;
  readonly #limit: number;
  readonly #take: TakePacket;
  #waiting: Array<{ readonly rtp: Uint8Array; readonly arrivalUs: number }> = [];
  #turn: NodeJS.Immediate | undefined;

  /** `limit` in packets. `take` must not throw. */
  constructor(limit: number, take: TakePacket) {
    this.#limit = limit;
    this.#take = take;
  }

  push(rtp: Uint8Array, arrivalUs: number): void {
    if (this.#waiting.length >= this.#limit) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#waiting.push({ rtp, arrivalUs });
    this.#turn ??= setImmediate(() => this.flush());
  }

  /** Hands over what waits, now. */
  flush(): void {
    this.#stopWaiting();
    // One by one: the sink may end its tap from within, and nothing may pass after that.
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#take(next.rtp, next.arrivalUs);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#stopWaiting();
    this.#waiting = [];
  }

  #stopWaiting(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
  }
}
