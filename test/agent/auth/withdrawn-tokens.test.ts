import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { startTestAgent, type FakeAnalysis } from '../fakes.ts';
import { Doors } from './doors.ts';
import { closed, GUARDED, sign } from './tokens.ts';

let agent: Agent;
let analysis: FakeAnalysis;
afterEach(async () => {
  vi.useRealTimers();
  await agent.close();
});

async function begin(settings: Record<string, unknown> = {}): Promise<void> {
  ({ agent, analysis } = await startTestAgent({ ...GUARDED, ...settings }));
}

const { publish, connect, join, receipt } = new Doors(() => agent.url);

describe('a token whose consent was withdrawn', () => {
  it('is refused over HTTP and WebSocket, until the person agrees anew', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await begin();
    const consent = await receipt();
    const token = await sign({ consent });
    const { client, ready } = await join();
    expect((await publish(token)).status).toBe(201);
    expect(analysis.seats.length).toBe(1);
    client.send({ type: 'consent.set', granted: false });
    await client.next('consent.cleared');
    const replayed = await publish(token);
    expect([replayed.status, replayed.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('consent-withdrawn'),
    ]);
    const again = await connect(token);
    expect(await closed(again)).toEqual({ code: 4403, reason: 'consent-withdrawn' });
    expect(analysis.seats.length).toBe(1);
    // Without that consent the person stays welcome.
    expect((await publish(await sign())).status).toBe(201);
    vi.setSystemTime(Date.now() + 2000);
    expect((await publish(await sign({ consent }))).status).toBe(201);
    expect(analysis.seats.length).toBe(2);
    client.send({ type: 'consent.set', granted: false });
    await client.next('consent.cleared');
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    expect((await publish(token)).status).not.toBe(403);
  });

  it('still hangs up, keeps a connection alive, and asks for what is held: nobody needs a consent for that', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await begin();
    const token = await sign({ consent: await receipt() });
    const published = await publish(token);
    await agent.stopAnalysis();
    expect((await publish(token)).status).toBe(403);
    const ask = (route: string, method: string, headers = {}, body?: string): Promise<Response> =>
      fetch(new URL(route, agent.url), {
        method,
        headers: { Authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body }),
      });
    expect((await ask('/rooms/lobby/my-data', 'GET')).status).toBe(200);
    expect((await ask('/rooms/lobby/my-data', 'DELETE')).status).toBe(200);
    const resource = published.headers.get('location')!;
    const fragment = { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': published.headers.get('etag')! };
    expect((await ask(resource, 'PATCH', fragment, 'a=candidate:1')).status).toBe(204);
    expect((await ask(resource, 'DELETE')).status).toBe(200);
    expect(analysis.seats.every(({ closed: cleared }) => cleared)).toBe(true);
  });

  it('is refused after a restart, from the record where one is kept, and for its age where none is', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'undertone-restart-'));
    const kept = { audit: { path: path.join(folder, 'audit.jsonl') } };
    try {
      vi.useFakeTimers({ toFake: ['Date'] });
      await begin(kept);
      const consent = await receipt();
      const [mias, bens] = [await sign({ consent }), await sign({ consent, sub: 'ben' })];
      const { client } = await join();
      expect((await publish(mias)).status).toBe(201);
      client.send({ type: 'consent.set', granted: false });
      await client.next('consent.cleared');
      await agent.close();
      vi.setSystemTime(Date.now() + 2000);
      await begin(kept);
      expect([(await publish(mias)).status, (await publish(bens)).status]).toEqual([403, 201]);
      await agent.close();
      await begin();
      expect([(await publish(mias)).status, (await publish(bens)).status]).toEqual([403, 403]);
      expect((await publish(await sign({ consent }))).status).toBe(201);
      await agent.close();
      writeFileSync(`${kept.audit.path}.withdrawals`, 'damaged\n');
      await expect(begin(kept)).rejects.toThrow(/withdrawals:1: .*move it away/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is refused after a stop of all analysis, also of who was not there: everybody is asked anew', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await begin();
    const consent = await receipt();
    const token = await sign({ consent, sub: 'zoe' });
    vi.setSystemTime(Date.now() + 2000);
    await agent.stopAnalysis();
    await agent.resumeAnalysis();
    expect((await publish(token)).status).toBe(403);
    vi.setSystemTime(Date.now() + 2000);
    expect((await publish(await sign({ consent, sub: 'zoe' }))).status).toBe(201);
    expect(analysis.seats.length).toBe(1);
  });

  it('is refused after the person had everything deleted, although they were not in the call', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await begin();
    const consent = await receipt();
    const token = await sign({ consent });
    const headers = { Authorization: `Bearer ${await sign()}` };
    const deleted = await fetch(new URL('/rooms/lobby/my-data', agent.url), { method: 'DELETE', headers });
    expect(deleted.status).toBe(200);
    expect((await publish(token)).status).toBe(403);
    vi.setSystemTime(Date.now() + 2000);
    expect((await publish(await sign({ consent }))).status).toBe(201);
  });
});
