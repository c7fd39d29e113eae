import type { types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { attach, type Attachment, recordConsent } from '../../../agent/attach/index.ts';
import { encodePictures } from '../../pipeline/ingest/encoded-media.ts';
import { pictureStream } from '../../pipeline/ingest/rtp-writer.ts';
import { findMediasoup } from '../../support/machine.ts';
import { MEDIA_CODECS, startWorker } from './rtp-caller.ts';

/** 20 ms of silence, as every Opus encoder writes it (RFC 6716 3.2.1: CELT, full band, one frame). */
const SILENCE = [0xf8, 0xff, 0xfe];
const FRAME_MS = 20;
/** A picture line in three layers. */
const CAMERA: types.RtpParameters = {
  mid: '1',
  codecs: [{ mimeType: 'video/VP8', clockRate: 90_000, payloadType: 96 }],
  encodings: [{ ssrc: 21 }, { ssrc: 22 }, { ssrc: 23 }].map((layer) => ({ ...layer, scalabilityMode: 'L1T3' })),
};

const ready = findMediasoup() !== undefined;

describe.skipIf(!ready)('of a layered picture', () => {
  let worker: types.Worker;
  let attachment: Attachment | undefined;
  let sending: NodeJS.Timeout | undefined;

  beforeAll(async () => {
    worker = await startWorker();
  });
  afterEach(async () => {
    clearInterval(sending);
    await attachment?.close();
  });
  afterAll(() => worker?.close());

  async function camera() {
    const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    const transport = await router.createDirectTransport();
    const video = await transport.produce({ kind: 'video', rtpParameters: CAMERA });
    return { router, transport, video };
  }

  it('the fork takes a larger layer when the smallest is too small to read a face', async () => {
    const { router, video } = await camera();
    const tapped = consumerOf(router, video);
    const { grant } = recordConsent({ room: 'standup', participant: 'anna', receiptVersion: 'v3' });
    attachment = await attach(router, { producers: [video], deployment: { context: 'research' }, grant });
    sending = showSmall(video);
    await vi.waitFor(async () => expect((await tapped).currentLayers).toMatchObject({ spatialLayer: 0 }), 30_000);
    await vi.waitFor(async () => expect((await tapped).preferredLayers?.spatialLayer).toBe(1), 30_000);
  });

  it('the fork takes the base alone while a person rests, until their analysis begins anew', async () => {
    const { router, transport, video } = await camera();
    const codec = { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 } as const;
    const audio = await transport.produce({
      kind: 'audio',
      rtpParameters: { codecs: [codec], encodings: [{ ssrc: 1 }] },
    });
    const tapped = consumerOf(router, video);
    const { grant } = recordConsent({ room: 'standup', participant: 'anna', receiptVersion: 'v3' });
    attachment = await attach(router, { producers: [audio, video], deployment: { context: 'research' }, grant });
    sending = beSilent(audio);
    const { preferredLayers } = await tapped;
    expect(preferredLayers).toEqual({ spatialLayer: 0, temporalLayer: 1 });
    const layers = async (): Promise<unknown> => (await tapped).preferredLayers;
    await vi.waitUntil(async () => JSON.stringify(await layers()) !== JSON.stringify(preferredLayers), 90_000);
    expect(await layers()).toEqual({ spatialLayer: 0, temporalLayer: 0 });
    // The next process knows nobody yet.
    process.kill(attachment.analysisPid!, 'SIGKILL');
    await vi.waitFor(async () => expect(await layers()).toEqual(preferredLayers), 20_000);
  });
});

/** The consumer by which a router gives `producer` to somebody else. */
function consumerOf(router: types.Router, producer: types.Producer): Promise<types.Consumer> {
  return new Promise((resolve) => {
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('newconsumer', (consumer) => {
        if (consumer.producerId === producer.id) resolve(consumer);
      });
    });
  });
}

/** Sends silence at its own pace, also when this process is late. */
function beSilent(producer: types.Producer): NodeJS.Timeout {
  const sinceMs = performance.now();
  let sent = 0;
  return setInterval(() => {
    for (; sent * FRAME_MS < performance.now() - sinceMs; sent++) {
      const rtp = Buffer.alloc(12 + SILENCE.length);
      rtp.set([0x80, 111]);
      rtp.writeUInt16BE(sent & 0xffff, 2);
      rtp.writeUInt32BE(sent * FRAME_MS * 48, 4);
      rtp.writeUInt32BE(1, 8);
      rtp.set(SILENCE, 12);
      producer.send(rtp);
    }
  }, FRAME_MS);
}

/** Shows pictures of 160 x 90 on the smallest layer, over and over. */
function showSmall(producer: types.Producer): NodeJS.Timeout {
  const units = encodePictures('vp8', { count: 15, width: 160, height: 90, keyEvery: 15 });
  let shown = 0;
  let packets = 0;
  return setInterval(() => {
    const options = { firstSequence: packets, firstTimestamp: shown * 6000, ssrc: 21 };
    for (const { bytes } of pictureStream('vp8', [units[shown % units.length]], options)) {
      producer.send(Buffer.from(bytes));
      packets++;
    }
    shown++;
  }, 66);
}
