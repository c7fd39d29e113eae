import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { description, FakeAnalysis, FakeSfu, startTestAgent, TestClient, track } from '../fakes.ts';

let agent: Agent;
afterEach(() => agent.close());

async function scrape(): Promise<string> {
  const response = await fetch(new URL('/metrics', agent.url));
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('version=0.0.4'),
  ]);
  return response.text();
}

/** The value of a series, written as Prometheus writes it. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function describedCall() {
  const { agent: started, analysis, sfu } = await startTestAgent();
  agent = started;
  const { client, ready, id } = await TestClient.join(agent.url, { room: 'anna-and-bob', name: 'Anna' });
  sfu.emit({ type: 'track-added', track: track(id, 'audio', 'anna-and-bob') });
  client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  await client.settled();
  analysis.seats[0]?.join.onEvent(description(id), nowUs() - 80_000);
  const { seq } = await client.next('affect.description');
  client.send({ type: 'ack', seq, receivedMs: 1 });
  await client.next('delivered');
  return { client, id, analysis };
}

describe('/metrics', () => {
  it('holds the latency of every stage that a description tells of, and of its delivery', async () => {
    await describedCall();
    const text = await scrape();
    for (const [stage, tookS] of [
      ['encode', 0.005],
      ['decoded', 0.02],
    ] as const) {
      expect(valueOf(text, `undertone_stage_duration_seconds_sum{stage="${stage}",of="description"}`)).toBe(tookS);
      expect(valueOf(text, `undertone_stage_duration_seconds_count{stage="${stage}",of="description"}`)).toBe(1);
    }
    expect(valueOf(text, 'undertone_stage_duration_seconds_count{stage="delivered",of="description"}')).toBe(1);
    expect(valueOf(text, 'undertone_hop_to_delivered_seconds_sum')).toBeGreaterThanOrEqual(0.08);
    expect(valueOf(text, 'undertone_events_total{type="affect.description"}')).toBe(1);
  });

  it('holds consents, people, what waits, what fell, what runs, and how busy workers and event loop are', async () => {
    const { client } = await describedCall();
    client.send({ type: 'consent.set', granted: false });
    await client.next('consent.cleared');
    const text = await scrape();
    const expected = {
      undertone_consents: 0,
      undertone_participants: 1,
      undertone_rooms: 1,
      'undertone_consent_changes_total{change="granted"}': 1,
      'undertone_consent_changes_total{change="person"}': 1,
      undertone_clear_duration_seconds_count: 1,
      'undertone_analysis_stopped{scope="process"}': 0,
      undertone_subscriber_messages_waiting: 0,
      'undertone_hops_total{worker="0"}': 4,
      'undertone_hops_rested_total{worker="0"}': 6,
      'undertone_model_runs_total{worker="0"}': 2,
      'undertone_worker_busy_seconds_total{worker="0"}': 0.25,
      'undertone_workers{state="alive"}': 1,
      'undertone_dropped_total{cause="hop_behind"}': 1,
      'undertone_dropped_total{cause="face_behind"}': 3,
      'undertone_dropped_total{cause="ingest_lost"}': 5,
      'undertone_dropped_total{cause="subscriber_superseded"}': 0,
      'undertone_dropped_total{cause="limit_requests"}': 0,
      'undertone_info{engine="fake",pack="fake@1",provider="cpu"}': 1,
    };
    const found = Object.fromEntries(Object.keys(expected).map((series) => [series, valueOf(text, series)]));
    expect(found).toEqual(expected);
    expect(valueOf(text, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(valueOf(text, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('names nobody and no room, and has no more series however many people come', async () => {
    const { id } = await describedCall();
    const before = (await scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (let n = 0; n < 8; n++) await TestClient.join(agent.url, { room: `room-${n}`, externalId: `user-${n}` });
    const after = await scrape();
    for (const secret of [id, 'anna', 'Anna', 'room-3', 'user-3']) expect(after).not.toContain(secret);
    const series = (lines: readonly string[]): number => lines.filter((line) => line.startsWith('undertone_')).length;
    expect(series(after.split('\n'))).toBe(series(before));
    expect(series(before)).toBeLessThan(400);
  });

  it('shows a thrown switch', async () => {
    await describedCall();
    await agent.stopAnalysis();
    await agent.stopAnalysis('lobby');
    const text = await scrape();
    expect(valueOf(text, 'undertone_analysis_stopped{scope="process"}')).toBe(1);
    expect(valueOf(text, 'undertone_analysis_stopped{scope="room"}')).toBe(1);
    expect(valueOf(text, 'undertone_consent_changes_total{change="stopped"}')).toBe(1);
  });

  it('is not there when it is off', async () => {
    ({ agent } = await startTestAgent({ telemetry: { metrics: false } }));
    const response = await fetch(new URL('/metrics', agent.url));
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('telemetry.metrics')]);
  });

  it('is answered while the workers are not, without what they would have told', async () => {
    class SilentAnalysis extends FakeAnalysis {
      override stats(): ReturnType<FakeAnalysis['stats']> {
        return Promise.reject(new Error('the thread is gone'));
      }
    }
    ({ agent } = await startTestAgent({}, { analysis: new SilentAnalysis() }));
    const text = await scrape();
    expect(valueOf(text, 'undertone_participants')).toBe(0);
    expect(valueOf(text, 'undertone_hops_total{worker="0"}')).toBeUndefined();
  });
});

describe('/healthz and /readyz', () => {
  async function ready(): Promise<{ status: number; checks: Record<string, string> }> {
    const response = await fetch(new URL('/readyz', agent.url));
    const { checks } = (await response.json()) as { checks: Record<string, string> };
    return { status: response.status, checks };
  }

  it('say that the process is alive, and that every part is ready', async () => {
    ({ agent } = await startTestAgent());
    expect((await fetch(new URL('/healthz', agent.url))).status).toBe(200);
    const ok = { models: 'ok', workers: 'ok', sfu: 'ok', accepting: 'ok' };
    expect(await ready()).toEqual({ status: 200, checks: ok });
  });

  it('say which part is not ready while the process is still alive', async () => {
    class LostWorker extends FakeAnalysis {
      override readonly workers = { started: 2, lost: 1 };
    }
    class MuteSfu extends FakeSfu {
      override stats(): Promise<never> {
        return Promise.reject(new Error('the engine is gone'));
      }
    }
    ({ agent } = await startTestAgent({}, { analysis: new LostWorker(), sfu: new MuteSfu() }));
    const { status, checks } = await ready();
    expect([status, checks['models'], checks['accepting']]).toEqual([503, 'ok', 'ok']);
    expect(checks['workers']).toContain('1 of 2 analysis threads are lost');
    expect(checks['sfu']).toContain('does not answer');
    expect((await fetch(new URL('/healthz', agent.url))).status).toBe(200);
  });

  it('do not wait for a worker that never answers', async () => {
    class StuckAnalysis extends FakeAnalysis {
      override stats(): ReturnType<FakeAnalysis['stats']> {
        return new Promise(() => {});
      }
    }
    ({ agent } = await startTestAgent({}, { analysis: new StuckAnalysis() }));
    const { status, checks } = await ready();
    expect([status, checks['workers']]).toEqual([503, expect.stringContaining('does not answer')]);
  });
});
