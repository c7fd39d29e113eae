import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConsentGrant, createMediasoupSfu, type EncodedTrack, type Sfu, type Tap } from '../../../sfu/index.ts';
import { BadNetwork, Bottleneck } from '../contract/bad-network.ts';
import { hasWorker } from '../contract/engines.ts';
import { CHROMIUM, ChromiumPages, hasChromium } from '../werift/chromium-page.ts';
import { KeptPackets } from '../kept-packets.ts';
import { readPictures } from '../tapped-pictures.ts';

if (!hasChromium) console.warn(`SKIPPED: ${CHROMIUM} is missing, so no real browser has sent layers.`);

/** The smallest of which libwebrtc makes three layers, and slow enough for a machine that does other things. */
const SIZE = '{ width: 960, height: 540, frameRate: 5 }';
const SIMULCAST = `[
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 80000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 250000 },
  { rid: 'f', maxBitrate: 600000 },
]`;
const ledger = ConsentGrant.createIssuer();

function payloadOf(rtp: Uint8Array): Uint8Array {
  let at = 12 + (rtp[0] & 0x0f) * 4;
  if (rtp[0] & 0x10) at += 4 + ((rtp[at + 2] << 8) | rtp[at + 3]) * 4;
  return rtp.subarray(at);
}

/** The picture width that a VP8 key frame carries (RFC 7741 4.2, RFC 6386 9.1); undefined for anything else. */
function vp8Width(payload: Uint8Array): number | undefined {
  if ((payload[0] & 0x17) !== 0x10) return undefined;
  const bits = payload[0] & 0x80 ? payload[1] : 0;
  let at = payload[0] & 0x80 ? 2 : 1;
  if (bits & 0x80) at += payload[at] & 0x80 ? 2 : 1;
  if (bits & 0x40) at++;
  if (bits & 0x30) at++;
  return payload[at] & 1 ? undefined : (payload[at + 6] | (payload[at + 7] << 8)) & 0x3fff;
}

/** The temporal layer of a VP8 packet (RFC 7741 4.2), 0 when it tells none. */
function vp8TemporalLayer(payload: Uint8Array): number {
  const bits = payload[0] & 0x80 ? payload[1] : 0;
  let at = 2;
  if (bits & 0x80) at += payload[at] & 0x80 ? 2 : 1;
  if (bits & 0x40) at++;
  return bits & 0x20 ? payload[at] >> 6 : 0;
}

/** The spatial layer of a VP9 packet (RFC 9628 4.2). */
function vp9SpatialLayer(payload: Uint8Array): number {
  let at = 1;
  if (payload[0] & 0x80) at += payload[1] & 0x80 ? 2 : 1;
  return payload[0] & 0x20 ? (payload[at] >> 1) & 7 : 0;
}

