/** One participant of a room: who they are to the others, what they publish, and how to reach them. */
import type { Viewer } from '../../sfu/index.ts';
import type { AffectEvent } from '../../pipeline/index.ts';
import type { Access } from '../auth/access.ts';
import type { AuthError } from '../auth/auth-error.ts';
import type { MediaKind, Participant } from '../protocol/participants.ts';
import type { ServerMessage } from '../protocol/server-messages.ts';
import type { ParticipantAnalysis } from './participant-analysis.ts';

/** The way to a participant's client. Calls never block and never throw. */
export interface Subscriber {
  send(message: ServerMessage): void;
  /** `closedUs`: when the event's hop closed, on the process's clock. */
  event(event: AffectEvent, closedUs: number): void;
  /** Drops what waits to be sent about somebody who withdrew consent. */
  forget(participant: string): void;
  /** The server ends the session: its time is over, or the same person came anew. Says why, and closes the connection. */
  end(why: AuthError): void;
}

export interface MemberOptions {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly subscriber: Subscriber;
  readonly access: Access;
  /** What the platform calls this person, as the client says; a token outranks it. */
  readonly externalId?: string | undefined;
  /** True for who publishes with a token and has no session: they stay as long as they publish. */
  readonly headless?: boolean | undefined;
}

export class Member {
  readonly id: string;
  readonly name: string;
  /** Bearer token of the session; never logged. */
  readonly token: string;
  /** Another one after a lost connection was resumed. */
  subscriber: Subscriber;
  /** Replaced when the session is resumed with another token of the same identity. */
  access: Access;
  readonly headless: boolean;
  readonly externalId: string | undefined;
  /** Muted or not, by track id. */
  readonly tracks = new Map<string, { readonly kind: MediaKind; readonly muted: boolean }>();
  /** WHIP publications, by id; the number names the ICE session (RFC 9725, ETag). */
  readonly publications = new Map<string, number>();
  analysis: ParticipantAnalysis | undefined;
  viewer: Promise<Viewer> | undefined;
  /** They asked to be offered the media of the others: what fails under them is opened again. */
  watching = false;
  /** Ends the session when a lost connection was not resumed in time. */
  absence: NodeJS.Timeout | undefined;
  /** Ends the session when the token's time is over. */
  expiry: NodeJS.Timeout | undefined;
  left = false;

  constructor(options: MemberOptions) {
    this.id = options.id;
    this.name = options.name;
    this.token = options.token;
    this.subscriber = options.subscriber;
    this.access = options.access;
    this.headless = options.headless ?? false;
    this.externalId = options.access.identity ?? options.externalId;
  }

  get roles(): readonly string[] {
    return this.access.roles;
  }

  get sees(): readonly string[] | undefined {
    return this.access.sees;
  }

  /** What the others may know. */
  get info(): Participant {
    const { id, name, externalId } = this;
    return {
      id,
      name,
      ...(externalId === undefined ? {} : { externalId }),
      analysis: this.analysis !== undefined,
      audio: this.#media('audio'),
      video: this.#media('video'),
    };
  }

  #media(kind: MediaKind): Participant['audio'] {
    const tracks = [...this.tracks.values()].filter((track) => track.kind === kind);
    if (tracks.length === 0) return 'none';
    return tracks.every((track) => track.muted) ? 'muted' : 'live';
  }
}
