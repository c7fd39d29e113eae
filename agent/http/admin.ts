/** What who runs an installation may do over HTTP: stop and resume analysis, remove people, export receipts, delete data. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { isLoopback } from '../config/deployment.ts';
import type { Config } from '../config/schema.ts';
import { AnalysisStoppedError } from '../policy/analysis-switch.ts';
import { roomNameSchema } from '../protocol/participants.ts';
import type { AnalysisControl } from '../rooms/control.ts';
import type { AppEnv } from './app-env.ts';
import type { Front } from './front.ts';

/** Headers of proxies: who comes through one that is not declared may be anywhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** Lets pass who knows `admin.secret`; without a secret, programs of this machine. Everybody else gets 401 or 403. */
export function adminOnly({ admin, server }: Config, front: Front): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const { address } = context.get('visitor');
    if (admin.secret === undefined) {
      // A proxy that nobody declared makes everybody look like this machine.
      if (isLoopback(address) && !isForwarded(context, server)) return next();
      return context.text(
        'Without admin.secret only programs on this machine may do this. Set it, and send "Authorization: Bearer <secret>".',
        403,
      );
    }
    const sent = /^Bearer (\S{1,600})$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (sent !== undefined && same(sent, admin.secret)) return next();
    // Asked only now: whoever guesses from the same address must not keep the operator from stopping everything.
    front.limits.attempt(address);
    if (sent !== undefined) front.limits.failed(address);
    return context.text('Send "Authorization: Bearer <secret>" with the admin.secret of this server.', 401, {
      'WWW-Authenticate': 'Bearer',
    });
  };
}

/** The routes below `/admin`; who uses them passed {@link adminOnly}. */
export function adminRoutes(control: AnalysisControl): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (error instanceof AnalysisStoppedError) return context.text(error.message, 409);
    throw error;
  });
  app.use('/rooms/:room/*', async (context, next) =>
    roomNameSchema.safeParse(context.req.param('room')).success
      ? next()
      : context.text('A room name is 1 to 64 letters, digits or hyphens.', 400),
  );
  app.post('/stop', async (context) => stop(context, control));
  app.post('/rooms/:room/stop', async (context) => stop(context, control, context.req.param('room')));
  app.post('/resume', async (context) => resume(context, control));
  app.post('/rooms/:room/resume', async (context) => resume(context, control, context.req.param('room')));
  app.delete('/rooms/:room/participants/:id', (context) => {
    const { room, id } = context.req.param();
    return context.json(control.remove(room, id), 200, NOT_CACHED);
  });
  app.get('/receipts', (context) => {
    const receipts = control.receipts(context.req.query('participant'));
    return context.json({ exportedAt: new Date().toISOString(), receipts }, 200, NOT_CACHED);
  });
  app.delete('/participants/:id', async (context) =>
    context.json(await control.forget(context.req.param('id')), 200, NOT_CACHED),
  );
  return app;
}

const NOT_CACHED = { 'Cache-Control': 'no-store' };

async function stop(context: Context, control: AnalysisControl, room?: string): Promise<Response> {
  const stopped = await control.stop(room);
  return context.json(stopped, stopped.cleared ? 200 : 504, NOT_CACHED);
}

async function resume(context: Context, control: AnalysisControl, room?: string): Promise<Response> {
  await control.resume(room);
  return context.json(control.stopped, 200, NOT_CACHED);
}

function isForwarded(context: Context<AppEnv>, { origins, trustedProxies }: Config['server']): boolean {
  if (trustedProxies.length > 0) return context.get('visitor').proxied;
  return origins.length > 0 || FORWARDED.some((name) => context.req.header(name) !== undefined);
}

/** In the same time whatever was sent. */
function same(sent: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(secret));
}
