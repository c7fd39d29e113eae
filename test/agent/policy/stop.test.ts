import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { AnalysisSwitch } from '../../../agent/policy/analysis-switch.ts';
import { FakeAnalysis, startTestAgent, TestClient, track, type FakeSfu } from '../fakes.ts';

let agent: Agent;
let sfu: FakeSfu;
let analysis: FakeAnalysis;
afterEach(() => agent.close());
async function begin(settings: Record<string, unknown> = {}): Promise<void> {
  ({ agent, sfu, analysis } = await startTestAgent(settings));
}

function post(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL(path, agent.url), { method: 'POST', headers });
}

async function consenting(room: string) {
  const { client, ready, id } = await TestClient.join(agent.url, { room });
  sfu.emit({ type: 'track-added', track: track(id, 'audio', room) });
  const consent = (): void =>
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  consent();
  await client.settled();
  return { client, ready, id, consent };
}

describe('the switch that stops all analysis', () => {
  it('clears everybody in the process within a second, and tells also those who never consented', async () => {
    await begin();
    const mia = await consenting('lobby');
    const robin = await consenting('elsewhere');
    const other = await TestClient.join(agent.url, { room: 'lobby' });
    const sinks = [...sfu.sinks.values()];
    const answer = await post('/admin/stop');
    expect(answer.status).toBe(200);
    const { people, cleared, tookMs } = (await answer.json()) as { people: number; cleared: boolean; tookMs: number };
    expect([people, cleared]).toEqual([2, true]);
    expect(tookMs).toBeLessThan(1000);
    for (const { client } of [mia, robin, other])
      expect(await client.next('analysis.changed')).toMatchObject({ scope: 'process', enabled: false });
    expect(await other.client.next('consent.cleared')).toMatchObject({ participant: mia.id });
    for (const sink of sinks) sink.packet(new Uint8Array(20), 0);
    expect(sfu.sinks.size).toBe(0);
    expect(analysis.seats.map(({ closed, packets }) => ({ closed, packets }))).toEqual([
      { closed: true, packets: [] },
      { closed: true, packets: [] },
    ]);
  });

  it('stays thrown until it is turned back, also for who comes later, and starts nobody by itself', async () => {
    await begin();
    const { client, consent } = await consenting('lobby');
    await post('/admin/stop');
    consent();
    expect(await client.next('error')).toMatchObject({ code: 'analysis-stopped', retryable: true });
    const late = await TestClient.join(agent.url, { room: 'lobby' });
    expect(await late.client.next('analysis.changed')).toMatchObject({ enabled: false });
    expect((await post('/admin/resume')).status).toBe(200);
    expect(await late.client.next('analysis.changed')).toMatchObject({ scope: 'process', enabled: true });
    await client.settled();
    expect(analysis.seats.filter(({ closed }) => !closed)).toEqual([]);
    consent();
    await client.settled();
    expect(analysis.seats.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  it('stops one room and leaves the others alone, and is not undone for it by resuming the process', async () => {
    await begin();
    const mia = await consenting('lobby');
    const robin = await consenting('elsewhere');
    expect((await post('/admin/rooms/lobby/stop')).status).toBe(200);
    expect(await mia.client.next('analysis.changed')).toMatchObject({ scope: 'room', enabled: false });
    await robin.client.settled();
    expect(robin.client.received.some(({ type }) => type === 'analysis.changed')).toBe(false);
    expect(analysis.seats.map(({ closed }) => closed)).toEqual([true, false]);
    expect(await (await post('/admin/resume')).json()).toEqual({ process: false, rooms: 1 });
    mia.consent();
    expect((await mia.client.next('error')).code).toBe('analysis-stopped');
    expect(await (await post('/admin/rooms/lobby/resume')).json()).toEqual({ process: false, rooms: 0 });
    mia.consent();
    await mia.client.settled();
    expect(analysis.seats.filter(({ closed }) => !closed)).toHaveLength(2);
  });

  it('is there for who embeds the agent', async () => {
    await begin();
    await consenting('lobby');
    expect(await agent.stopAnalysis()).toMatchObject({ people: 1, cleared: true });
    await agent.resumeAnalysis();
    expect(await agent.stopAnalysis('lobby')).toMatchObject({ people: 0, cleared: true });
  });

  it('says so when not everything confirmed that it is cleared, though nobody is analysed any more', async () => {
    class StuckAnalysis extends FakeAnalysis {
      override join(...call: Parameters<FakeAnalysis['join']>): ReturnType<FakeAnalysis['join']> {
        return { ...super.join(...call), close: () => new Promise(() => {}) };
      }
    }
    ({ agent, sfu } = await startTestAgent({}, { analysis: new StuckAnalysis() }));
    const { client, ready } = await TestClient.join(agent.url);
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const stopping = agent.stopAnalysis();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await stopping).toMatchObject({ people: 1, cleared: false });
    vi.useRealTimers();
    expect((await client.next('consent.changed', ({ granted }) => !granted)).granted).toBe(false);
  });

  it('bounds how many rooms are stopped one by one', () => {
    const turned = new AnalysisSwitch();
    for (let i = 0; i < 10_000; i++) turned.stop(`room-${i}`);
    turned.stop('room-7');
    expect(() => turned.stop('one-more')).toThrow('stop the whole process');
    turned.stop();
    expect(turned.stopped('one-more')).toBe('process');
  });
});

describe('what only the operator may do', () => {
  const ROUTES = [
    ['POST', '/admin/stop'],
    ['POST', '/admin/rooms/lobby/resume'],
    ['GET', '/admin/receipts'],
    ['DELETE', '/admin/participants/p-1'],
    ['GET', '/metrics'],
  ] as const;
  const SECRET = 'a-secret-that-is-long-enough';

  it.each(ROUTES)('is refused to who does not know the secret: %s %s', async (method, path) => {
    await begin({ admin: { secret: SECRET } });
    const ask = (headers: Record<string, string>) => fetch(new URL(path, agent.url), { method, headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ Authorization: 'Bearer guessed-secret-guessed' })).status).toBe(401);
    expect((await ask({ Authorization: `Bearer ${SECRET}` })).status).toBe(200);
  });

  it.each(ROUTES)('is refused, without a secret, to who comes through a proxy: %s %s', async (method, path) => {
    await begin();
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    const refused = await fetch(new URL(path, agent.url), { method, headers });
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('admin.secret')]);
    expect((await fetch(new URL(path, agent.url), { method })).status).toBe(200);
  });

  it('does not take endless guesses, and lets who knows it in all the same', async () => {
    await begin({ admin: { secret: SECRET }, server: { port: 0, limits: { failuresPerMinute: 3 } } });
    const statuses: number[] = [];
    for (let guess = 0; guess < 6; guess++)
      statuses.push((await post('/admin/stop', { Authorization: `Bearer wrong-guess-number-${guess}` })).status);
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    expect(statuses.slice(-1)).toEqual([429]);
    expect((await post('/admin/stop', { Authorization: `Bearer ${SECRET}` })).status).toBe(200);
  });

  it('answers a wrong name of a room with what is wrong', async () => {
    await begin();
    expect((await post('/admin/rooms/no%20name/stop')).status).toBe(400);
  });
});

