/** `/join/CODE`: one person comes in by an invitation (`--lan`), and is known by a cookie from then on. */
import { Hono } from 'hono';
import { html } from 'hono/html';
import { AuthError } from '../auth/auth-error.ts';
import type { Invitations } from '../auth/invitations.ts';
import type { Front } from './front.ts';
import type { AppEnv } from './app-env.ts';

/** The prefix makes browsers insist on HTTPS, this host and the whole path. */
const COOKIE = '__Host-undertone';

/** The routes below `/join`. */
export function joinRoutes(front: Front, invitations: Invitations): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  // Asking first: programs that look at links before people do must not use them up.
  // And with the referrer held back even here, browsers would call the page's own form a stranger's (Origin: null).
  app.get('/:code', (context) => context.html(askPage(), 200, { 'Referrer-Policy': 'same-origin' }));
  app.post('/:code', (context) => {
    const { address } = context.get('visitor');
    front.limits.attempt(address);
    try {
      const { key, ttlS } = invitations.redeem(context.req.param('code'));
      context.header('Set-Cookie', `${COOKIE}=${key}; Path=/; Max-Age=${ttlS}; Secure; HttpOnly; SameSite=Strict`);
      return context.redirect(`/?room=${invitations.room}`, 303);
    } catch (error) {
      if (error instanceof AuthError) front.limits.failed(address);
      throw error;
    }
  });
  return app;
}

/** The guest's key in a `Cookie` header. */
export function guestKey(cookies: string | undefined): string | undefined {
  return cookies
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}

function askPage(): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="dark light" />
        <title>Join a call</title>
        <link rel="icon" href="data:," />
      </head>
      <body>
        <h1>You are invited to a call</h1>
        <p>This link lets one person in. Nothing of you is analysed before you agree to it.</p>
        <form method="post"><button type="submit">Join</button></form>
      </body>
    </html>`;
}
