/** Proof that a participant consented; without one there is no tap. */

const issued = new WeakSet<object>();

/** A live permission to analyse one participant in one room. Only a {@link GrantIssuer} makes one. */
export class ConsentGrant {
  readonly #abort = new AbortController();
  readonly room: string;
  readonly participant: string;
  /** The version of the receipt that the participant accepted. */
  readonly receiptVersion: string;

  private constructor(room: string, participant: string, receiptVersion: string) {
    this.room = room;
    this.participant = participant;
    this.receiptVersion = receiptVersion;
  }

  /** Aborts when the participant withdraws; every holder of media must clear itself then. */
  get revoked(): AbortSignal {
    return this.#abort.signal;
  }

  /** True for a grant that a ledger issued, has not revoked, and that covers this participant. Checked at run time too. */
  static covers(grant: unknown, room: string, participant: string): grant is ConsentGrant {
    return (
      grant instanceof ConsentGrant &&
      issued.has(grant) &&
      !grant.revoked.aborted &&
      grant.room === room &&
      grant.participant === participant
    );
  }

  /** The one place grants come from: the consent ledger calls this once and keeps what it gets to itself. */
  static createIssuer(): GrantIssuer {
    return {
      issue(room, participant, receiptVersion) {
        const grant = new ConsentGrant(room, participant, receiptVersion);
        issued.add(grant);
        return grant;
      },
      revoke(grant) {
        grant.#abort.abort(new Error('consent withdrawn'));
      },
    };
  }
}

/** Makes and withdraws grants; held by the consent ledger alone. */
export interface GrantIssuer {
  issue(room: string, participant: string, receiptVersion: string): ConsentGrant;
  revoke(grant: ConsentGrant): void;
}
