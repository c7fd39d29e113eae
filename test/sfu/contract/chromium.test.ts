import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsentGrant, type Sfu } from '../../../sfu/index.ts';
import { KeptPackets } from '../kept-packets.ts';
import { readPictures } from '../tapped-pictures.ts';
import { CHROMIUM, ChromiumPages, hasChromium } from '../werift/chromium-page.ts';
import { ENGINES } from './engines.ts';

if (!hasChromium) console.warn(`SKIPPED: ${CHROMIUM} is missing, so no real browser has called.`);

const ledger = ConsentGrant.createIssuer();

interface Received {
  readonly kind: string;
  readonly mid: string;
  readonly framesDecoded: number;
  readonly heard: number;
}

/** What the page has decoded of everything it watches, once there is enough of `count` tracks. */
async function decodes(page: Page, count: number, frames = 10): Promise<Received[]> {
  await page.evaluate(`window.call.decodes(${count}, ${frames})`);
  return page.evaluate<Received[]>('window.call.received()');
}

// A busy machine encodes few frames a second: the limit is generous, and nothing below measures time.
for (const { name: engine, here, create } of ENGINES)
  describe.skipIf(!hasChromium || !here)(`Chromium on ${engine}`, () => {
    let sfu: Sfu;
    let pages: ChromiumPages;

    beforeAll(async () => {
      // Chromium checks every 2.5 s; a page that is closed says no goodbye.
      sfu = await create({ limits: { consentMs: 8_000 } });
      pages = await ChromiumPages.open(sfu);
    });
    afterAll(async () => {
      await pages.close();
      await sfu.close();
    });

    test('calls both ways, takes who comes and goes on its m-lines, and survives an ICE restart', async () => {
      const [ann, bob] = await Promise.all([pages.page('two', 'ann'), pages.page('two', 'bob')]);
      for (const page of [ann, bob]) {
        await page.evaluate('window.call.view()');
        await page.evaluate('window.call.publish()');
      }
      await Promise.all([decodes(ann, 2), decodes(bob, 2)]);
      expect(
        sfu
          .tracks('two')
          .map(({ codec }) => codec.mimeType)
          .sort(),
      ).toEqual(['audio/opus', 'audio/opus', 'video/VP8', 'video/VP8']);

      const restarts = (await sfu.stats()).iceRestarts;
      await ann.evaluate('window.call.restart()');
      const before = await bob.evaluate<Received[]>('window.call.received()');
      const frames = before.find(({ kind }) => kind === 'video')!.framesDecoded;
      await expect.poll(async () => (await sfu.stats()).iceRestarts, { timeout: 60_000 }).toBe(restarts + 1);
      await decodes(bob, 2, frames + 20);

      await bob.evaluate(`window.call.clocked(['audio', 'video'])`);

      // Ann leaves without a word, Eve comes: Bob sees her where Ann was.
      await ann.close();
      await bob.waitForFunction('window.call.tracks.length === 0', undefined, { timeout: 120_000 });
      const eve = await pages.page('two', 'eve');
      await eve.evaluate('window.call.view()');
      await eve.evaluate('window.call.publish()');
      await bob.waitForFunction('window.call.tracks.length === 2', undefined, { timeout: 120_000 });
      const tracks = await bob.evaluate<Array<{ mid: string; participant: string }>>('window.call.tracks');
      expect(tracks.map(({ mid, participant }) => `${mid} ${participant}`).sort()).toEqual(['0 eve', '1 eve']);
      await Promise.all([decodes(bob, 2), decodes(eve, 2)]);
      await Promise.all([bob.close(), eve.close()]);
    });

    test('sends temporal layers when asked to, of which the base alone makes whole pictures, and viewers get them all', async () => {
      const [ann, bob] = await Promise.all([pages.page('layered', 'ann'), pages.page('layered', 'bob')]);
      await bob.evaluate('window.call.view()');
      await ann.evaluate(`window.call.publish(undefined, [{ scalabilityMode: 'L1T3', maxBitrate: 400000 }])`);
      await decodes(bob, 2, 30);
      const track = sfu.tracks('layered').find(({ kind }) => kind === 'video')!;
      const sink = new KeptPackets();
      const { ingest, frames, problems } = readPictures(track, sink, () => sfu.requestKeyFrame(track.id));
      ingest.rest(true);
      await sfu.tap(track.id, ledger.issue('layered', 'ann', '1'), sink);
      await sink.until(() => frames.length >= 10);
      const { decoded, leftOut } = ingest.stats();
      // Three of four, but for a first key frame and pictures that the encoder dropped on a busy machine.
      expect(leftOut).toBeGreaterThan(decoded * 1.5);
      expect(problems).toEqual([]);
      ingest.rest(false);
      await sink.until(() => frames.length >= 40);
      const after = ingest.stats();
      expect(after['leftOut'] - leftOut).toBeLessThan((after['decoded'] - decoded) * 1.5);
      expect(problems).toEqual([]);
      ingest.close();
      await Promise.all([ann.close(), bob.close()]);
    });

    test('publishes H.264 when it can encode it', async ({ skip }) => {
      const page = await pages.page('h264', 'ann');
      const offered = await page.evaluate<boolean>(
        `RTCRtpSender.getCapabilities('video').codecs.some(({ mimeType }) => mimeType === 'video/H264')`,
      );
      if (!offered) {
        console.warn('SKIPPED: this Chromium has no H.264 encoder.');
        skip();
      }
      await page.evaluate(`window.call.publish('video/H264')`);
      const bob = await pages.page('h264', 'bob');
      await bob.evaluate('window.call.view()');
      await decodes(bob, 2);
      expect(sfu.tracks('h264').map(({ codec }) => codec.mimeType)).toContain('video/H264');
      await Promise.all([page.close(), bob.close()]);
    });
  });
