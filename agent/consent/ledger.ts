/** Who consented, when, to which words. The only place in the process that can make a {@link ConsentGrant}. */
import { randomUUID } from 'node:crypto';
import { ConsentGrant } from '../../sfu/index.ts';
import type { AuditLog } from './audit-log.ts';

/** Ended receipts that are kept for export; the oldest fall, and are counted. The audit file has them all. */
const ENDED_LIMIT = 10_000;

/** Why a consent ended. */
export type WithdrawReason = 'person' | 'left' | 'shutdown' | 'stopped' | 'deleted';

/** Consent cannot be recorded: the person read other words than those that hold now. */
export class ReceiptOutdatedError extends Error {
  override readonly name = 'ReceiptOutdatedError';
  readonly code = 'receipt-outdated';
}

/** What is kept of one consent; times are ISO 8601 in UTC. */
export interface ConsentReceipt {
  readonly id: string;
  /** The id of the session. */
  readonly participant: string;
  /** What the platform calls this person. */
  readonly externalId?: string;
  readonly room: string;
  /** The version of the notice that the person read, see {@link Receipt}. */
  readonly receiptVersion: string;
  readonly purposes: readonly string[];
  readonly grantedAt: string;
  readonly withdrawnAt?: string;
  readonly withdrawnBecause?: WithdrawReason;
}

/** Whose consent it is. */
export interface Consenting {
  /** Participant id. */
  readonly id: string;
  readonly externalId?: string | undefined;
}

export interface ConsentLedgerOptions {
  /** The version of the words that hold now in a room. */
  receiptVersion(room: string): string;
  readonly purposes: readonly string[];
  readonly audit: AuditLog;
}

interface Held {
  readonly grant: ConsentGrant;
  readonly receipt: ConsentReceipt;
}

/** In memory, off by default. A consent lives here until it is withdrawn, its receipt somewhat longer. */
export class ConsentLedger {
  readonly #options: ConsentLedgerOptions;
  readonly #issuer = ConsentGrant.createIssuer();
  readonly #held = new Map<string, Held>();
  readonly #ended: ConsentReceipt[] = [];
  readonly #changes = { granted: 0, person: 0, left: 0, shutdown: 0, stopped: 0, deleted: 0 };
  #fallen = 0;

  constructor(options: ConsentLedgerOptions) {
    this.#options = options;
  }

  /**
   * Records consent.
   * @returns the live grant: the one that holds already, or a new one
   * @throws {ReceiptOutdatedError} when `receiptVersion` is not the receipt that holds now
   */
  grant(room: string, { id: participant, externalId }: Consenting, receiptVersion: string | undefined): ConsentGrant {
    const current = this.#options.receiptVersion(room);
    if (receiptVersion !== current) {
      throw new ReceiptOutdatedError(
        `consent was not recorded: it names receipt ${receiptVersion === undefined ? 'no version' : 'another version'}, ` +
          `but ${current} holds now. Show the receipt of session.ready again and send its version.`,
      );
    }
    const held = this.#held.get(keyOf(room, participant));
    if (held) return held.grant;
    const grant = this.#issuer.issue(room, participant, receiptVersion);
    this.#changes.granted++;
    const { purposes, audit } = this.#options;
    const grantedAt = new Date().toISOString();
    const who = { participant, ...(externalId === undefined ? {} : { externalId }) };
    const receipt = { id: randomUUID(), ...who, room, receiptVersion, purposes, grantedAt };
    this.#held.set(keyOf(room, participant), { grant, receipt });
    audit.record({ event: 'consent.granted', ...who, room, receipt: receipt.id, receiptVersion, purposes });
    return grant;
  }

  /** Withdraws consent: the grant is dead when this returns. False when there was none. */
  withdraw(room: string, participant: string, reason: WithdrawReason): boolean {
    const key = keyOf(room, participant);
    const held = this.#held.get(key);
    if (!held) return false;
    this.#held.delete(key);
    this.#issuer.revoke(held.grant);
    this.#changes[reason]++;
    const { id, externalId, receiptVersion } = held.receipt;
    this.#end({ ...held.receipt, withdrawnAt: new Date().toISOString(), withdrawnBecause: reason });
    const event = 'consent.withdrawn';
    this.#options.audit.record({ event, participant, externalId, room, receipt: id, receiptVersion, reason });
    return true;
  }

  /** Writes down that nothing of somebody who withdrew is held any more. */
  cleared(room: string, { id, externalId }: Consenting, tookMs: number): void {
    this.#options.audit.record({ event: 'consent.cleared', participant: id, externalId, room, tookMs });
  }

  /** The live grant of a participant, if there is one. */
  current(room: string, participant: string): ConsentGrant | undefined {
    return this.#held.get(keyOf(room, participant))?.grant;
  }

  /** Receipts for export, ended ones first: all, or those of one person, by either id. */
  receipts(person?: string): readonly ConsentReceipt[] {
    const all = [...this.#ended, ...[...this.#held.values()].map(({ receipt }) => receipt)];
    if (person === undefined) return all;
    return all.filter(({ participant, externalId }) => participant === person || externalId === person);
  }

  /** How many consents are live now. */
  get size(): number {
    return this.#held.size;
  }

  /** Since the start: how often consent was given, and ended for each reason. */
  get changes(): Readonly<Record<'granted' | WithdrawReason, number>> {
    return this.#changes;
  }

  /** Ended receipts that are no longer kept here. */
  get fallen(): number {
    return this.#fallen;
  }

  #end(receipt: ConsentReceipt): void {
    this.#ended.push(receipt);
    if (this.#ended.length <= ENDED_LIMIT) return;
    this.#ended.shift();
    this.#fallen++;
  }
}

function keyOf(room: string, participant: string): string {
  return JSON.stringify([room, participant]);
}
