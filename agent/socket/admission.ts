/** Holds back the messages of a connection until it is known who speaks. */
import type { Access } from '../auth/access.ts';
import type { Credentials } from '../auth/gate.ts';
import { clientMessageSchema } from '../protocol/client-messages.ts';
import { decodeFrame } from '../protocol/decode.ts';

/** Messages that wait while a token is checked; the newest beyond that are dropped. A client waits for `session.ready` anyway. */
const WAITING_LIMIT = 32;

export interface AdmissionOptions {
  /** The room named in the address, if one was. */
  readonly room: string | undefined;
  check(shown: Credentials, room: string | undefined): Promise<Access>;
  onAdmitted(access: Access): void;
  /** The connection is of no more use. */
  onRefused(why: unknown): void;
  /** One text frame of somebody who was let in, or one that comes before `session.start`. */
  onMessage(text: string): void;
}

export class Admission {
  readonly #options: AdmissionOptions;
  #state: 'asking' | 'checking' | 'admitted' | 'refused' = 'asking';
  readonly #waiting: string[] = [];
  #dropped = 0;

  /** @param shown what came with the handshake; when there is nothing, `session.start` must bring a token */
  constructor(options: AdmissionOptions, shown: Credentials | undefined) {
    this.#options = options;
    if (shown) void this.#check(shown, options.room);
  }

  /** Messages dropped because too many came while a token was checked. */
  get dropped(): number {
    return this.#dropped;
  }

  receive(text: string): void {
    if (this.#state === 'admitted') this.#options.onMessage(text);
    else if (this.#state === 'checking') this.#wait(text);
    else if (this.#state === 'asking') this.#ask(text);
  }

  #ask(text: string): void {
    const first = decodeFrame(clientMessageSchema, text);
    if (!first.ok || first.message.type !== 'session.start') return this.#options.onMessage(text);
    this.#wait(text);
    void this.#check({ token: first.message.token }, first.message.room ?? this.#options.room);
  }

  #wait(text: string): void {
    if (this.#waiting.length < WAITING_LIMIT) this.#waiting.push(text);
    else this.#dropped++;
  }

  async #check(shown: Credentials, room: string | undefined): Promise<void> {
    this.#state = 'checking';
    try {
      const access = await this.#options.check(shown, room);
      this.#state = 'admitted';
      this.#options.onAdmitted(access);
      for (const text of this.#waiting.splice(0)) this.#options.onMessage(text);
    } catch (error) {
      this.#state = 'refused';
      this.#waiting.length = 0;
      this.#options.onRefused(error);
    }
  }
}

/** The subprotocol that a client which sends its token as another one must offer too: it is the one that is chosen. */
export const SUBPROTOCOL = 'undertone';

/** A token in the `Authorization` header; programs can send one, pages cannot. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer ([\w.-]{1,8192})$/i.exec(authorization ?? '')?.[1];
}

/** A token among the offered subprotocols, as `bearer.TOKEN`. */
export function subprotocolToken(offered: string | undefined): string | undefined {
  return offered
    ?.split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith('bearer.'))
    ?.slice('bearer.'.length);
}
