/** WHIP (RFC 9725): publish by one POST of an SDP offer; PATCH trickles candidates; DELETE ends it. */
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Config } from '../config/schema.ts';
import { ReceiptOutdatedError } from '../consent/ledger.ts';
import { RoomError, type RoomDirectory, type Seat } from '../rooms/directory.ts';
import type { AppEnv } from './app-env.ts';
import { BearerDesk } from './bearer.ts';
import { explainFault } from './faults.ts';
import type { Front } from './front.ts';

const SDP_LIMIT_BYTES = 200_000;
const FRAGMENT_LIMIT_BYTES = 32_000;

/** Statuses of what the SFU refuses, by its error codes; anything else is the server's fault. */
const SFU_STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  'bad-offer': 400,
  'bad-fragment': 400,
  'no-such-publication': 404,
  limit: 503,
  'no-port': 503,
  closed: 503,
  'engine-gone': 503,
};

/** Reports a failure that is not the client's. */
export type ReportFailure = (error: unknown) => void;

/** What publishing stands on. */
export interface WhipOptions {
  readonly front: Front;
  readonly directory: RoomDirectory;
  readonly report: ReportFailure;
  /** `sfu.iceServers` */
  readonly iceServers: Config['sfu']['iceServers'];
}

/** The routes below `/whip`. */
export function whipRoutes({ front, directory, report, iceServers }: WhipOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const desk = new BearerDesk(front, directory);
  app.onError((error, context) => explain(error, context, report));
  app.post('/:room', limit(SDP_LIMIT_BYTES), async (context) => {
    front.limits.publish(context.get('visitor').address);
    const bearer = await desk.bearer(context, param(context, 'room'));
    const offer = await readBody(context, 'application/sdp', 'the SDP offer');
    if (offer instanceof Response) return offer;
    if (!/^v=0\r?\n/.test(offer)) return context.text('The body is not an SDP offer: it must begin with "v=0".', 400);
    const { seat, id, answerSdp } = bearer.seat
      ? { seat: bearer.seat, ...(await directory.publish(bearer.seat, offer)) }
      : await directory.publishWith(bearer.access, param(context, 'room'), offer);
    return context.body(answerSdp, 201, {
      'Content-Type': 'application/sdp',
      Location: `/whip/${seat.room.name}/${id}`,
      ETag: etag(directory.iceSession(seat, id)),
      ...(iceServers.length > 0 && { Link: iceServers.flatMap(linksOf).join(', ') }),
    });
  });
  app.patch('/:room/:id', limit(FRAGMENT_LIMIT_BYTES), async (context) =>
    patch(directory, await desk.seat(context, param(context, 'room')), context),
  );
  app.delete('/:room/:id', async (context) => {
    await directory.unpublish(await desk.seat(context, param(context, 'room')), param(context, 'id'));
    return context.body(null, 200);
  });
  app.all('/:room', (context) => context.text('POST an SDP offer here to publish (WHIP).', 405, { Allow: 'POST' }));
  app.all('/:room/:id', (context) =>
    context.text('PATCH candidates or DELETE the publication.', 405, { Allow: 'PATCH, DELETE' }),
  );
  return app;
}

async function patch(directory: RoomDirectory, seat: Seat, context: Context): Promise<Response> {
  const id = param(context, 'id');
  const session = directory.iceSession(seat, id);
  const condition = context.req.header('if-match');
  if (condition !== undefined && condition !== '*' && condition !== etag(session)) {
    return context.text(
      'If-Match names another ICE session: this one was restarted. Read the ETag of the last answer.',
      412,
    );
  }
  const fragment = await readBody(context, 'application/trickle-ice-sdpfrag', 'the candidates');
  if (fragment instanceof Response) return fragment;
  const answer = await directory.trickle(seat, id, fragment);
  if (answer === undefined) return context.body(null, 204);
  return context.body(answer, 200, {
    'Content-Type': 'application/trickle-ice-sdpfrag',
    ETag: etag(directory.iceSession(seat, id)),
  });
}

function limit(maxSize: number): ReturnType<typeof bodyLimit> {
  return bodyLimit({
    maxSize, // What is left of the body is not read: this connection is of no more use.
    onError: (context) => context.text(`The body is larger than ${maxSize} bytes.`, 413, { Connection: 'close' }),
  });
}

/** The body as text, or the response that says why it is not accepted. */
async function readBody(context: Context, type: string, what: string): Promise<string | Response> {
  const sent = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (sent !== type) return context.text(`Send ${what} with "Content-Type: ${type}".`, 415, { Accept: type });
  const text = await context.req.text();
  return text.trim() === '' ? context.text(`The body is empty: send ${what} in it.`, 400) : text;
}

function param(context: Context, name: string): string {
  return context.req.param(name) ?? '';
}

/** An ICE server as RFC 9725 4.6 tells of it. */
function linksOf({ urls, username, credential }: Config['sfu']['iceServers'][number]): string[] {
  const secret =
    username === undefined || credential === undefined
      ? ''
      : `; username=${JSON.stringify(username)}; credential=${JSON.stringify(credential)}; credential-type="password"`;
  return urls.map((url) => `<${url}>; rel="ice-server"${secret}`);
}

function etag(iceSession: number): string {
  return `"ice-${iceSession}"`;
}

function explain(error: Error, context: Context, report: ReportFailure): Response {
  if (error instanceof RoomError) {
    return context.text(error.message, error.status, error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
  }
  const fault = explainFault(error, context);
  if (fault) return fault;
  if (error instanceof ReceiptOutdatedError) return context.text(error.message, 409);
  const status = 'code' in error && typeof error.code === 'string' ? SFU_STATUS[error.code] : undefined;
  if (status !== undefined) return context.text(error.message, status);
  report(error);
  return context.text('Publishing failed on the server. Try again; its log says more.', 500);
}
