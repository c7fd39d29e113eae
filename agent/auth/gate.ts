/** Who may come in: by a token, by an invitation, or, in development mode, everybody on this machine. */
import { asksForTokens } from '../config/deployment.ts';
import type { Config } from '../config/schema.ts';
import { OPEN_ACCESS, type Access } from './access.ts';
import { AuthError } from './auth-error.ts';
import { accessOf } from './claims.ts';
import type { Invitations } from './invitations.ts';
import { RoomTokens } from './room-tokens.ts';
import type { Withdrawals } from './withdrawals.ts';

/** What somebody shows; at most one of these is looked at, the token first. */
export interface Credentials {
  readonly token?: string | undefined;
  /** A guest's key, see {@link Invitations}. */
  readonly guest?: string | undefined;
}

export class Gate {
  readonly invitations: Invitations | undefined;
  readonly withdrawals: Withdrawals;
  readonly #tokens: RoomTokens | undefined;
  readonly #maxTtlS: number;

  /** @throws {ConfigError} when the configured keys cannot be used */
  constructor(auth: Config['auth'], withdrawals: Withdrawals, invitations?: Invitations) {
    this.invitations = invitations;
    this.withdrawals = withdrawals;
    this.#tokens = asksForTokens(auth) ? new RoomTokens(auth) : undefined;
    this.#maxTtlS = auth.maxTtlS;
  }

  /** True in development mode: nobody is asked who they are. */
  get open(): boolean {
    return this.#tokens === undefined && this.invitations === undefined;
  }

  /**
   * Lets somebody in.
   * @param room the room they want; undefined when they have not said yet
   * @param entering false for what nobody may be kept from by a consent that was withdrawn: to hang up, to ask for one's data
   * @throws {AuthError}
   */
  async admit({ token, guest }: Credentials, room: string | undefined, entering = true): Promise<Access> {
    if (this.open) return OPEN_ACCESS;
    const access = token === undefined ? this.#ofGuest(guest) : await this.#ofToken(token, entering);
    if (room === undefined || room === access.room) return access;
    throw new AuthError('wrong-room', 'This is for another room. Get a token for the room you want to enter.');
  }

  /**
   * Lets somebody into a room no more by what they were given until now.
   * @returns `shutOut`: false in development mode, where everybody may come in; `kept`: whether a restart changes nothing
   */
  shutOut(identity: string, room: string, access?: Access): { readonly shutOut: boolean; readonly kept: boolean } {
    this.withdrawals.removed(identity, room);
    if (access) this.invitations?.revoke(access);
    // Invitations end with the process anyhow.
    return { shutOut: !this.open, kept: this.withdrawals.kept || this.invitations !== undefined };
  }

  async #ofToken(token: string, entering: boolean): Promise<Access> {
    if (!this.#tokens) throw new AuthError('bad-token', 'This installation takes no tokens, only invitations.');
    const claims = await this.#tokens.verify(token);
    if (entering) this.withdrawals.check(claims);
    return accessOf(claims, this.#maxTtlS);
  }

  #ofGuest(key: string | undefined): Access {
    const access = key === undefined ? undefined : this.invitations?.guest(key);
    if (access) return access;
    throw new AuthError(
      'no-token',
      this.invitations
        ? 'Come in by a link that is printed where Undertone was started; each lets one person in.'
        : 'A room token is needed: as "Authorization: Bearer TOKEN", as WebSocket subprotocols "undertone" and "bearer.TOKEN", or in session.start.',
    );
  }
}