describe('what is stopped', () => {
  let folder: string;
  let stopFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'undertone-stop-'));
    stopFile = join(folder, 'kept/stop.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const restart = async (): Promise<void> => {
    await agent.close();
    await begin({ policy: { stopFile } });
  };

  it('stays so over a restart, everything and single rooms, until it is resumed', async () => {
    await begin({ policy: { stopFile } });
    expect(await (await post('/admin/stop')).json()).toMatchObject({ kept: true });
    expect(await (await post('/admin/rooms/lobby/stop')).json()).toMatchObject({ kept: true });
    expect(readFileSync(stopFile, 'utf8')).not.toContain('lobby');
    await restart();
    const elsewhere = await consenting('elsewhere');
    expect((await elsewhere.client.next('error')).code).toBe('analysis-stopped');
    await post('/admin/resume');
    await restart();
    const mia = await consenting('lobby');
    expect(await mia.client.next('analysis.changed')).toMatchObject({ scope: 'room', enabled: false });
    expect((await mia.client.next('error')).code).toBe('analysis-stopped');
    await consenting('elsewhere');
    expect(analysis.seats).toHaveLength(1);
    await post('/admin/rooms/lobby/resume');
    await restart();
    await consenting('lobby');
    expect(analysis.seats).toHaveLength(1);
  });

  it('is kept beside the audit log when no other file is named', async () => {
    await begin({ audit: { path: join(folder, 'audit.jsonl') } });
    expect(await (await post('/admin/stop')).json()).toMatchObject({ kept: true });
    expect(JSON.parse(readFileSync(join(folder, 'audit.jsonl.stop'), 'utf8'))).toMatchObject({ process: true });
  });

  it('is off all the same where the disk fails or no file is, and the answer says that a restart would forget it', async () => {
    await begin({ policy: { stopFile } });
    rmSync(stopFile);
    mkdirSync(stopFile);
    const { client } = await consenting('lobby');
    expect(await (await post('/admin/stop')).json()).toMatchObject({ people: 1, cleared: true, kept: false });
    expect(await client.next('analysis.changed')).toMatchObject({ enabled: false });
    await agent.close();
    await begin();
    expect(await (await post('/admin/stop')).json()).toMatchObject({ kept: false });
  });

  it.each([['{"stopped":1,'], ['{"stopped":2}'], ['']])(
    'a damaged record refuses the start, with what to do: %j',
    async (text) => {
      await begin();
      mkdirSync(join(folder, 'kept'));
      writeFileSync(stopFile, text);
      await expect(startTestAgent({ policy: { stopFile } })).rejects.toMatchObject({
        code: 'config-invalid',
        message: expect.stringMatching(/stop\.json: .* damaged\. .* move it away/),
      });
    },
  );
});
