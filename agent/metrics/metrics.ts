/** What the process tells Prometheus. No label names a person or a room, so the number of series is bounded. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { LATENCY_STAGES, type AffectEvent } from '../../pipeline/index.ts';
import type { Delivered, Observer } from './observer.ts';
import { READINGS, type Reading, type Sample } from './readings.ts';
import { readSources, type MetricsSources } from './sources.ts';

const PREFIX = 'undertone_';
/** Seconds; from what a word takes to what a call cannot bear. */
const STAGE_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5];
/** The promise is one second. */
const CLEAR_BUCKETS_S = [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

type Of = 'description' | 'turn';

/** Listens to the running agent, and reads its gauges whenever somebody asks for {@link Metrics.text}. */
export class Metrics implements Observer {
  readonly #registry = new Registry();
  readonly #stages: Histogram<'stage' | 'of'>;
  readonly #hopToDelivered: Histogram;
  readonly #clear: Histogram;
  readonly #events: Counter<'type'>;
  readonly #sources: MetricsSources;
  /** What one scrape reads, so that its many gauges ask the workers once. */
  #reading: Promise<Reading> | undefined;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
    const registers = [this.#registry];
    this.#stages = new Histogram({
      name: `${PREFIX}stage_duration_seconds`,
      help: 'What each stage took of the way from the SFU to the client, for every description and turn. Stages follow one another.',
      labelNames: ['stage', 'of'],
      buckets: STAGE_BUCKETS_S,
      registers,
    });
    this.#hopToDelivered = new Histogram({
      name: `${PREFIX}hop_to_delivered_seconds`,
      help: "From the moment a hop closed until the client's acknowledgement of its description was here.",
      buckets: STAGE_BUCKETS_S,
      registers,
    });
    this.#clear = new Histogram({
      name: `${PREFIX}clear_duration_seconds`,
      help: 'From the withdrawal of a consent until nothing of the person was held. Promised: one second.',
      buckets: CLEAR_BUCKETS_S,
      registers,
    });
    this.#events = new Counter({
      name: `${PREFIX}events_total`,
      help: 'Affect events, by type.',
      labelNames: ['type'],
      registers,
    });
    this.#readOnScrape();
    processRegistry();
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  published(event: AffectEvent): void {
    this.#events.inc({ type: event.type });
    if (event.type === 'affect.description') this.#took('description', event.latencyMs);
    else if (event.type === 'affect.turn') this.#took('turn', event.latencyMs);
  }

  delivered({ deliveredMs, sinceHopMs }: Delivered): void {
    this.#stages.observe({ stage: 'delivered', of: 'description' }, deliveredMs / 1000);
    this.#hopToDelivered.observe(sinceHopMs / 1000);
  }

  cleared(tookMs: number): void {
    this.#clear.observe(tookMs / 1000);
  }

  /** Everything in the text format of Prometheus. */
  async text(): Promise<string> {
    this.#reading = undefined;
    const [own, process] = await Promise.all([this.#registry.metrics(), processRegistry().metrics()]);
    return `${own}${process}`;
  }

  /** Nothing is collected any more. Idempotent. */
  close(): void {
    this.#registry.clear();
  }

  #took(of: Of, latencyMs: Readonly<Record<string, number | undefined>>): void {
    for (const stage of LATENCY_STAGES) {
      const tookMs = latencyMs[stage];
      if (tookMs !== undefined) this.#stages.observe({ stage, of }, tookMs / 1000);
    }
  }

  #read(): Promise<Reading> {
    this.#reading ??= readSources(this.#sources);
    return this.#reading;
  }

  /** One metric for each name in a {@link Reading}. */
  #readOnScrape(): void {
    for (const { name, help, labels, kind } of READINGS) {
      const samples = async (): Promise<readonly Sample[]> => (await this.#read())[name] ?? [];
      const options = { name: `${PREFIX}${name}`, help, labelNames: [...labels], registers: [] };
      this.#registry.registerMetric(kind === 'gauge' ? shownGauge(options, samples) : shownCounter(options, samples));
    }
  }
}

const RARELY_MS = 60_000;
let shared: Registry | undefined;

/** CPU, memory, garbage and event-loop lag of the process. Its watches cannot be ended, so all agents of a process share them. */
function processRegistry(): Registry {
  if (!shared) {
    shared = new Registry();
    collectDefaultMetrics({ register: shared, eventLoopMonitoringPrecision: RARELY_MS });
    // Quantiles would need a hundred wakes a second, also when nobody is there; how late the loop is at a scrape stays.
    for (const { name } of shared.getMetricsAsArray())
      if (name.startsWith('nodejs_eventloop_lag_') && name !== 'nodejs_eventloop_lag_seconds')
        shared.removeSingleMetric(name);
  }
  return shared;
}

interface ShownOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: never[];
}

function shownGauge(options: ShownOptions, samples: () => Promise<readonly Sample[]>): Gauge {
  return new Gauge({
    ...options,
    async collect() {
      const now = await samples();
      this.reset();
      for (const { labels, value } of now) this.set(labels, value);
    },
  });
}

/** A counter whose totals are counted elsewhere. */
function shownCounter(options: ShownOptions, samples: () => Promise<readonly Sample[]>): Counter {
  return new Counter({
    ...options,
    async collect() {
      const now = await samples();
      this.reset();
      for (const { labels, value } of now) this.inc(labels, value);
    },
  });
}
