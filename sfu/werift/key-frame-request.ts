/** Rate limit of key-frame requests: many viewers ask, the encoder hears one. */

/** libwebrtc's encoder answers at most every 300 ms; half a second keeps the bit rate bearable. */
const MIN_INTERVAL_MS = 500;

/** Sends the first request at once and what comes during the pause as one at its end. */
export class KeyFrameRequest {
  readonly #send: () => void;
  #pause: NodeJS.Timeout | undefined;
  #again = false;
  #closed = false;

  constructor(send: () => void) {
    this.#send = send;
  }

  ask(): void {
    if (this.#closed) return;
    if (this.#pause) {
      this.#again = true;
      return;
    }
    this.#send();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#again) {
        this.#again = false;
        this.ask();
      }
    }, MIN_INTERVAL_MS);
    this.#pause.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#pause);
  }
}
