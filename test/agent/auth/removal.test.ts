import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { startTestAgent, TestClient, type FakeSfu } from '../fakes.ts';
import { Doors } from './doors.ts';
import { closed, GUARDED, sign } from './tokens.ts';

let agent: Agent;
let sfu: FakeSfu;
afterEach(async () => {
  vi.useRealTimers();
  await agent.close();
});

async function begin(settings: Record<string, unknown> = GUARDED): Promise<void> {
  ({ agent, sfu } = await startTestAgent(settings));
}

const { publish, connect, join } = new Doors(() => agent.url);

async function remove(id: string, room = 'lobby'): Promise<unknown> {
  const answer = await fetch(new URL(`/admin/rooms/${room}/participants/${id}`, agent.url), { method: 'DELETE' });
  expect(answer.status).toBe(200);
  return answer.json();
}

describe('somebody who is removed from a room', () => {
  it('is out at once with all they publish, and comes in by a newer token only', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await begin();
    const token = await sign();
    const other = await join({ sub: 'ben' });
    const { client, id } = await join();
    expect((await publish(token)).status).toBe(201);
    const ended = closed(client);
    expect(await remove(id)).toEqual({ present: true, shutOut: true, kept: false });
    expect(await ended).toEqual({ code: 4403, reason: 'removed' });
    expect(await other.client.next('participant.left')).toMatchObject({ participant: 'mia' });
    await vi.waitFor(() => expect(sfu.unpublished).toHaveLength(1), 20_000);
    const again = await publish(token);
    expect([again.status, again.headers.get('www-authenticate')]).toEqual([403, expect.stringContaining('removed')]);
    expect(await closed(await connect(token))).toEqual({ code: 4403, reason: 'removed' });
    // In another room, and as somebody else, nothing changed.
    expect((await publish(await sign({ room: 'lab' }), 'lab')).status).toBe(201);
    expect((await publish(await sign({ sub: 'zoe' }))).status).toBe(201);
    vi.setSystemTime(Date.now() + 2000);
    expect((await publish(await sign())).status).toBe(201);
  });

  it('is out when they publish without a session, and when they are not there yet', async () => {
    await begin();
    const [token, bens] = [await sign(), await sign({ sub: 'ben' })];
    expect((await publish(token)).status).toBe(201);
    expect(await remove('mia')).toMatchObject({ present: true });
    await vi.waitFor(() => expect(sfu.unpublished).toHaveLength(1), 20_000);
    expect(await remove('ben')).toMatchObject({ present: false, shutOut: true });
    expect((await publish(bens)).status).toBe(403);
  });

  it('still asks for what is held of them', async () => {
    await begin();
    const headers = { Authorization: `Bearer ${await sign()}` };
    await remove('mia');
    expect((await fetch(new URL('/rooms/lobby/my-data', agent.url), { headers })).status).toBe(200);
  });

  it('stays out over a restart where withdrawals are kept, and the audit log has it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'undertone-removal-'));
    const kept = { ...GUARDED, audit: { path: path.join(folder, 'audit.jsonl') } };
    try {
      await begin(kept);
      const token = await sign();
      expect(await remove('mia')).toEqual({ present: false, shutOut: true, kept: true });
      await agent.close();
      expect(readFileSync(kept.audit.path, 'utf8')).toMatch(/"participant\.removed","participant":"mia"/);
      await begin(kept);
      expect((await publish(token)).status).toBe(403);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is out in development mode, too, where the answer says that they may come in again', async () => {
    await begin({});
    const { client, id } = await TestClient.join(agent.url);
    const ended = closed(client);
    expect(await remove(id)).toEqual({ present: true, shutOut: false, kept: false });
    expect(await ended).toEqual({ code: 4403, reason: 'removed' });
    await TestClient.join(agent.url);
  });
});
