/** All rooms of the process: who may enter, and what was published under which token. */
import { createHash, randomBytes } from 'node:crypto';
import { nowUs } from '../../pipeline/index.ts';
import type { SfuEvent, Viewer } from '../../sfu/index.ts';
import { OPEN_ACCESS, type Access } from '../auth/access.ts';
import { AuthError } from '../auth/auth-error.ts';
import { REMOVED } from '../auth/withdrawals.ts';
import { AnalysisStoppedError } from '../policy/analysis-switch.ts';
import { Member, type Subscriber } from './member.ts';
import { Room, type RoomOptions } from './room.ts';
import { openAgain } from './view-again.ts';

/** A request that cannot be done; `status` is its HTTP status where it came over HTTP. */
export class RoomError extends Error {
  override readonly name = 'RoomError';
  readonly code:
    | 'room-full'
    | 'draining'
    | 'unauthorised'
    | 'forbidden'
    | 'too-many-publications'
    | 'no-such-publication';
  readonly status: 401 | 403 | 404 | 409 | 503;

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

/** How long the place of somebody is kept whose connection was lost, not closed. Their consent holds for as long. */
export const RESUME_WITHIN_MS = 10_000;

/** Who comes in, and how to reach them. */
export interface Entrant {
  readonly subscriber: Subscriber;
  /** Everything, when not given: development mode. */
  readonly access?: Access | undefined;
  /** What the client says; a token outranks both. */
  readonly name?: string | undefined;
  readonly externalId?: string | undefined;
  readonly headless?: boolean | undefined;
}

/** For who publishes with a token alone: nobody listens. */
const NOBODY: Subscriber = { send() {}, event() {}, forget() {}, end() {} };

export interface Published {
  readonly id: string;
  readonly answerSdp: string;
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

  /**
   * Lets somebody in. Who comes again with the same identity takes the place of their older session, which ends.
   * @throws {RoomError} `draining` or `room-full`
   */
  enter(roomName: string, { subscriber, access = OPEN_ACCESS, name, externalId, headless }: Entrant): Seat {
    if (this.#draining) throw new RoomError('draining', 503, 'The server is shutting down. Connect again in a moment.');
    const older = this.find(roomName, access.identity);
    if (older)
      this.#end(older, new AuthError('replaced', 'You came in again elsewhere; the newest connection counts.'));
    if (this.sessions >= this.#options.maxSessions) {
      throw new RoomError('room-full', 503, 'The server has no place left (server.maxSessions). Try again later.');
    }
    const id = access.identity ?? `p-${randomBytes(6).toString('hex')}`;
    const token = randomBytes(32).toString('base64url');
    const shown = access.name ?? (name === undefined || name === '' ? `Guest ${id.slice(-4)}` : name);
    const member = new Member({ id, name: shown, token, subscriber, access, externalId, headless });
    const room = this.#rooms.get(roomName) ?? new Room({ ...this.#options, name: roomName });
    this.#rooms.set(roomName, room);
    room.join(member);
    const seat = { room, member };
    this.#seats.set(digest(token), seat);
    this.#expire(seat);
    return seat;
  }

  /** The seat of an identity in a room, if it is taken. */
  find(roomName: string, identity: string | undefined): Seat | undefined {
    const room = this.#rooms.get(roomName);
    const member = room?.members.find(({ access }) => identity !== undefined && access.identity === identity);
    return room && member && { room, member };
  }

  /**
   * Keeps the place of somebody whose connection was lost, for {@link RESUME_WITHIN_MS}; then they leave. `subscriber` is that
   * of the lost connection: one that was replaced meanwhile keeps nothing.
   */
  hold(seat: Seat, subscriber: Subscriber): void {
    const { member } = seat;
    if (member.left || member.subscriber !== subscriber) return;
    member.subscriber = NOBODY;
    clearTimeout(member.absence);
    // What of leaving fails is logged by the room.
    member.absence = setTimeout(() => void this.leave(seat), RESUME_WITHIN_MS).unref();
  }

  /**
   * Gives somebody back the place they had, under the token of their session; whoever still holds it is let go.
   * Undefined when it is gone, or was somebody else's.
   */
  resume(roomName: string, token: string, access: Access, subscriber: Subscriber): Seat | undefined {
    const seat = this.#seats.get(digest(token));
    if (!seat || seat.room.name !== roomName || seat.member.access.identity !== access.identity) return undefined;
    clearTimeout(seat.member.absence);
    const before = seat.member.subscriber;
    seat.member.subscriber = subscriber;
    // What the token of now allows counts, and for how long.
    seat.member.access = access;
    this.#expire(seat);
    before.end(new AuthError('replaced', 'You came in again elsewhere; the newest connection counts.'));
    return seat;
  }

  /** Ends everything of somebody. Idempotent. */
  async leave(seat: Seat, reason: 'left' | 'shutdown' = 'left'): Promise<void> {
    clearTimeout(seat.member.expiry);
    clearTimeout(seat.member.absence);
    this.#seats.delete(digest(seat.member.token));
    const done = seat.room.leave(seat.member, reason);
    if (seat.room.members.length === 0 && this.#rooms.get(seat.room.name) === seat.room)
      this.#rooms.delete(seat.room.name);
    await done;
  }

  /** Ends everything of somebody against their will; whether they may come again is the gate's to say. */
  remove(seat: Seat): void {
    this.#end(seat, new AuthError('removed', REMOVED));
  }

  #expire(seat: Seat): void {
    const { expiresAtMs } = seat.member.access;
    clearTimeout(seat.member.expiry);
    if (expiresAtMs === undefined) return;
    const why = 'The time of your token is over. Get a new one, and connect again.';
    const end = (): void => this.#end(seat, new AuthError('token-expired', why));
    seat.member.expiry = setTimeout(end, Math.max(0, expiresAtMs - Date.now())).unref();
  }

  #end(seat: Seat, why: AuthError): void {
    seat.member.subscriber.end(why);
    // What of leaving fails is logged by the room.
    void this.leave(seat);
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

  /**
   * Publishes for who shows a room token instead of a session: into the session they have, or into a seat that lasts as
   * long as they publish. A consent in the token is recorded.
   * @throws {RoomError} {@link SfuError} {@link ReceiptOutdatedError}; nothing is left then
   */
  async publishWith(access: Access, roomName: string, offerSdp: string): Promise<Published & { readonly seat: Seat }> {
    const seat =
      this.find(roomName, access.identity) ?? this.enter(roomName, { access, subscriber: NOBODY, headless: true });
    try {
      const published = await this.publish(seat, offerSdp, access);
      await this.#consentBy(access, seat, published.id);
      return { seat, ...published };
    } catch (error) {
      await this.#leaveWhenDone(seat);
      throw error;
    }
  }

  async #consentBy({ consent }: Access, seat: Seat, publication: string): Promise<void> {
    if (consent === undefined || seat.member.analysis) return;
    try {
      seat.room.consent(seat.member, consent);
    } catch (error) {
      // Whoever runs this stopped analysis, not calls.
      if (error instanceof AnalysisStoppedError) return;
      await this.unpublish(seat, publication);
      throw error;
    }
  }

