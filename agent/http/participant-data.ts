/** What people in a call can read and ask for: the explanation, and what is held of themselves. */
import { Hono, type Context } from 'hono';
import type { Config } from '../config/schema.ts';
import { explain } from '../policy/explanation.ts';
import { EXPLANATION_STYLE, explanationPage } from '../policy/explanation-page.ts';
import { roomNameSchema } from '../protocol/participants.ts';
import type { AnalysisControl } from '../rooms/control.ts';
import { RoomError } from '../rooms/directory.ts';
import type { AppEnv } from './app-env.ts';
import type { BearerDesk } from './bearer.ts';

/** `/about-this-call`, for everybody: `?room=NAME` tells what holds in that room. */
export function explanationRoutes(config: Config, pack: string): Hono {
  const app = new Hono();
  app.get('/about-this-call', (context) => {
    const room = roomNameSchema.optional().safeParse(context.req.query('room'));
    if (!room.success) return context.text('A room name is 1 to 64 letters, digits or hyphens.', 400);
    return context.html(explanationPage(explain(config, { room: room.data, pack })), 200, {
      'Cache-Control': 'no-cache',
    });
  });
  app.get('/about-this-call.css', (context) =>
    context.body(EXPLANATION_STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }),
  );
  return app;
}

/**
 * `/rooms/:room/my-data`: GET a copy, DELETE it. Asks for the token of `session.ready`, or for a room token: then it works
 * for who is not in the call (any longer), too. What is told and deleted is the person's in all rooms.
 */
export function ownDataRoutes(desk: BearerDesk, control: AnalysisControl): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.onError((error, context) => {
    if (!(error instanceof RoomError)) throw error;
    return context.text(error.message, error.status, error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
  });
  app.get('/:room/my-data', async (context) => {
    const participant = await whose(desk, context);
    const lines = (await control.recorded(participant)).split('\n').filter((line) => line !== '');
    const events = lines.map((line): unknown => JSON.parse(line));
    const receipts = control.receipts(participant);
    return context.json({ exportedAt: new Date().toISOString(), participant, receipts, events }, 200, NOT_CACHED);
  });
  app.delete('/:room/my-data', async (context) =>
    context.json(await control.forget(await whose(desk, context)), 200, NOT_CACHED),
  );
  return app;
}

const NOT_CACHED = { 'Cache-Control': 'no-store' };

/** The participant id of who asks. @throws {RoomError} {@link AuthError} */
async function whose(desk: BearerDesk, context: Context<AppEnv>): Promise<string> {
  const { seat, access } = await desk.bearer(context, context.req.param('room') ?? '', false);
  const id = seat?.member.id ?? access?.identity;
  if (id !== undefined) return id;
  throw new RoomError('unauthorised', 401, 'Send the token of session.ready: this one does not say who you are.');
}
