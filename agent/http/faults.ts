/** Answers to what went wrong on the other side; it is told there, and not logged here. */
import type { Context } from 'hono';
import { AuthError } from '../auth/auth-error.ts';

/** @returns the answer, or undefined when the fault is none of the client's */
export function explainFault(error: unknown, context: Context): Response | undefined {
  if (error instanceof AuthError) return explainAuth(error, context);
  // Nobody is there any more to read this; a client that goes in the middle of a request must not fill the log.
  if (isGone(error)) return context.text('The request did not arrive whole.', 400);
  return undefined;
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

/** What an {@link AuthError} says, and in 401 and 403 the challenge of RFC 6750. */
function explainAuth(error: AuthError, context: Context): Response {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
  if (error.code === 'no-token') headers['WWW-Authenticate'] = 'Bearer';
  else if (error.status === 401)
    headers['WWW-Authenticate'] = `Bearer error="invalid_token", error_description="${error.code}"`;
  else if (error.status === 403)
    headers['WWW-Authenticate'] = `Bearer error="insufficient_scope", error_description="${error.code}"`;
  else headers['Retry-After'] = error.status === 429 ? '10' : '5';
  return context.text(error.message, error.status, headers);
}
