/** Two people in the real page whose network lets hardly anything through: over TURN (coturn), and over ICE-TCP. */
import { chromium } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { openSfu } from '../../sfu/index.ts';
import { startTestAgent } from '../agent/fakes.ts';
import { fakeCameraSwitches, findChromium, findMediasoup, findPage, findTurnServer } from '../support/machine.ts';
import { Caller } from './caller.ts';
import { changed } from './changed-page.ts';
import { startTurnServer, type TurnServer } from './turn-server.ts';

const executablePath = findChromium();
const turnServer = findTurnServer();
const worker = findMediasoup();
const pageDir = findPage();

const open: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** For the page: candidates other than the relay's are neither gathered nor told. */
const RELAY_ONLY = `
  globalThis.connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
      connections.push(this);
    }
  };`;
/** For the page: the SFU's candidates for UDP do not reach it. */
const TCP_ONLY = String.raw`
  globalThis.connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(configuration);
      connections.push(this);
    }
    setRemoteDescription({ type, sdp }) {
      return super.setRemoteDescription({ type, sdp: sdp.replaceAll(/a=candidate:\S+ \d udp .*\r\n/gi, '') });
    }
  };`;
/** For the page: no candidate of the SFU's reaches it, until `connections.open` is set. */
const BLOCKED = String.raw`
  globalThis.connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    setRemoteDescription({ type, sdp }) {
      return super.setRemoteDescription({ type, sdp: connections.open ? sdp : sdp.replaceAll(/a=candidate:.*\r\n/g, '') });
    }
  };`;
/** Of a page: how each of its connections goes, as candidate type, protocol, and protocol to the relay. */
const WAYS = `Promise.all(connections.filter(({ connectionState }) => connectionState === 'connected').map(async (connection) => {
  const stats = await connection.getStats();
  const { selectedCandidatePairId } = [...stats.values()].find(({ type }) => type === 'transport');
  const { candidateType, protocol, relayProtocol } = stats.get(stats.get(selectedCandidatePairId).localCandidateId);
  return [candidateType, protocol, relayProtocol].join(' ').trim();
}))`;

/** A call, and a browser whose pages' world is changed. */
async function begin(engine: 'mediasoup' | 'werift', change: string, turn?: TurnServer) {
  const { sfu } = await openSfu(engine, { workers: 1 });
  open.push(() => sfu.close());
  const settings = turn ? { sfu: { iceServers: [turn.iceServer] } } : {};
  const { agent, analysis } = await startTestAgent(settings, { sfu, pageDir: pageDir! });
  open.push(() => agent.close());
  const browser = await chromium.launch({ executablePath: executablePath!, args: fakeCameraSwitches() });
  open.push(() => browser.close());
  return { analysis, pages: changed(browser, change), url: `${agent.url}?room=behind` };
}

/** Ada and Ben, who see one another move and are both tapped. */
async function callOf(engine: 'mediasoup' | 'werift', change: string, turn?: TurnServer): Promise<Caller[]> {
  const { analysis, pages, url } = await begin(engine, change, turn);
  const callers = [await Caller.join(pages, url, 'Ada'), await Caller.join(pages, url, 'Ben')];
  await Promise.all(callers.map((caller) => caller.seesMotion()));
  await expect.poll(() => analysis.seats.filter(({ packets }) => packets.length > 50).length).toBe(2);
  return callers;
}

describe.skipIf(!executablePath || !pageDir)('people behind a network', () => {
  describe.skipIf(!turnServer)('that lets only TURN through', () => {
    for (const engine of ['mediasoup', 'werift'] as const) {
      const here = engine === 'werift' || worker !== undefined;
      test.skipIf(!here).each(['udp', 'tcp'] as const)(`are in the call on ${engine}, over %s`, async (transport) => {
        const turn = await startTurnServer(turnServer!, transport);
        open.push(() => turn.close());
        for (const caller of await callOf(engine, RELAY_ONLY, turn))
          expect(await caller.page.evaluate(WAYS)).toEqual(Array(2).fill(`relay udp ${transport}`));
      });
    }
  });

  test('that lets nothing through are told so, and are in the call once it does', async () => {
    const { analysis, pages, url } = await begin('werift', BLOCKED);
    const ada = await Caller.join(pages, url, 'Ada');
    const banner = ada.page.locator('#banner');
    await expect.poll(() => banner.textContent(), { timeout: 30_000 }).toContain('do not get through');
    expect(await banner.isVisible()).toBe(true);
    await ada.page.evaluate('connections.open = true');
    await banner.waitFor({ state: 'hidden', timeout: 60_000 });
    await expect.poll(() => analysis.seats[0]?.packets.length ?? 0, { timeout: 30_000 }).toBeGreaterThan(50);
  });

  test.skipIf(!worker)('that lets no UDP through are in the call over ICE-TCP on mediasoup', async () => {
    for (const caller of await callOf('mediasoup', TCP_ONLY))
      expect(await caller.page.evaluate(WAYS)).toEqual(Array(2).fill(expect.stringMatching(/^(host|prflx) tcp$/)));
  });
});
