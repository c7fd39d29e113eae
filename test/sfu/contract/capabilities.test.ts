/** An engine does what its `capabilities` declare, and refuses what it does not declare: callers decide by them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sfu } from '../../../sfu/index.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { OFFER } from '../werift/raw-peer.ts';
import { ENGINES } from './engines.ts';

/** Video codecs that some client or other would like to send, as their lines in an offer. */
const VIDEO: Readonly<Record<string, string>> = {
  'video/VP8': '',
  'video/VP9': 'profile-id=0',
  'video/H264': 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'video/AV1': 'level-idx=5;profile=0;tier=0',
  'video/H265': 'level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST',
};
const AUDIO: Readonly<Record<string, string>> = {
  'audio/opus': '/48000/2',
  'audio/PCMU': '/8000',
  'audio/G722': '/8000',
};

/** Three layers of simulcast. */
const LAYERS = [
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'a=rid:q send',
  'a=rid:h send',
  'a=rid:f send',
  'a=simulcast:send q;h;f',
];

/** An offer of one video section with one codec. */
function videoOffer(mimeType: string, more: readonly string[] = []): string {
  const [head, , video] = OFFER.split(/(?=^m=)/m);
  const kept = video
    .split('\r\n')
    .filter((line) => line && !/^a=(rtpmap|fmtp|rtcp-fb|rid|simulcast|extmap)/.test(line))
    .map((line) => (line.startsWith('m=') ? 'm=video 9 UDP/TLS/RTP/SAVPF 96' : line));
  const codec = [
    `a=rtpmap:96 ${mimeType.split('/')[1]}/90000`,
    ...(VIDEO[mimeType] ? [`a=fmtp:96 ${VIDEO[mimeType]}`] : []),
  ];
  return `${[head.trimEnd().replace('BUNDLE 0 1', 'BUNDLE 1'), ...kept, ...codec, ...more].join('\r\n')}\r\n`;
}

function audioOffer(mimeType: string): string {
  const [head, audio] = OFFER.split(/(?=^m=)/m);
  return `${head}${audio}`
    .replace('BUNDLE 0 1', 'BUNDLE 0')
    .replace('opus/48000/2', `${mimeType.split('/')[1]}${AUDIO[mimeType]}`)
    .replace(/a=fmtp:111.*\r\n/, '');
}

for (const { name: engine, here, create } of ENGINES)
  describe.skipIf(!here)(`what ${engine} declares`, () => {
    let sfu: Sfu;
    beforeAll(async () => {
      sfu = await create();
    });
    afterAll(() => sfu.close());

    const takes = async (offer: string): Promise<boolean> => {
      try {
        const { id } = await sfu.publish('codecs', 'ann', offer);
        await sfu.unpublish(id);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-offer' });
        return false;
      }
    };

    test('are the codecs that it takes, and it takes no others', async () => {
      const taken: string[] = [];
      for (const mimeType of Object.keys(VIDEO)) if (await takes(videoOffer(mimeType))) taken.push(mimeType);
      expect(taken.sort()).toEqual([...sfu.capabilities.videoCodecs].sort());
      const heard: string[] = [];
      for (const mimeType of Object.keys(AUDIO)) if (await takes(audioOffer(mimeType))) heard.push(mimeType);
      expect(heard).toEqual(sfu.capabilities.audioCodecs);
    });

    test('is simulcast where its answer accepts the layers, and not where it asks for one stream', async () => {
      const { id, answerSdp } = await sfu.publish('layers', 'ann', videoOffer('video/VP8', LAYERS));
      await sfu.unpublish(id);
      expect(/^a=simulcast:recv q;h;f\r$/m.test(answerSdp)).toBe(sfu.capabilities.simulcast);
      expect(answerSdp.match(/^a=rid:[qhf] recv/gm)?.length ?? 0).toBe(sfu.capabilities.simulcast ? 3 : 0);
    });

    test('is simulcast of VP8 and H.264: who prefers VP9 sends the next codec, and who has no other learns what to send', async () => {
      const both = videoOffer('video/VP9', ['a=rtpmap:98 VP8/90000', ...LAYERS]).replace('SAVPF 96', 'SAVPF 96 98');
      const { id, answerSdp } = await sfu.publish('layers', 'ann', both);
      await sfu.unpublish(id);
      expect(answerSdp.match(/^a=rtpmap:.*/gm)).toEqual(['a=rtpmap:98 VP8/90000']);
      const alone = sfu.publish('layers', 'ann', videoOffer('video/VP9', LAYERS));
      await expect(alone).rejects.toMatchObject({
        code: 'bad-offer',
        message: expect.stringMatching(
          sfu.capabilities.simulcast ? /VP9 as simulcast.*L3T3_KEY.*VP8/ : /VP8/,
        ) as string,
      });
    });

    test('is congestion control where viewers are asked for transport-wide feedback, and not where nobody would heed it', async () => {
      const ann = new HeadlessPublisher({ audio: false });
      const shown = new Promise<void>((done) => sfu.onEvent(({ type }) => type === 'track-added' && done()));
      await ann.publish(sfu, 'cc', 'ann');
      await shown;
      const bob = await HeadlessViewer.join(sfu, 'cc', 'bob');
      const { sdp } = await bob.offered(({ tracks }) => tracks.length === 1);
      const asked = /^a=rtcp-fb:\d+ transport-cc/m.test(sdp) && /^a=extmap:\d+ \S*transport-wide-cc/m.test(sdp);
      expect(asked).toBe(sfu.capabilities.congestionControl);
      ann.close();
      await bob.close();
    });
  });
