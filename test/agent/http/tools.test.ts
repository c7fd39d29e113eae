/** Publishers that are no browser, through the agent's own door: whip-client (GStreamer) by WHIP, FFmpeg by plain RTP. */
import { afterEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../agent/agent.ts';
import { createWeriftSfu, type Sfu } from '../../../sfu/index.ts';
import { createMediasoupSfu } from '../../../sfu/mediasoup/mediasoup-sfu.ts';
import { findWorker, SETUP_COMMAND } from '../../../sfu/mediasoup/worker-binary.ts';
import { ffmpegArgs, hasTool, PLAIN_OFFER, portsOf, Tool } from '../../sfu/plain-rtp/push.ts';
import { config, FakeAnalysis, silentLog, TestClient } from '../fakes.ts';

const hasMediasoup = findWorker() !== undefined;
if (!hasMediasoup) console.warn(`SKIPPED: mediasoup's worker is missing; "${SETUP_COMMAND}" makes it.`);
const whipClient = hasTool(
  'whip-client',
  'simple-whip-client gstreamer1.0-nice gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad',
  '--help',
);
const ffmpeg = hasTool('ffmpeg', 'ffmpeg', '-version');

const engines = [
  { name: 'werift', here: true, start: (): Promise<Sfu> => createWeriftSfu() },
  { name: 'mediasoup', here: hasMediasoup, start: (): Promise<Sfu> => createMediasoupSfu({ workers: 1 }) },
];
const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** An agent on this engine, with somebody in its room. */
async function joined(start: () => Promise<Sfu>) {
  const sfu = await start();
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

const GST_AUDIO =
  'audiotestsrc is-live=true ! audioconvert ! audioresample ! queue ! opusenc ! rtpopuspay pt=100 ! queue ! application/x-rtp,media=audio,encoding-name=OPUS,payload=100';
const GST_VIDEO =
  'videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1 ! queue ! vp8enc deadline=1 cpu-used=8 ! rtpvp8pay pt=96 ssrc=2 ! queue ! application/x-rtp,media=video,encoding-name=VP8,payload=96';

describe.each(engines)('on $name', ({ here, start }) => {
  it.skipIf(!here || !whipClient)(
    'whip-client publishes by WHIP, and is analysed once its person consents',
    async () => {
      const { analysis, client, ready, live, whip } = await joined(start);
      const options = ['-u', whip.href, '-t', ready.token, '-A', GST_AUDIO, '-V', GST_VIDEO, '-n', '-o'];
      const tool = new Tool('whip-client', options);
      open.push(() => tool.close());
      await Promise.all([live('audio'), live('video')]).catch((error: unknown) => {
        throw new Error(`whip-client did not publish:\n${tool.tail}`, { cause: error });
      });
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