  /** Who has no session goes with their last publication. */
  async #leaveWhenDone(seat: Seat): Promise<void> {
    if (seat.member.headless && seat.member.publications.size === 0) await this.leave(seat);
  }

  /** Publishes by WHIP. @throws {RoomError} `forbidden` or `too-many-publications`; {@link SfuError} for a bad offer */
  async publish(seat: Seat, offerSdp: string, access = seat.member.access): Promise<Published> {
    const { member, room } = seat;
    if (!access.publish)
      throw new RoomError('forbidden', 403, 'This token does not allow publishing (claim "publish").');
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
    await Promise.all([this.#options.sfu.unpublish(id), this.#leaveWhenDone(seat)]);
  }

  /** The number of a publication's current ICE session. @throws {RoomError} `no-such-publication` */
  iceSession(seat: Seat, id: string): number {
    const session = seat.member.publications.get(id);
    if (session === undefined)
      throw new RoomError('no-such-publication', 404, 'No such publication of this session: it ended, or never was.');
    return session;
  }

  /** Opens the one connection over which a member watches the others; one that is open is given again. */
  async watch(seat: Seat): Promise<Viewer> {
    const { member } = seat;
    if (!member.access.subscribe)
      throw new RoomError('forbidden', 403, 'This token does not allow watching (claim "subscribe").');
    member.watching = true;
    member.viewer ??= this.#view(seat);
    return member.viewer;
  }

  #view(seat: Seat): Promise<Viewer> {
    const { member, room } = seat;
    const forget = (): void => {
      if (member.viewer === opening) member.viewer = undefined;
    };
    const opening = this.#options.sfu.view(
      room.name,
      member.id,
      ({ number, sdp, tracks }) => {
        if (!member.left) member.subscriber.send({ type: 'offer', number, sdp, tracks: [...tracks] });
      },
      // A lost connection is forgotten, so that the next wish to watch opens a new one.
      (reason) => {
        forget();
        if (reason === 'engine gone') void this.#viewAgain(seat);
      },
    );
    opening.catch(forget);
    return opening;
  }

  /** The engine failed, not the member: they are offered the others anew without asking. */
  async #viewAgain(seat: Seat): Promise<void> {
    const { member } = seat;
    const wanted = (): boolean => !member.left && !this.#draining;
    try {
      await openAgain(() => this.watch(seat), wanted);
    } catch (error) {
      this.#options.log.error({ err: error }, 'what somebody watched could not be opened again');
      const why = error instanceof Error ? error.message : String(error);
      if (wanted()) tellMediaFailed(member, `You cannot be shown the others: ${why} Then send "restart".`);
    }
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
    const room = this.#rooms.get(event.type === 'publication-closed' ? event.room : event.track.room);
    room?.media(event);
    if (!room || event.type !== 'publication-closed') return;
    const member = room.members.find(({ id }) => id === event.participant);
    if (!member) return;
    if (event.reason === 'engine gone')
      tellMediaFailed(member, 'The media engine of this room failed, and with it what you publish. Publish again.');
    void this.#leaveWhenDone({ room, member });
  }
}

function tellMediaFailed({ subscriber }: Member, message: string): void {
  subscriber.send({ type: 'error', code: 'media-failed', message, retryable: true });
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
