/** What a room token says. */
import { z } from 'zod';
import { roomNameSchema } from '../protocol/participants.ts';
import type { Access } from './access.ts';

/**
 * What the platform calls a person. It becomes the participant's id and stands in logs, so it cannot hold what names and
 * mail addresses need: no spaces, no `@`.
 */
export const identitySchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/,
    'an identity is 1 to 64 letters, digits or "_.:-", and starts with a letter or digit; no names, no mail addresses',
  );

/** Roles are words of the platform's own; its tokens say who holds which, `policy.visibility` what they open. */
export const roleSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a role is 1 to 32 small letters, digits or hyphens');
const seconds = z.number().min(0).max(1e11);

/** Claims besides `aud` and `iss`, which are compared while the signature is checked. Others are left alone. */
export const claimsSchema = z.object({
  sub: identitySchema,
  room: roomNameSchema,
  publish: z.boolean(),
  subscribe: z.boolean(),
  /** Whose results: `self` (when nothing is said), `all` that the policy allows, or these identities besides oneself. */
  see: z.union([z.enum(['self', 'all']), z.array(identitySchema).max(256)]).default('self'),
  roles: z.array(roleSchema).max(16).default([]),
  consent: z.string().min(1).max(64).optional(),
  name: z.string().max(40).optional(),
  jti: z.string().min(8).max(128),
  iat: seconds,
  exp: seconds,
});

export type Claims = z.output<typeof claimsSchema>;

/** @param maxTtlS a token is worth nothing this long after it was made, whatever its `exp` says */
export function accessOf(claims: Claims, maxTtlS: number): Access {
  const { sub, name, room, publish, subscribe, see, roles, consent, exp, iat } = claims;
  return {
    identity: sub,
    name,
    room,
    publish,
    subscribe,
    roles,
    consent,
    sees: see === 'all' ? undefined : see === 'self' ? [] : see,
    expiresAtMs: Math.min(exp, iat + maxTtlS) * 1000,
  };
}
