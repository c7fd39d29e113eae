/** Publishers that are no browser, through the agent's own door: GStreamer by WHIP, FFmpeg by plain RTP. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../agent/agent.ts';
import { createWeriftSfu, type Sfu } from '../../../sfu/index.ts';
import { createMediasoupSfu } from '../../../sfu/mediasoup/mediasoup-sfu.ts';
import { findMediasoup } from '../../support/machine.ts';
import { ffmpegArgs, hasTool, PLAIN_OFFER, portsOf, Tool } from '../../sfu/plain-rtp/push.ts';
import { config, FakeAnalysis, silentLog, TestClient } from '../fakes.ts';

const hasMediasoup = findMediasoup() !== undefined;
const PYTHON = '/usr/bin/python3';
const GST_WHIP = fileURLToPath(new URL('./gst-whip.py', import.meta.url));
const gstreamer = canWhip();

const ffmpeg = hasTool('ffmpeg', 'ffmpeg', '-version');

const engines = [
  { name: 'werift', here: true, start: (listenIps?: string[]): Promise<Sfu> => createWeriftSfu({ ...on(listenIps) }) },
  {
    name: 'mediasoup',
    here: hasMediasoup,
    start: (listenIps?: string[]): Promise<Sfu> => createMediasoupSfu({ workers: 1, ...on(listenIps) }),
  },
];
/** GStreamer's ICE (libnice) leaves 127.0.0.1 alone: the machine must have an address of its own. */
const outer = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
if (outer === undefined)
  console.warn('SKIPPED: this machine has no address but 127.0.0.1, over which GStreamer does not speak ICE.');

function on(listenIps: string[] | undefined): { listenIps?: string[] } {
  return listenIps === undefined ? {} : { listenIps };
}

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** An agent on this engine, with somebody in its room. */
async function joined(start: (listenIps?: string[]) => Promise<Sfu>, listenIps?: string[]) {
  const sfu = await start(listenIps);
  open.push(() => sfu.close());
  const analysis = new FakeAnalysis();
  const agent = await startAgent(config(), { sfu, analysis, log: silentLog, pageDir: 'dist/no-page-here' });
  open.push(() => agent.close());
  const { client, ready } = await TestClient.join(agent.url);
  open.push(() => client.socket.close());
  const live = (kind: 'audio' | 'video'): Promise<unknown> =>
    client.next('participant.changed', ({ participant }) => participant[kind] === 'live');
  return { analysis, client, ready, live, whip: new URL(ready.whip, agent.url) };
}

/** Throws what a program said when it ends before its time. */
async function failed(tool: Tool): Promise<never> {
  await once(tool.process, 'exit');
  throw new Error(`The program ended:\n${tool.tail}`);
}

/** GStreamer's WebRTC, driven from Python; the ready-made whipclientsink comes with newer releases. */
function canWhip(): boolean {
  const needs =
    'import gi; gi.require_version("GstWebRTC", "1.0"); from gi.repository import Gst, GstWebRTC; Gst.init(None)';
  const elements = 'assert all(Gst.ElementFactory.find(e) for e in ("webrtcbin", "nicesrc", "vp8enc", "opusenc"))';
  try {
    execFileSync(PYTHON, ['-c', `${needs}; ${elements}`], { stdio: 'ignore' });
    return true;
  } catch {
    const packages =
      'python3-gi gir1.2-gst-plugins-base-1.0 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-nice gstreamer1.0-plugins-good gstreamer1.0-plugins-bad';
    console.warn(`SKIPPED: GStreamer's WebRTC is missing; "apt-get install ${packages}" installs it.`);
    return false;
  }
}

describe.each(engines)('on $name', ({ here, start }) => {
  it.skipIf(!here || !gstreamer || outer === undefined)(
    'GStreamer publishes by WHIP, and is analysed once its person consents',
    async () => {
      const { analysis, client, ready, live, whip } = await joined(start, [outer!]);
      const tool = new Tool(PYTHON, [GST_WHIP, whip.href, ready.token]);
      open.push(() => tool.close());
      await Promise.race([Promise.all([live('audio'), live('video')]), failed(tool)]);
      expect(analysis.seats).toEqual([]);
      client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
      await client.next('consent.changed');
      await expect.poll(() => new Set(analysis.seats[0]?.packets).size, { timeout: 20_000 }).toBe(2);
    },
  );

  it.skipIf(!here || !ffmpeg)(
    'FFmpeg publishes by plain RTP over the WHIP route, until the resource is deleted',
    async () => {
      const { analysis, client, ready, live, whip } = await joined(start);
      const headers = { Authorization: `Bearer ${ready.token}`, 'Content-Type': 'application/sdp' };
      const response = await fetch(whip, { method: 'POST', headers, body: PLAIN_OFFER });
      expect(response.status).toBe(201);
      const tool = new Tool('ffmpeg', ffmpegArgs(portsOf(await response.text())));
      open.push(() => tool.close());
      await Promise.all([live('audio'), live('video')]);
      client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
      await client.next('consent.changed');
      await expect.poll(() => new Set(analysis.seats[0]?.packets).size, { timeout: 20_000 }).toBe(2);
      const resource = new URL(response.headers.get('location')!, whip);
      expect((await fetch(resource, { method: 'DELETE', headers })).status).toBe(200);
      await client.next('participant.changed', ({ participant }) => participant.video === 'none');
    },
  );
});
