/** Everything the agent serves over HTTP: the page, its health, and WHIP. */
import { Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { Config } from '../config/schema.ts';
import type { AnalysisControl } from '../rooms/control.ts';
import type { RoomDirectory } from '../rooms/directory.ts';
import { adminOnly, adminRoutes } from './admin.ts';
import type { AppEnv } from './app-env.ts';
import { BearerDesk } from './bearer.ts';
import { explainFault } from './faults.ts';
import type { Front } from './front.ts';
import { joinRoutes } from './join.ts';
import { operationRoutes, type Operation } from './operation.ts';
import type { PageFile } from './page-files.ts';
import { explanationRoutes, ownDataRoutes } from './participant-data.ts';
import { whipRoutes, type ReportFailure } from './whip.ts';

export interface AppOptions {
  readonly config: Config;
  readonly front: Front;
  readonly directory: RoomDirectory;
  readonly control: AnalysisControl;
  readonly operation: Operation;
  /** Model pack in use, `name@version`. */
  readonly pack: string;
  readonly page: ReadonlyMap<string, PageFile>;
  readonly report: ReportFailure;
}

/** Builds the HTTP side; `app.fetch` is what a server calls. */
export function createApp({
  config,
  front,
  directory,
  control,
  operation,
  pack,
  page,
  report,
}: AppOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const { origins } = config.server;
  const guard = adminOnly(config, front);
  app.use(securityHeaders());
  app.use(receive(front));
  if (origins.length > 0) app.use(letPagesOf(origins));
  if (front.gate.invitations) app.route('/join', joinRoutes(front, front.gate.invitations));
  app.route('/', operationRoutes(operation, guard));
  app.route('/whip', whipRoutes({ front, directory, report, iceServers: config.sfu.iceServers }));
  app.route('/', explanationRoutes(config, pack));
  app.route('/rooms', ownDataRoutes(new BearerDesk(front, directory), control));
  app.use('/admin/*', guard);
  app.route('/admin', adminRoutes(control));
  app.get('/ws', (context) =>
    context.text('Connect with a WebSocket: ws://…/ws?room=NAME.', 426, { Upgrade: 'websocket' }),
  );
  app.get('*', (context) => {
    const file = page.get(context.req.path);
    if (file) {
      const cache = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
      return context.body(file.body, 200, { 'Content-Type': file.type, 'Cache-Control': cache });
    }
    if (context.req.path === '/')
      return context.text('The page is not built. Run "npm run build", then start again.', 503);
    return context.text('Nothing here. The page is at /.', 404);
  });
  app.notFound((context) => context.text('Nothing here. The page is at /.', 404));
  app.onError((error, context) => {
    const fault = explainFault(error, context);
    if (fault) return fault;
    report(error);
    return context.text('The server failed to answer. Its log says more.', 500);
  });
  return app;
}

/** Looks at where a request comes from, before anything is done with it. */
function receive(front: Front): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const visitor = front.receive(context.env.incoming);
    context.set('visitor', visitor);
    await next();
    if (front.hsts && visitor.secure) context.header('Strict-Transport-Security', 'max-age=31536000');
  };
}

/** Pages of `server.origins` may publish and read their own data; they show tokens, so no cookies are let through. */
function letPagesOf(origins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'If-Match'],
    exposeHeaders: ['ETag', 'Link', 'Location'],
    maxAge: 600,
  });
}

function securityHeaders(): ReturnType<typeof secureHeaders> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      mediaSrc: ["'self'", 'blob:', 'mediastream:'],
      baseUri: ["'none'"],
      formAction: [(context) => (context.req.path.startsWith('/join/') ? "'self'" : "'none'")],
      frameAncestors: ["'none'"],
    },
    permissionsPolicy: { camera: ['self'], microphone: ['self'], geolocation: [], displayCapture: [] },
    referrerPolicy: 'no-referrer',
    // A route may know better, see `/join`.
    overwrite: false,
    xFrameOptions: 'DENY',
    // Only where HTTPS is spoken, see above.
    strictTransportSecurity: false,
  });
}
