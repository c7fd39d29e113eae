/** Tells an OpenTelemetry collector how single hops went; nothing of it is loaded before it is switched on. */
import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { NodeTracerConfig, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { nowUs } from '../../pipeline/index.ts';
import type { Delivered } from '../metrics/observer.ts';
import { spansOf } from './hop-spans.ts';

/** Spans that wait for the collector; beyond, the newest fall (the SDK's own policy). */
const WAITING_LIMIT = 2048;
const EXPORT_EVERY_MS = 5000;
const EXPORT_TIMEOUT_MS = 5000;

export interface HopTracerOptions {
  /** `telemetry.otlp`: where the collector takes OTLP over HTTP, e.g. `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string;
  /** The share of hops that is told, 0 to 1. */
  readonly sample: number;
  /** What every span carries: the pack, the provider, the engine. Nothing of people. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly version: string;
}

/** How the SDK hangs a span below another. */
type Below = (span: Span) => Context;

export class HopTracer {
  readonly #provider: NodeTracerProvider;
  readonly #tracer: Tracer;
  readonly #below: Below;
  readonly #attributes: Readonly<Record<string, string>>;
  #closing: Promise<void> | undefined;

  private constructor(provider: NodeTracerProvider, below: Below, { attributes, version }: HopTracerOptions) {
    this.#provider = provider;
    this.#tracer = provider.getTracer('undertone', version);
    this.#below = below;
    this.#attributes = attributes;
  }

  /** Loads the SDK. A collector that cannot be reached costs traces, and nothing else. */
  static async open(options: HopTracerOptions): Promise<HopTracer> {
    const [api, sdk, { OTLPTraceExporter }] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
    ]);
    const exporter = new OTLPTraceExporter({ url: options.endpoint, timeoutMillis: EXPORT_TIMEOUT_MS });
    const provider = new sdk.NodeTracerProvider({
      resource: resourceOf({ 'service.name': 'undertone', 'service.version': options.version }),
      sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(options.sample) }),
      spanProcessors: [
        new sdk.BatchSpanProcessor(exporter, {
          maxQueueSize: WAITING_LIMIT,
          scheduledDelayMillis: EXPORT_EVERY_MS,
          exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        }),
      ],
    });
    return new HopTracer(provider, (span) => api.trace.setSpan(api.ROOT_CONTEXT, span), options);
  }

  /** One trace: the hop, and below it its stages. */
  delivered(delivered: Delivered): void {
    if (this.#closing) return;
    const toWall = wallClock();
    const [whole, ...stages] = spansOf(delivered);
    if (!whole) return;
    const hop = this.#tracer.startSpan('hop', {
      startTime: toWall(whole.fromUs),
      attributes: this.#attributes,
      root: true,
    });
    if (hop.isRecording()) {
      const below = this.#below(hop);
      for (const { name, fromUs, untilUs } of stages)
        this.#tracer.startSpan(name, { startTime: toWall(fromUs) }, below).end(toWall(untilUs));
    }
    hop.end(toWall(whole.untilUs));
  }

  /** Sends what waits to the collector, as far as it takes it. */
  flush(): Promise<void> {
    return this.#provider.forceFlush().catch(() => undefined);
  }

  /** Sends what waits and ends. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#provider.shutdown().catch(() => undefined);
    return this.#closing;
  }
}

/** From the process's monotonic clock (microseconds) to milliseconds since 1970. */
function wallClock(): (us: number) => number {
  const offsetMs = Date.now() - nowUs() / 1000;
  return (us) => us / 1000 + offsetMs;
}

/**
 * Who speaks. `@opentelemetry/resources` would make the same, but the SDK and the exporter bring a version of it each, and
 * both read no more than this.
 */
function resourceOf(attributes: Record<string, string>): NonNullable<NodeTracerConfig['resource']> {
  const resource: NonNullable<NodeTracerConfig['resource']> = {
    attributes,
    merge: (other) => resourceOf({ ...attributes, ...(other?.attributes as Record<string, string>) }),
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}
