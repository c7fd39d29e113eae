/** Everything the agent serves over HTTP: the page, its health, and WHIP. */
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { RoomDirectory } from '../rooms/directory.ts';
import type { PageFile } from './page-files.ts';
import { refuseForeign } from './same-origin.ts';
import { whipRoutes, type ReportFailure } from './whip.ts';

export interface AppOptions {
  readonly directory: RoomDirectory;
  readonly page: ReadonlyMap<string, PageFile>;
  /** Origins besides this machine's own (`server.origins`). */
  readonly origins: readonly string[];
  readonly report: ReportFailure;
}

/** Builds the HTTP side; `app.fetch` is what a server calls. */
export function createApp({ directory, page, origins, report }: AppOptions): Hono {
  const app = new Hono();
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
