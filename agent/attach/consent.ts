/** Consent that the platform itself has asked for, written down: who, to which words, when and how. */
import { ConsentGrant } from '../../sfu/index.ts';
import { AttachError } from './attach-error.ts';

/** What the platform knows of somebody's consent. */
export interface ConsentFacts {
  /** Opaque to Undertone; it comes back in the events. */
  readonly room: string;
  /** Who consented: the platform's own id of them. */
  readonly participant: string;
  /** The version of the words that they were shown, so that it can be told later what they agreed to. */
  readonly receiptVersion: string;
  /** When they consented; now when left out. */
  readonly at?: Date;
  /** How, for the record: `dialog`, `contract 4711`. */
  readonly how?: string;
}

/** What is to be kept as proof. Plain data, without media or names unless the platform's ids are such. */
export interface ConsentRecord {
  readonly room: string;
  readonly participant: string;
  readonly receiptVersion: string;
  readonly how: string | null;
  /** ISO 8601. */
  readonly consentedAt: string;
  /** ISO 8601; null while consent holds. */
  readonly withdrawnAt: string | null;
}

/** Clears a person everywhere; resolves when nothing is held. */
type Clear = () => Promise<void>;

const issuer = ConsentGrant.createIssuer();
const holders = new WeakMap<ConsentGrant, Set<Clear>>();
/** A record that lies further ahead than clocks differ is a mistake, not a consent. */
const CLOCKS_DIFFER_MS = 60_000;

/** Somebody's consent, as long as it holds. Made by {@link recordConsent} alone. */
export class Consent {
  /** Pass this to `attach`. */
  readonly grant: ConsentGrant;
  readonly #how: string | null;
  readonly #at: Date;
  #withdrawnAt: Date | undefined;
  #clearing: Promise<void> | undefined;

  /** Takes facts that {@link recordConsent} has checked. */
  constructor({ room, participant, receiptVersion, at, how }: ConsentFacts) {
    this.grant = issuer.issue(room, participant, receiptVersion);
    this.#at = at ?? new Date();
    this.#how = how ?? null;
    holders.set(this.grant, new Set());
  }

  /** Store this where you keep proof: Undertone keeps it in memory only. */
  get record(): ConsentRecord {
    const { room, participant, receiptVersion } = this.grant;
    return {
      room,
      participant,
      receiptVersion,
      how: this.#how,
      consentedAt: this.#at.toISOString(),
      withdrawnAt: this.#withdrawnAt?.toISOString() ?? null,
    };
  }

  /** Ends every fork of this person at once; resolves when buffers, memory and baselines are gone, within a second. Idempotent. */
  withdraw(): Promise<void> {
    this.#clearing ??= this.#withdraw();
    return this.#clearing;
  }

  async #withdraw(): Promise<void> {
    this.#withdrawnAt = new Date();
    issuer.revoke(this.grant);
    const clears = holders.get(this.grant) ?? new Set<Clear>();
    holders.delete(this.grant);
    await Promise.all([...clears].map((clear) => clear()));
  }
}

/**
 * Records that a person consented to be analysed. Ask first, in words that say what is done (Regulation (EU) 2016/679,
 * Art. 7; Regulation (EU) 2024/1689, Art. 50(3)), and offer withdrawal as easily.
 * @throws {AttachError} `bad-argument` when the facts prove nothing: no person, no version, or a time yet to come
 */
export function recordConsent(facts: ConsentFacts): Consent {
  for (const key of ['room', 'participant', 'receiptVersion'] as const) {
    // Programs in plain JavaScript may pass anything.
    const fact: unknown = (facts as Partial<ConsentFacts> | undefined)?.[key];
    if (typeof fact !== 'string' || fact.trim() === '')
      throw new AttachError('bad-argument', `A consent without "${key}" proves nothing: name it.`);
  }
  const { at = new Date() } = facts;
  const atMs = at instanceof Date ? at.getTime() : Number.NaN;
  if (Number.isNaN(atMs) || atMs > Date.now() + CLOCKS_DIFFER_MS)
    throw new AttachError('bad-argument', 'The time of a consent ("at") must be a Date that has come.');
  return new Consent(facts);
}

/**
 * Has `clear` called when the consent behind `grant` is withdrawn; withdrawal waits for it.
 * @returns a function that ends this
 * @throws {AttachError} `no-consent` when the grant is not live, or not of {@link recordConsent}
 */
export function holdWhileConsented(grant: ConsentGrant, clear: Clear): () => void {
  const clears = holders.get(grant);
  if (!clears || grant.revoked.aborted)
    throw new AttachError(
      'no-consent',
      'Nobody may be analysed on this grant: it was withdrawn, or recordConsent did not make it. Ask the person.',
    );
  clears.add(clear);
  return () => clears.delete(clear);
}