describe.skipIf(!hasWorker || !hasChromium)('layers from Chromium on mediasoup', { timeout: 240_000 }, () => {
  let sfu: Sfu;
  let pages: ChromiumPages;
  const networks: BadNetwork[] = [];

  beforeAll(async () => {
    sfu = await createMediasoupSfu({ workers: 1 });
    pages = await ChromiumPages.open(sfu);
  });
  afterEach(() => {
    pages.editOffer = (sdp) => sdp;
    for (const network of networks.splice(0)) network.close();
  });
  afterAll(async () => {
    await pages.close();
    await sfu.close();
  });

  async function tapVideo(room: string): Promise<{ sink: KeptPackets; track: EncodedTrack; tap: Tap }> {
    // A room shows a track when its publisher's handshake is over, some time after the page has its answer.
    const shown = (): EncodedTrack | undefined => sfu.tracks(room).find(({ kind }) => kind === 'video');
    await expect.poll(shown, { timeout: 60_000 }).toBeDefined();
    const track = shown()!;
    const sink = new KeptPackets();
    const tap = await sfu.tap(track.id, ledger.issue(room, 'ann', '1'), sink);
    return { sink, track, tap };
  }

  test('of three VP8 layers a viewer gets what its line bears, and the tap the lowest there is, on the sender’s clock', async () => {
    const bottleneck = new Bottleneck(20_000_000);
    pages.editOffer = async (offer) => {
      if (networks.length > 0) return offer;
      const { network, sdp } = await BadNetwork.before(offer, bottleneck.fate);
      networks.push(network);
      return sdp;
    };
    const [ann, bob] = await Promise.all([pages.page('layers', 'ann'), pages.page('layers', 'bob')]);
    await bob.evaluate('window.call.view()');
    await ann.evaluate(`window.call.publish(undefined, ${SIMULCAST}, ${SIZE})`);
    await ann.evaluate('window.call.sends(3)');
    await bob.evaluate('window.call.widthReaches(480)');
    const { sink, track } = await tapVideo('layers');
    await sink.until(
      () => sink.packets.some((rtp) => vp8Width(payloadOf(rtp)) !== undefined) && sink.reports.length > 1,
    );

    bottleneck.bitsPerSecond = 120_000;
    await bob.evaluate('window.call.widthReaches(1, 240)');
    bottleneck.bitsPerSecond = 20_000_000;
    await bob.evaluate('window.call.widthReaches(480)');

    const keys = (): number[] =>
      sink.packets.map((rtp) => vp8Width(payloadOf(rtp))).filter((width) => width !== undefined);
    const seen = keys().length;
    for (let i = 0; i < 3; i++) sfu.requestKeyFrame(track.id);
    expect(track.codec.mimeType).toBe('video/VP8');
    // While a starved sender gives no lowest layer, mediasoup takes the next; never the one that viewers with room get.
    await sink.until(() => keys().slice(seen).includes(240));
    expect(keys()).not.toContain(960);
    for (const report of sink.reports) expect(Math.abs(report.ntpUs / 1000 - Date.now())).toBeLessThan(600_000);
    await Promise.all([ann.close(), bob.close()]);
  });

  test('of who rests the tap gets the base layer alone, and one more when they no longer do', async () => {
    const ann = await pages.page('resting', 'ann');
    await ann.evaluate(`window.call.publish(undefined, ${SIMULCAST}, ${SIZE})`);
    await ann.evaluate('window.call.sends(3)');
    const { sink, tap } = await tapVideo('resting');
    const layers = (): number[] => sink.packets.map((rtp) => vp8TemporalLayer(payloadOf(rtp)));
    await sink.until(() => layers().includes(1));
    tap.rest(true);
    await sink.until(
      () =>
        layers().length > 12 &&
        layers()
          .slice(-6)
          .every((layer) => layer === 0),
    );
    tap.rest(false);
    const rested = sink.packets.length;
    await sink.until(() => layers().slice(rested).includes(1));
    expect(Math.max(...layers())).toBe(1);
    await ann.close();
  });

  test.each([
    ['VP8 simulcast', 'video/VP8', SIMULCAST],
    ['layered VP9', 'video/VP9', `[{ scalabilityMode: 'L3T3_KEY', maxBitrate: 900000 }]`],
  ])('of %s the tap gets the next larger layer when pictures are too small', async (room, codec, encodings) => {
    const ann = await pages.page(room, 'ann');
    await ann.evaluate(`window.call.publish('${codec}', ${encodings}, ${SIZE})`);
    if (codec === 'video/VP8') await ann.evaluate('window.call.sends(3)');
    const { sink, track, tap } = await tapVideo(room);
    const { ingest, frames, problems } = readPictures(track, sink, (wish) =>
      wish === 'key-frame' ? sfu.requestKeyFrame(track.id) : tap.enlarge(),
    );
    const widths = (): number[] => frames.map(({ width }) => width);
    await sink.until(() => widths().includes(240));
    await sink.until(() =>
      widths()
        .slice(-10)
        .every((width) => width === 480),
    );
    expect(widths()).not.toContain(960);
    expect(problems).toEqual([]);
    ingest.close();
    await ann.close();
  });

  test('of layered VP9 a viewer gets the whole picture and the tap the lowest spatial layer', async () => {
    const [ann, bob] = await Promise.all([pages.page('svc', 'ann'), pages.page('svc', 'bob')]);
    await bob.evaluate('window.call.view()');
    await ann.evaluate(
      `window.call.publish('video/VP9', [{ scalabilityMode: 'L3T3_KEY', maxBitrate: 900000 }], ${SIZE})`,
    );
    await bob.evaluate('window.call.widthReaches(480)');
    await bob.evaluate('window.call.decodes(2, 10)');
    const { sink, track } = await tapVideo('svc');
    await sink.until(() => sink.packets.length >= 30);
    expect(track.codec.mimeType).toBe('video/VP9');
    expect(new Set(sink.packets.map((rtp) => vp9SpatialLayer(payloadOf(rtp))))).toEqual(new Set([0]));
    await Promise.all([ann.close(), bob.close()]);
  });
});
