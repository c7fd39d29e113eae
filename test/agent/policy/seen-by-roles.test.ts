import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { nowUs } from '../../../pipeline/index.ts';
import { GUARDED, sign } from '../auth/tokens.ts';
import { description, startTestAgent, TestClient } from '../fakes.ts';

let agent: Agent;
afterEach(() => agent.close());

async function join(claims: Record<string, unknown>) {
  const token = await sign(claims);
  const client = new TestClient(agent.url, '/ws?room=lobby', {}, ['undertone', `bearer.${token}`]);
  await once(client.socket, 'open');
  client.send({ type: 'session.start' });
  return { client, ready: await client.next('session.ready') };
}

it('shows results to those whose token holds a role of the policy, as far as the token goes, and to nobody else', async () => {
  const policy = { visibility: ['coach'] };
  const settings = { ...GUARDED, policy };
  const started = await startTestAgent(settings);
  agent = started.agent;
  const mia = await join({ sub: 'mia' });
  const watching = {
    coach: await join({ sub: 'coach', see: 'all', roles: ['coach'] }),
    'a coach of somebody else': await join({ sub: 'other-coach', see: ['kim'], roles: ['coach'] }),
    'a coach who may see only themselves': await join({ sub: 'shy-coach', roles: ['coach'] }),
    'somebody with another role': await join({ sub: 'host', see: 'all', roles: ['host'] }),
    'somebody without': await join({ sub: 'robin', see: 'all' }),
  };
  expect(mia.ready.results).toBe('roles');
  expect(mia.ready.receipt.paragraphs.join(' ')).toContain('takes part as coach');
  mia.client.send({ type: 'consent.set', granted: true, receiptVersion: mia.ready.receipt.version });
  await mia.client.settled();
  started.analysis.seats[0]?.join.onEvent(description('mia'), nowUs());
  const saw: string[] = [];
  for (const [who, { client }] of Object.entries(watching)) {
    await client.settled();
    if (client.received.some(({ type }) => type === 'affect.description')) saw.push(who);
  }
  expect(saw).toEqual(['coach']);
  expect((await mia.client.next('affect.description')).participant).toBe('mia');
});

it('carries the ids of the platform through receipts and events', async () => {
  const started = await startTestAgent(GUARDED);
  agent = started.agent;
  const { client, ready } = await join({ sub: 'user-7' });
  expect(ready.participant).toMatchObject({ id: 'user-7', externalId: 'user-7' });
  client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  await client.settled();
  started.analysis.seats[0]?.join.onEvent(description('user-7'), nowUs());
  expect((await client.next('affect.description')).participant).toBe('user-7');
  const headers = { Authorization: `Bearer ${await sign({ sub: 'user-7' })}` };
  const own = await fetch(new URL('/rooms/lobby/my-data', agent.url), { headers });
  expect(await own.json()).toMatchObject({
    participant: 'user-7',
    receipts: [{ participant: 'user-7', room: 'lobby' }],
  });
  const others = { Authorization: `Bearer ${await sign({ sub: 'user-8' })}` };
  const nothing = await fetch(new URL('/rooms/lobby/my-data', agent.url), { headers: others });
  expect(await nothing.json()).toMatchObject({ participant: 'user-8', receipts: [], events: [] });
});
