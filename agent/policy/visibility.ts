/** Who may see whose results. Everything that is told of a person passes through {@link maySee}. */
import type { Config } from '../config/schema.ts';

/** The person alone, everybody in the room, or the person and those who hold one of these roles. */
export type Visibility = 'self' | 'room' | readonly string[];

/** Somebody of whom results are told. */
export interface Subject {
  /** Participant id. */
  readonly id: string;
  /** What the platform calls them. */
  readonly externalId?: string | undefined;
}

/** Somebody who would see results. */
export interface Onlooker {
  /** Participant id. */
  readonly id: string;
  readonly roles: readonly string[];
  /** Whom their token lets them see besides themselves, by either id; undefined when it narrows nothing. */
  readonly sees?: readonly string[] | undefined;
}

/** What holds in an installation: what its configuration says, else `room` in the demo and `self` everywhere else. */
export function visibilityOf({ policy, deployment }: Pick<Config, 'policy' | 'deployment'>): Visibility {
  return policy.visibility ?? (deployment.context === 'demo' ? 'room' : 'self');
}

/** The same in one word, as `session.ready.results` has it. */
export function visibilityKind(visibility: Visibility): 'self' | 'room' | 'roles' {
  return visibility === 'self' || visibility === 'room' ? visibility : 'roles';
}

/**
 * The one rule. Everybody sees their own results; of others only what both the policy and the onlooker's token allow,
 * so that a token can narrow the policy and never widen it.
 */
export function maySee(visibility: Visibility, onlooker: Onlooker, subject: Subject): boolean {
  if (onlooker.id === subject.id) return true;
  if (visibility === 'self') return false;
  if (!allowedByToken(onlooker.sees, subject)) return false;
  return visibility === 'room' || onlooker.roles.some((role) => visibility.includes(role));
}

function allowedByToken(sees: Onlooker['sees'], { id, externalId }: Subject): boolean {
  return sees === undefined || sees.includes(id) || (externalId !== undefined && sees.includes(externalId));
}
