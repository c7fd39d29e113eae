import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { config, description, startTestAgent, TestClient, type FakeAnalysis } from '../fakes.ts';

let folder: string;
let agent: Agent;
let analysis: FakeAnalysis;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'undertone-room-'));
  const recording = { rooms: ['lab'], folder: join(folder, 'events') };
  ({ agent, analysis } = await startTestAgent({ recording, audit: { path: join(folder, 'audit.jsonl') } }));
});
afterEach(async () => {
  await agent.close();
  rmSync(folder, { recursive: true, force: true });
});

async function consenting(room: string) {
  const { client, ready, id } = await TestClient.join(agent.url, { room });
  client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  await client.settled();
  const say = async (text: string): Promise<void> => {
    analysis.seats.at(-1)?.join.onEvent(description(id, text), nowUs());
    await client.next('affect.description');
  };
  const myData = async (method = 'GET'): Promise<{ events?: unknown[]; receipts?: unknown[]; recordings?: number }> => {
    const headers = { Authorization: `Bearer ${ready.token}` };
    const response = await fetch(new URL(`/rooms/${room}/my-data`, agent.url), { method, headers });
    expect(response.status).toBe(200);
    return (await response.json()) as object;
  };
  return { client, ready, id, say, myData };
}

describe('a recorded room', () => {
  it('says so before anybody agrees, in words of a version of their own', async () => {
    const lab = await TestClient.join(agent.url, { room: 'lab' });
    const lobby = await TestClient.join(agent.url, { room: 'lobby' });
    expect(lab.ready.receipt.paragraphs.join(' ')).toContain('This room is recorded');
    expect(lab.ready.receipt.version).not.toBe(lobby.ready.receipt.version);
    lab.client.send({ type: 'consent.set', granted: true, receiptVersion: lobby.ready.receipt.version });
    expect((await lab.client.next('error')).code).toBe('receipt-outdated');
  });

  it('stores events of who consents; others are not recorded', async () => {
    const lab = await consenting('lab');
    await lab.say('Appears calm.');
    expect(await lab.myData()).toMatchObject({
      events: [{ text: 'Appears calm.' }],
      receipts: [{ participant: lab.id, room: 'lab' }],
    });
    const lobby = await consenting('lobby');
    await lobby.say('Appears tense.');
    expect((await lobby.myData()).events).toEqual([]);
  });

  it('gives a person a copy, deletes on their wish, and writes down that it did', async () => {
    const { client, id, say, myData } = await consenting('lab');
    await say('Appears calm.');
    expect(await myData('DELETE')).toMatchObject({ participant: id, recordings: 1, consentWithdrawn: true });
    expect(await client.next('consent.changed', ({ granted }) => !granted)).toMatchObject({ participant: id });
    const left = await myData();
    expect(left.events).toEqual([]);
    expect(left.receipts).toMatchObject([{ participant: id, withdrawnBecause: 'deleted' }]);
    await agent.close();
    const audit = readFileSync(join(folder, 'audit.jsonl'), 'utf8');
    expect(audit).toMatch(/consent\.granted[^]*consent\.withdrawn[^]*consent\.cleared[^]*data\.deleted/);
    expect(audit).not.toContain('Appears');
    expect(audit).not.toContain('"lab"');
  });

  it('deletes what is stored when consent is withdrawn, and keeps it when somebody merely leaves', async () => {
    const stored = (): string[] =>
      readdirSync(join(folder, 'events'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.jsonl'),
      );
    const mia = await consenting('lab');
    await mia.say('Appears calm.');
    mia.client.send({ type: 'consent.set', granted: false });
    await mia.client.next('consent.cleared');
    expect(stored()).toEqual([]);
    const robin = await consenting('lab');
    await robin.say('Appears tense.');
    robin.client.socket.close();
    await expect.poll(() => stored().length).toBe(1);
    const forget = () => fetch(new URL(`/admin/participants/${robin.id}`, agent.url), { method: 'DELETE' });
    expect(await (await forget()).json()).toMatchObject({ participant: robin.id, recordings: 1 });
    expect(stored()).toEqual([]);
  });

  it('tells nothing to who shows no token, or that of another room', async () => {
    const { ready } = await consenting('lab');
    const ask = (room: string, token: string) =>
      fetch(new URL(`/rooms/${room}/my-data`, agent.url), { headers: { Authorization: `Bearer ${token}` } });
    expect((await ask('lobby', ready.token)).status).toBe(401);
    expect((await ask('lab', 'made-up')).status).toBe(401);
  });
});

describe('the operator', () => {
  it('exports receipts of all, or of one', async () => {
    const mia = await consenting('lab');
    await consenting('lobby');
    const receipts = async (query = ''): Promise<unknown[]> => {
      const response = await fetch(new URL(`/admin/receipts${query}`, agent.url));
      return ((await response.json()) as { receipts: unknown[] }).receipts;
    };
    expect(await receipts()).toHaveLength(2);
    expect(await receipts(`?participant=${mia.id}`)).toMatchObject([
      { participant: mia.id, room: 'lab', receiptVersion: mia.ready.receipt.version },
    ]);
  });

  it('is told at the start when recordings have nowhere to go', async () => {
    expect(() => config({ recording: { rooms: ['lab'] } })).toThrow('recording.folder');
    writeFileSync(join(folder, 'a-file'), '');
    const blocked = join(folder, 'a-file', 'below-it');
    await expect(startTestAgent({ recording: { rooms: ['lab'], folder: blocked } })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});
