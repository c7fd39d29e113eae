/** Who consented, when, to which words. The only place in the process that can make a {@link ConsentGrant}. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { ConsentGrant } from '../../sfu/index.ts';

/** Consent cannot be recorded: the person read other words than those that hold now. */
export class ReceiptOutdatedError extends Error {
  override readonly name = 'ReceiptOutdatedError';
  readonly code = 'receipt-outdated';
}

/** In memory, off by default. Grants live here until they are withdrawn; the audit log gets who, when and which version. */
export class ConsentLedger {
  readonly #issuer = ConsentGrant.createIssuer();
  readonly #grants = new Map<string, ConsentGrant>();
  readonly #receiptVersion: string;
  readonly #audit: Logger;

  /** @param audit gets one line for every grant and withdrawal, without names or media */
  constructor(receiptVersion: string, audit: Logger) {
    this.#receiptVersion = receiptVersion;
    this.#audit = audit;
  }

  /**
   * Records consent.
   * @returns the live grant: the one that holds already, or a new one
   * @throws {ReceiptOutdatedError} when `receiptVersion` is not the receipt that holds now
   */
  grant(room: string, participant: string, receiptVersion: string | undefined): ConsentGrant {
    if (receiptVersion !== this.#receiptVersion) {
      throw new ReceiptOutdatedError(
        `consent was not recorded: it names receipt ${receiptVersion === undefined ? 'no version' : 'another version'}, ` +
          `but ${this.#receiptVersion} holds now. Show the receipt of session.ready again and send its version.`,
      );
    }
    const held = this.#grants.get(keyOf(room, participant));
    if (held) return held;
    const grant = this.#issuer.issue(room, participant, receiptVersion);
    this.#grants.set(keyOf(room, participant), grant);
    this.#record('consent.granted', grant);
    return grant;
  }

  /** Withdraws consent: the grant is dead when this returns. False when there was none. */
  withdraw(room: string, participant: string, reason: 'person' | 'left' | 'shutdown'): boolean {
    const key = keyOf(room, participant);
    const grant = this.#grants.get(key);
    if (!grant) return false;
    this.#grants.delete(key);
    this.#issuer.revoke(grant);
    this.#record('consent.withdrawn', grant, reason);
    return true;
  }

  /** The live grant of a participant, if there is one. */
  current(room: string, participant: string): ConsentGrant | undefined {
    return this.#grants.get(keyOf(room, participant));
  }

  /** How many consents are live now. */
  get size(): number {
    return this.#grants.size;
  }

  #record(event: string, grant: ConsentGrant, reason?: string): void {
    const { participant, receiptVersion } = grant;
    this.#audit.info({ audit: true, event, participant, room: roomTag(grant.room), receiptVersion, reason }, event);
  }
}

/** A room's name in logs: people put their names into room names. */
export function roomTag(room: string): string {
  return createHash('sha256').update(room).digest('hex').slice(0, 8);
}

function keyOf(room: string, participant: string): string {
  return JSON.stringify([room, participant]);
}
