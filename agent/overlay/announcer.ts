/** What a screen reader is told, and how seldom: the newest words, never a queue of them. */

export class Announcer {
  #pending: string | undefined;
  #said = '';
  #saidMs = -Infinity;

  /** Something new to say; what was waiting is no longer worth saying. */
  offer(text: string): void {
    this.#pending = text === this.#said ? undefined : text;
  }

  /** @param gapMs the least time between two sentences; @returns what the live region holds now */
  spoken(nowMs: number, gapMs: number): string {
    if (this.#pending === undefined || nowMs - this.#saidMs < gapMs) return this.#said;
    this.#said = this.#pending;
    this.#saidMs = nowMs;
    this.#pending = undefined;
    return this.#said;
  }

  /** Says nothing more of what was. */
  clear(): void {
    this.#pending = undefined;
    this.#said = '';
  }
}
