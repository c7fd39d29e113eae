/** What people in a call can read and ask for: the explanation, and what is held of themselves. */
import { Hono, type Context } from 'hono';
import type { Config } from '../config/schema.ts';
import { explain } from '../policy/explanation.ts';
import { EXPLANATION_STYLE, explanationPage } from '../policy/explanation-page.ts';
import { roomNameSchema } from '../protocol/participants.ts';
import type { AnalysisControl } from '../rooms/control.ts';
import { RoomError, type RoomDirectory, type Seat } from '../rooms/directory.ts';

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

/** `/rooms/:room/my-data`: GET a copy, DELETE it. Asks for the token of `session.ready`. */
export function ownDataRoutes(directory: RoomDirectory, control: AnalysisControl): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (!(error instanceof RoomError)) throw error;
    return context.text(error.message, error.status, error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
  });
  app.get('/:room/my-data', async (context) => {
    const { member } = seatOf(directory, context);
    const lines = (await control.recorded(member.person)).split('\n').filter((line) => line !== '');
    const events = lines.map((line): unknown => JSON.parse(line));
    const receipts = control.receipts(member.person);
    return context.json({ exportedAt: new Date().toISOString(), receipts, events }, 200, NOT_CACHED);
  });
  app.delete('/:room/my-data', async (context) =>
    context.json(await control.delete(seatOf(directory, context)), 200, NOT_CACHED),
  );
  return app;
}

const NOT_CACHED = { 'Cache-Control': 'no-store' };

function seatOf(directory: RoomDirectory, context: Context): Seat {
  const token = /^Bearer ([\w-]{1,200})$/i.exec(context.req.header('authorization') ?? '')?.[1];
  return directory.authorise(token, context.req.param('room') ?? '');
}
