/** What the running agent tells of itself: counted and measured for Prometheus, and hop by hop for a trace collector. */
import type { Logger } from 'pino';
import type { AffectEvent } from '../pipeline/index.ts';
import type { Config } from './config/schema.ts';
import { watchEventLoop } from './metrics/loop-alarm.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Delivered, Observer } from './metrics/observer.ts';
import type { MetricsSources } from './metrics/sources.ts';
import { SubscriberTally } from './metrics/subscriber-tally.ts';
import { packageVersion } from './package-root.ts';
import type { HopTracer } from './tracing/hop-tracer.ts';

/** Nothing is loaded or measured before {@link Telemetry.begin}, and then only what the configuration switches on. */
export class Telemetry implements Observer {
  readonly subscribers = new SubscriberTally();
  #metrics: Metrics | undefined;
  #tracer: HopTracer | undefined;
  #stopWatching: (() => void) | undefined;

  /** There where `telemetry.metrics` is on. */
  get metrics(): Metrics | undefined {
    return this.#metrics;
  }

  async begin(config: Config['telemetry'], sources: Omit<MetricsSources, 'subscribers'>, log: Logger): Promise<void> {
    this.#stopWatching = watchEventLoop(log);
    if (config.metrics) {
      const { Metrics } = await import('./metrics/metrics.ts');
      this.#metrics = new Metrics({ ...sources, subscribers: this.subscribers });
    }
    if (config.otlp === undefined) return;
    const { HopTracer } = await import('./tracing/hop-tracer.ts');
    const { sfu, analysis } = sources;
    this.#tracer = await HopTracer.open({
      endpoint: config.otlp,
      sample: config.sample,
      version: packageVersion(),
      attributes: {
        'undertone.engine': sfu.engine,
        'undertone.pack': analysis.pack,
        'undertone.provider': analysis.provider,
      },
    });
  }

  published(event: AffectEvent): void {
    this.#metrics?.published(event);
  }

  delivered(delivered: Delivered): void {
    this.#metrics?.delivered(delivered);
    this.#tracer?.delivered(delivered);
  }

  cleared(tookMs: number): void {
    this.#metrics?.cleared(tookMs);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stopWatching?.();
    this.#metrics?.close();
    await this.#tracer?.close();
  }
}
