import { once } from 'node:events';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { nowUs } from '../../../pipeline/index.ts';
import { description, startTestAgent, TestClient, track } from '../fakes.ts';
import { SECRET, sign } from './tokens.ts';

const ROOM = 'divorce-of-the-millers';
const OFFER = 'v=0\r\no=- 7391 2 IN IP4 203.0.113.77\r\nm=audio 9 X 0\r\na=ice-pwd:very-private-password\r\n';

it('hold who consented and when, and nothing of what was said, seen, shown or sent', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const settings = {
    deployment: { context: 'research' },
    auth: { secret: SECRET },
    admin: { secret: 'the secret of who runs this' },
    server: { port: 0 },
  };
  const { agent, sfu, analysis } = await startTestAgent(settings, { log });
  const good = await sign({ room: ROOM, name: 'Mia Miller' });
  const late = await sign({ room: ROOM, exp: 1 });

  // A whole call, with everything going wrong that can.
  const client = new TestClient(agent.url, `/ws?room=${ROOM}&token=${good}`, {}, ['undertone', `bearer.${good}`]);
  await once(client.socket, 'open');
  client.send({ type: 'session.start', name: 'Mia Miller', watch: true });
  const ready = await client.next('session.ready');
  const headers = { Authorization: `Bearer ${ready.token}`, 'Content-Type': 'application/sdp' };
  const post = (body: string, more: Record<string, string> = {}) =>
    fetch(new URL(ready.whip, agent.url), { method: 'POST', headers: { ...headers, ...more }, body });
  expect((await post(OFFER)).status).toBe(201);
  expect((await post(OFFER, { Authorization: `Bearer ${late}` })).status).toBe(401);
  expect((await post('v=0\r\nvery-private-password')).status).toBe(400);
  sfu.emit({ type: 'track-added', track: track('mia', 'audio', ROOM) });
  client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
  client.send({ type: 'caption', startMs: 0, endMs: 900, text: 'I never loved the dog' });
  client.send({ type: 'answer', number: 1, sdp: OFFER });
  client.socket.send('{"type":"caption","text":"I never loved the dog"');
  await client.settled();
  analysis.seats[0]?.join.onEvent(description('mia', 'Appears to mourn the dog.'), nowUs());
  await client.next('affect.description');
  analysis.seats[0]?.join.onGone?.(new Error('worker died'));
  await client.next('consent.cleared');
  await fetch(new URL('/admin/stop', agent.url), {
    method: 'POST',
    headers: { Authorization: 'Bearer guess-of-a-secret' },
  });
  await fetch(new URL(`/whip/${ROOM}/${good}`, agent.url), { method: 'DELETE', headers });
  client.socket.close();
  await once(client.socket, 'close');
  await agent.close();

  const text = lines.join('');
  expect(text).toContain('consent.granted');
  expect(text).toContain('the analysis of a participant ended unexpectedly');
  for (const secret of [
    'Miller',
    'miller',
    ROOM,
    'dog',
    'mourn',
    'very-private-password',
    '203.0.113.77',
    SECRET,
    settings.admin.secret,
    'guess-of-a-secret',
    ready.token,
    good,
    late,
    ...good.split('.').slice(1),
  ]) {
    expect([secret, text.includes(secret)]).toEqual([secret, false]);
  }
});
