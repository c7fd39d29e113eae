import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAgent, type Agent } from '../../agent/agent.ts';
import { createWeriftSfu, type Sfu } from '../../sfu/index.ts';
import { HeadlessPublisher } from '../sfu/werift/headless-caller.ts';
import { config, FakeAnalysis, silentLog, TestClient } from './fakes.ts';
import { WhipEndpoint } from './whip-endpoint.ts';

let agent: Agent;
let sfu: Sfu;
const analysis = new FakeAnalysis();
beforeAll(async () => {
  sfu = await createWeriftSfu();
  agent = await startAgent(config(), { sfu, analysis, log: silentLog, pageDir: 'dist/no-page-here' });
});
afterAll(async () => {
  await agent.close();
  await sfu.close();
});

async function packetsSent(publisher: HeadlessPublisher): Promise<number> {
  let sent = 0;
  for (const report of (await publisher.pc.getStats()).values()) {
    if (report['type'] === 'outbound-rtp' && typeof report['packetsSent'] === 'number') sent += report['packetsSent'];
  }
  return sent;
}

it('taps a real call exactly as long as the person consents', async () => {
  const { client, ready, id } = await TestClient.join(agent.url);
  const publisher = new HeadlessPublisher();
  try {
    await publisher.publish(new WhipEndpoint(new URL(ready.whip, agent.url), ready.token), 'lobby', id);
    await client.next(
      'participant.changed',
      ({ participant }) => participant.audio === 'live' && participant.video === 'live',
    );
    expect(analysis.seats).toEqual([]);

    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await expect.poll(() => new Set(analysis.seats[0]?.packets).size, { timeout: 20_000 }).toBe(2);

    client.send({ type: 'consent.set', granted: false });
    expect((await client.next('consent.cleared')).tookMs).toBeLessThan(1000);
    const tapped = analysis.seats[0]?.packets.length;
    const sent = await packetsSent(publisher);
    await expect.poll(() => packetsSent(publisher), { timeout: 20_000 }).toBeGreaterThan(sent + 100);
    expect(analysis.seats[0]?.packets.length).toBe(tapped);
    expect(analysis.seats).toHaveLength(1);
  } finally {
    publisher.close();
    client.socket.close();
  }
});

it('answers an offer that no engine could take with 400, and goes on', async () => {
  const { client, ready } = await TestClient.join(agent.url);
  const whip = new WhipEndpoint(new URL(ready.whip, agent.url), ready.token);
  for (const offer of [
    'v=0\r\n',
    'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n',
    `v=0\r\n${'m=\r\n'.repeat(500)}`,
  ]) {
    const response = await whip.post(offer);
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeGreaterThan(20);
  }
  await client.settled();
});
