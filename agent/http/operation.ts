/** What programs that look after this one ask: is it alive, can it take calls, how does it fare. */
import { Hono, type MiddlewareHandler } from 'hono';
import type { Metrics } from '../metrics/metrics.ts';
import type { Readiness } from '../metrics/readiness.ts';
import type { AppEnv } from './app-env.ts';

export interface Operation {
  /** Counts, nothing of people. */
  health(): Readonly<Record<string, number | string>>;
  readiness(): Promise<Readiness>;
  /** Undefined where `telemetry.metrics` is off. */
  metrics(): Metrics | undefined;
}

const NOT_CACHED = { 'Cache-Control': 'no-store' };

/** `/healthz` and `/readyz` for everybody; `/metrics` for whom `guard` lets pass. */
export function operationRoutes(operation: Operation, guard: MiddlewareHandler<AppEnv>): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  // Alive means that this line runs; a process that shuts down in good order must not be killed for it.
  app.get('/healthz', (context) => context.json(operation.health(), 200, NOT_CACHED));
  app.get('/readyz', async (context) => {
    const found = await operation.readiness();
    return context.json(found, found.ready ? 200 : 503, NOT_CACHED);
  });
  app.get('/metrics', guard, async (context) => {
    const metrics = operation.metrics();
    if (!metrics) return context.text('Metrics are off here. Set telemetry.metrics to true.', 404);
    return context.body(await metrics.text(), 200, { ...NOT_CACHED, 'Content-Type': metrics.contentType });
  });
  return app;
}
