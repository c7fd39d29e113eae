import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { spansOf } from '../../../agent/tracing/hop-spans.ts';
import { HopTracer } from '../../../agent/tracing/hop-tracer.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { description, startTestAgent, TestClient } from '../fakes.ts';

const delivered = {
  closedUs: 10_000_000,
  sinceHopMs: 60,
  deliveredMs: 5,
  latencyMs: { tap: 4, decode: 1, sense: 12, window: 3, encode: 25, firstWord: 15, decoded: 10 },
};

describe('spansOf', () => {
  it('lays the stages end to end around the moment the hop closed', () => {
    const [hop, ...stages] = spansOf(delivered);
    expect(stages.map(({ name }) => name)).toEqual([
      'tap',
      'decode',
      'sense',
      'window',
      'encode',
      'firstWord',
      'decoded',
      'delivered',
    ]);
    const window = stages.find(({ name }) => name === 'window');
    expect([window?.fromUs, window?.untilUs]).toEqual([9_997_000, 10_000_000]);
    for (const [index, stage] of stages.slice(0, -2).entries()) expect(stages[index + 1]?.fromUs).toBe(stage.untilUs);
    expect(hop).toEqual({ name: 'hop', fromUs: 9_980_000, untilUs: 10_060_000 });
    for (const { fromUs, untilUs } of stages) expect(untilUs).toBeGreaterThanOrEqual(fromUs);
  });

  it('leaves out stages of which nothing is known', () => {
    const names = spansOf({ ...delivered, latencyMs: { encode: 5 } }).map(({ name }) => name);
    expect(names).toEqual(['hop', 'encode', 'delivered']);
  });
});

const attribute = z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) });
const span = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attribute).default([]),
});
const otlpTraces = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ scope: z.object({ name: z.string() }), spans: z.array(span) })),
    }),
  ),
});

/** A collector that takes OTLP over HTTP, in JSON. */
class Collector {
  readonly bodies: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    void read(request).then((body) => {
      if (request.url === '/v1/traces') this.bodies.push(body);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  get traces(): z.infer<typeof otlpTraces>[] {
    return this.bodies.map((body) => otlpTraces.parse(JSON.parse(body)));
  }

  get spans(): z.infer<typeof span>[] {
    return this.traces.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

let collector: Collector;
let endpoint: string;
beforeEach(async () => {
  collector = new Collector();
  endpoint = await collector.listen();
});
afterEach(() => collector.close());

describe('HopTracer', () => {
  const options = () => ({ endpoint, sample: 1, version: '9.9.9', attributes: { 'undertone.pack': 'fake@1' } });

  it('sends one trace for a hop, with its stages below it and their true durations', async () => {
    const tracer = await HopTracer.open(options());
    const beforeMs = Date.now();
    tracer.delivered({ ...delivered, closedUs: nowUs() - 60_000 });
    await tracer.close();
    const { spans } = collector;
    const hop = spans.find(({ name }) => name === 'hop');
    expect(spans).toHaveLength(9);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    for (const { name, parentSpanId } of spans) expect(parentSpanId).toBe(name === 'hop' ? undefined : hop?.spanId);
    const lastedMs = (name: string): number => {
      const found = spans.find((one) => one.name === name);
      return Number(BigInt(found?.endTimeUnixNano ?? 0) - BigInt(found?.startTimeUnixNano ?? 0)) / 1e6;
    };
    expect(lastedMs('encode')).toBeCloseTo(25, 0);
    expect(lastedMs('hop')).toBeCloseTo(80, 0);
    const endMs = Number(BigInt(hop?.endTimeUnixNano ?? 0) / 1_000_000n);
    expect(Math.abs(endMs - beforeMs)).toBeLessThan(60_000);
    expect(hop?.attributes).toEqual([{ key: 'undertone.pack', value: { stringValue: 'fake@1' } }]);
    const [resource] = collector.traces[0]?.resourceSpans ?? [];
    expect(resource?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'undertone' } });
  });

  it('tells the share of hops that it is asked for', async () => {
    const tracer = await HopTracer.open({ ...options(), sample: 0.25 });
    for (let n = 0; n < 200; n++) tracer.delivered(delivered);
    await tracer.close();
    const hops = collector.spans.filter(({ name }) => name === 'hop').length;
    expect(hops).toBeGreaterThan(20);
    expect(hops).toBeLessThan(90);
  });

  it('costs traces and nothing else when nobody listens', async () => {
    await collector.close();
    const tracer = await HopTracer.open(options());
    tracer.delivered(delivered);
    await expect(tracer.close()).resolves.toBeUndefined();
    collector = new Collector();
    await collector.listen();
  });
});

it('an agent traces what its clients acknowledge, and names nobody', async () => {
  const { agent, analysis } = await startTestAgent({ telemetry: { otlp: endpoint, sample: 1 } });
  const { client, ready, id } = await TestClient.join(agent.url, { room: 'anna-and-bob' });
  client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  await client.settled();
  analysis.seats[0]?.join.onEvent(description(id), nowUs() - 30_000);
  client.send({ type: 'ack', seq: (await client.next('affect.description')).seq, receivedMs: 1 });
  await client.next('delivered');
  await agent.close();
  expect(collector.spans.map(({ name }) => name).sort()).toEqual(['decoded', 'delivered', 'encode', 'hop']);
  const text = collector.bodies.join('');
  for (const secret of [id, 'anna', 'Appears']) expect(text).not.toContain(secret);
});
