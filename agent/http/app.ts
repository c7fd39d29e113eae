/** Everything the agent serves over HTTP: the page, its health, and WHIP. */
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Config } from '../config/schema.ts';
import type { AnalysisControl } from '../rooms/control.ts';
import type { RoomDirectory } from '../rooms/directory.ts';
import { adminOnly, adminRoutes } from './admin.ts';
import type { PageFile } from './page-files.ts';
import { explanationRoutes, ownDataRoutes } from './participant-data.ts';
import { refuseForeign } from './same-origin.ts';
import { whipRoutes, type ReportFailure } from './whip.ts';

export interface AppOptions {
  readonly config: Config;
  readonly directory: RoomDirectory;
  readonly control: AnalysisControl;
  /** Model pack in use, `name@version`. */
  readonly pack: string;
  readonly page: ReadonlyMap<string, PageFile>;
  readonly report: ReportFailure;
}

/** Builds the HTTP side; `app.fetch` is what a server calls. */
export function createApp({ config, directory, control, pack, page, report }: AppOptions): Hono {
  const app = new Hono();
  const { origins } = config.server;
  const guard = adminOnly({ secret: config.admin.secret, proxied: origins.length > 0 });
  app.use(securityHeaders());
  app.use(async (context, next) => {
    const foreign = refuseForeign(context.req.header(), origins);
    return foreign === undefined ? next() : context.text(foreign, 403);
  });
  app.get('/healthz', (context) => {
    const health = directory.health();
    return context.json(health, health['status'] === 'ok' ? 200 : 503, { 'Cache-Control': 'no-store' });
  });
  app.route('/whip', whipRoutes(directory, report));
  app.route('/', explanationRoutes(config, pack));
  app.route('/rooms', ownDataRoutes(directory, control));
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
    report(error);
    return context.text('The server failed to answer. Its log says more.', 500);
  });
  return app;
}

function securityHeaders(): ReturnType<typeof secureHeaders> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      mediaSrc: ["'self'", 'blob:', 'mediastream:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    permissionsPolicy: { camera: ['self'], microphone: ['self'], geolocation: [], displayCapture: [] },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    // The server speaks plain HTTP on loopback; promising HTTPS is for the proxy in front of it.
    strictTransportSecurity: false,
  });
}
