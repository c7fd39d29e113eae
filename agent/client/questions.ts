/** Questions on their way, each with what waits for its answer. */
import type { Answer } from '../protocol/server-messages.ts';
import { ClientError } from './client-error.ts';
import type { Runtime } from './runtime.ts';

/** Answers that are waited for at once; a server takes fewer. */
const WAITING_LIMIT = 64;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: ClientError) => void;
  readonly cancel: () => void;
}

export class Questions {
  readonly #runtime: Runtime;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * @param send asks under the number it is given; false when there is no connection
   * @throws {ClientError} `not-connected`, `timeout` or, when the connection is lost meanwhile, `lost`
   */
  ask(send: (id: number) => boolean, timeoutMs: number): Promise<Answer> {
    const id = this.#next++;
    if (this.#waiting.size >= WAITING_LIMIT)
      return Promise.reject(new ClientError('bad-argument', `${WAITING_LIMIT} questions wait already.`));
    return new Promise((resolve, reject) => {
      const cancel = this.#runtime.after(timeoutMs, () => {
        this.#waiting.delete(id);
        reject(new ClientError('timeout', `No answer within ${timeoutMs} ms.`, { retryable: true }));
      });
      this.#waiting.set(id, { resolve, reject, cancel });
      if (!send(id)) this.#fail(id, new ClientError('not-connected', 'There is no connection.', { retryable: true }));
    });
  }

  answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    waiting?.cancel();
    waiting?.resolve(answer);
  }

  /** The connection is gone; nothing will be answered. */
  lost(error: ClientError): void {
    for (const id of this.#waiting.keys()) this.#fail(id, error);
  }

  #fail(id: number, error: ClientError): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.cancel();
    waiting?.reject(error);
  }
}
