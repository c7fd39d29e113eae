/** What of one RTP stream came and what did not, between two readings. Late packets count as come. */
export class StreamCounter {
  received = 0;
  #first: number | undefined;
  #highest = 0;

  /** `sequence` of 16 bits. */
  push(sequence: number): void {
    this.received++;
    if (this.#first === undefined) {
      this.#first = this.#highest = sequence;
      return;
    }
    const delta = ((sequence - this.#highest + 32_768) & 0xffff) - 32_768;
    if (delta > 0) this.#highest += delta;
    if (this.#highest + delta < this.#first) this.#first = this.#highest + delta;
  }

  get lost(): number {
    return this.#first === undefined ? 0 : Math.max(0, this.#highest - this.#first + 1 - this.received);
  }

  /** Begins anew with the next packet that is due. */
  restart(): void {
    this.received = 0;
    if (this.#first !== undefined) this.#first = this.#highest + 1;
  }
}
