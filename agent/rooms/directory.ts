/** All rooms of the process: who may enter, and what was published under which token. */
import { createHash, randomBytes } from 'node:crypto';
import { nowUs } from '../../pipeline/index.ts';
import type { SfuEvent, Viewer } from '../../sfu/index.ts';
import { Member, type Subscriber } from './member.ts';
import { Room, type RoomOptions } from './room.ts';

/** A request that cannot be done; `status` is its HTTP status where it came over HTTP. */
export class RoomError extends Error {
  override readonly name = 'RoomError';
  readonly code: 'room-full' | 'draining' | 'unauthorised' | 'too-many-publications' | 'no-such-publication';
  readonly status: 401 | 404 | 409 | 503;

  constructor(code: RoomError['code'], status: RoomError['status'], message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A page has one publication; a second one bridges a reconnect. More is a fault or an attack. */
const PUBLICATIONS_PER_MEMBER = 3;

export interface DirectoryOptions extends Omit<RoomOptions, 'name'> {
  readonly maxSessions: number;
}

/** Someone in a room. */
export interface Seat {
  readonly room: Room;
  readonly member: Member;
}

export class RoomDirectory {
  readonly #options: DirectoryOptions;
  readonly #rooms = new Map<string, Room>();
  /** By digest of the token: looking one up tells nothing through timing. */
  readonly #seats = new Map<string, Seat>();
  readonly #unsubscribe: () => void;
  readonly #startedUs = nowUs();
  #draining = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#unsubscribe = options.sfu.onEvent((event) => this.#media(event));
  }

  get sessions(): number {
    return this.#seats.size;
  }

  /** Rooms with somebody in them: all, or the one of this name. */
  rooms(name?: string): readonly Room[] {
    if (name === undefined) return [...this.#rooms.values()];
    const room = this.#rooms.get(name);
    return room ? [room] : [];
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** What `/healthz` tells: counts, nothing of people. */
  health(): Readonly<Record<string, number | string>> {
    const { analysis, ledger, sfu } = this.#options;
    return {
      status: this.#draining ? 'draining' : 'ok',
      uptimeS: Math.round((nowUs() - this.#startedUs) / 1e6),
      engine: sfu.engine,
      pack: analysis.pack,
      rooms: this.#rooms.size,
      sessions: this.sessions,
      consents: ledger.size,
    };
  }

  /** Lets somebody in. @throws {RoomError} `draining` or `room-full` */
  enter(roomName: string, name: string | undefined, subscriber: Subscriber): Seat {
    if (this.#draining) throw new RoomError('draining', 503, 'The server is shutting down. Connect again in a moment.');
    if (this.sessions >= this.#options.maxSessions) {
      throw new RoomError('room-full', 503, 'The server has no place left (server.maxSessions). Try again later.');
    }
    const id = `p-${randomBytes(6).toString('hex')}`;
    const token = randomBytes(32).toString('base64url');
    const member = new Member({
      id,
      name: name === undefined || name === '' ? `Guest ${id.slice(-4)}` : name,
      token,
      subscriber,
    });
    const room = this.#rooms.get(roomName) ?? new Room({ ...this.#options, name: roomName });
    this.#rooms.set(roomName, room);
    room.join(member);
    const seat = { room, member };
    this.#seats.set(digest(token), seat);
    return seat;
  }

  /** Ends everything of somebody. Idempotent. */
  async leave(seat: Seat, reason: 'left' | 'shutdown' = 'left'): Promise<void> {
    this.#seats.delete(digest(seat.member.token));
    const done = seat.room.leave(seat.member, reason);
    if (seat.room.members.length === 0 && this.#rooms.get(seat.room.name) === seat.room)
      this.#rooms.delete(seat.room.name);
    await done;
  }

  /** Whose token this is, for this room. @throws {RoomError} `unauthorised` */
  authorise(token: string | undefined, roomName: string): Seat {
    const seat = token === undefined ? undefined : this.#seats.get(digest(token));
    if (!seat || seat.room.name !== roomName) {
      throw new RoomError(
        'unauthorised',
        401,
        'Send "Authorization: Bearer <token>" with the token of session.ready, for the room it was given for.',
      );
    }
    return seat;
  }

  /** Publishes by WHIP. @throws {RoomError} `too-many-publications`; {@link SfuError} for a bad offer */
  async publish(seat: Seat, offerSdp: string): Promise<{ readonly id: string; readonly answerSdp: string }> {
    const { member, room } = seat;
    if (member.publications.size >= PUBLICATIONS_PER_MEMBER) {
      throw new RoomError(
        'too-many-publications',
        409,
        'This session publishes already. DELETE the old publication first.',
      );
    }
    const publication = await this.#options.sfu.publish(room.name, member.id, offerSdp);
    if (member.left) {
      await this.#options.sfu.unpublish(publication.id);
      throw new RoomError('unauthorised', 401, 'The session ended while its media was being set up. Connect again.');
    }
    member.publications.set(publication.id, 1);
    return publication;
  }

  /** Passes trickled candidates on. @returns the answer fragment when ICE was restarted */
  async trickle(seat: Seat, id: string, fragment: string): Promise<string | undefined> {
    const session = this.iceSession(seat, id);
    const answer = await this.#options.sfu.trickle(id, fragment);
    if (answer !== undefined && seat.member.publications.has(id)) seat.member.publications.set(id, session + 1);
    return answer;
  }

  async unpublish(seat: Seat, id: string): Promise<void> {
    this.iceSession(seat, id);
    seat.member.publications.delete(id);
    await this.#options.sfu.unpublish(id);
  }

  /** The number of a publication's current ICE session. @throws {RoomError} `no-such-publication` */
  iceSession(seat: Seat, id: string): number {
    const session = seat.member.publications.get(id);
    if (session === undefined)
      throw new RoomError('no-such-publication', 404, 'No such publication of this session: it ended, or never was.');
    return session;
  }

  /** Opens the one connection over which a member watches the others. */
  watch(seat: Seat): Promise<Viewer> {
    const { member, room } = seat;
    member.viewer ??= this.#options.sfu.view(
      room.name,
      member.id,
      (offer) => {
        if (!member.left)
          member.subscriber.send({ type: 'offer', number: offer.number, sdp: offer.sdp, tracks: [...offer.tracks] });
      },
      // A lost connection is forgotten, so that the next wish to watch opens a new one.
      () => {
        member.viewer = undefined;
      },
    );
    return member.viewer;
  }

  mute(seat: Seat, kind: 'audio' | 'video', muted: boolean): void {
    for (const id of seat.member.publications.keys()) this.#options.sfu.setMuted(id, kind, muted);
  }

  /** Nobody gets in any more. */
  drain(): void {
    this.#draining = true;
  }

  /** Ends every room and forgets everybody. The SFU and the pipeline are closed by who opened them. Idempotent. */
  async close(): Promise<void> {
    this.drain();
    await Promise.all([...this.#seats.values()].map((seat) => this.leave(seat, 'shutdown')));
    this.#unsubscribe();
  }

  #media(event: SfuEvent): void {
    this.#rooms.get(event.type === 'publication-closed' ? event.room : event.track.room)?.media(event);
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
