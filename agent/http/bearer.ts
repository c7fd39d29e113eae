/** Who a request's bearer token stands for: a session (`session.ready.token`), or a person with a room token. */
import type { Context } from 'hono';
import type { Access } from '../auth/access.ts';
import { RoomError, type RoomDirectory, type Seat } from '../rooms/directory.ts';
import type { AppEnv } from './app-env.ts';
import type { Front } from './front.ts';

/** Somebody in a room, or with a token that lets them into it. */
export type Bearer =
  | { readonly seat: Seat; readonly access?: undefined }
  | { readonly seat?: undefined; readonly access: Access };

/** Tells bearers apart. Session tokens have no dots, JSON Web Tokens have two. */
export class BearerDesk {
  readonly #front: Front;
  readonly #directory: RoomDirectory;

  constructor(front: Front, directory: RoomDirectory) {
    this.#front = front;
    this.#directory = directory;
  }

  /**
   * @param entering see {@link Gate.admit}
   * @throws {RoomError} `unauthorised` {@link AuthError}
   */
  async bearer(context: Context<AppEnv>, room: string, entering = true): Promise<Bearer> {
    const token = /^Bearer ([\w.-]{1,8192})$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (this.#front.gate.open || token?.includes('.') !== true) return { seat: this.#directory.authorise(token, room) };
    return { access: await this.#front.admit(context.get('visitor'), { token }, room, entering) };
  }

  /** The seat of who is in the room already. @throws {RoomError} `unauthorised`, `no-such-publication` {@link AuthError} */
  async seat(context: Context<AppEnv>, room: string): Promise<Seat> {
    const { seat, access } = await this.bearer(context, room, false);
    const found = seat ?? this.#directory.find(room, access.identity);
    if (found) return found;
    throw new RoomError('no-such-publication', 404, 'You are not in this room: publish, or start a session first.');
  }
}
