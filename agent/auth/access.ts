/** What somebody may do, once it is known who they are. */

export interface Access {
  /** What the platform calls this person: the participant's id in the room. Undefined: the server gives one. */
  readonly identity?: string | undefined;
  /** Shown to the others; outranks what the client says. */
  readonly name?: string | undefined;
  /** The only room this is for; undefined: any. */
  readonly room?: string | undefined;
  /** May send media, and be analysed. */
  readonly publish: boolean;
  /** May watch the others and hear of results. */
  readonly subscribe: boolean;
  /** Whose results besides one's own; undefined: everybody's that the policy allows. It narrows the policy, never widens it. */
  readonly sees?: readonly string[] | undefined;
  /** Roles that the policy may let see more (`policy.visibility`). */
  readonly roles: readonly string[];
  /** The version of the receipt that the person agreed to with the platform, for publishers without a page. */
  readonly consent?: string | undefined;
  /** Milliseconds since 1970; then the session ends. */
  readonly expiresAtMs?: number | undefined;
}

/** What everybody may do in development mode, on this machine. */
export const OPEN_ACCESS: Access = { publish: true, subscribe: true, roles: [] };
