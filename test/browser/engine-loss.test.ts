/** A media worker dies under two people in the real page: they see and hear one another again, and their taps come back. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { startAgent } from '../../agent/agent.ts';
import { createMediasoupSfu } from '../../sfu/mediasoup/mediasoup-sfu.ts';
import { findWorker, SETUP_COMMAND } from '../../sfu/mediasoup/worker-binary.ts';
import { config, FakeAnalysis, silentLog } from '../agent/fakes.ts';
import { findChromium } from '../support/machine.ts';
import { Caller } from './caller.ts';

const executablePath = findChromium();
const hasWorker = findWorker() !== undefined;
if (!hasWorker) console.warn(`SKIPPED: mediasoup has no worker program here; "${SETUP_COMMAND}" builds it.`);
const pageDir = fileURLToPath(new URL('../../dist/page', import.meta.url));
const hasPage = existsSync(pageDir);
if (!hasPage) console.warn('SKIPPED: the page is not built; "npm run build" builds it.');
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream=fps=10',
  '--autoplay-policy=no-user-gesture-required',
];

const open: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** What the page has decoded of the other person; a picture that stands still counts no more. */
function decoded(caller: Caller): Promise<number> {
  return caller.page
    .locator('.tile video:not(.mirrored)')
    .evaluate(
      (video) =>
        (video as unknown as { getVideoPlaybackQuality(): { totalVideoFrames: number } }).getVideoPlaybackQuality()
          .totalVideoFrames,
    );
}

async function moves(caller: Caller): Promise<void> {
  const before = await decoded(caller);
  await expect.poll(() => decoded(caller), { timeout: 30_000 }).toBeGreaterThan(before + 20);
}

test.skipIf(!executablePath || !hasWorker || !hasPage)(
  'a media worker that dies under two people in the page: they see one another again, and their taps come back',
  { timeout: 180_000 },
  async () => {
    const sfu = await createMediasoupSfu({ workers: 1 });
    open.push(() => sfu.close());
    const analysis = new FakeAnalysis();
    const agent = await startAgent(config(), { sfu, analysis, log: silentLog, pageDir });
    open.push(() => agent.close());
    const browser: Browser = await chromium.launch({ executablePath: executablePath!, args: SWITCHES });
    open.push(() => browser.close());
    const ada = await Caller.join(browser, `${agent.url}?room=lost`, 'Ada');
    const ben = await Caller.join(browser, `${agent.url}?room=lost`, 'Ben');
    await Promise.all([moves(ada), moves(ben)]);
    const live = async (): Promise<unknown> => {
      const { publishers, viewers, taps } = await sfu.stats();
      return { publishers, viewers, taps };
    };
    await expect.poll(live, { timeout: 20_000 }).toEqual({ publishers: 2, viewers: 2, taps: 4 });

    const [{ pid }] = await sfu.workerUsage();
    process.kill(pid, 'SIGKILL');
    await ada.until('error', ({ code }) => code === 'media-failed');
    await expect.poll(live, { timeout: 40_000 }).toEqual({ publishers: 2, viewers: 2, taps: 4 });
    const tapped = analysis.seats.map(({ packets }) => packets.length);
    await Promise.all([moves(ada), moves(ben)]);
    analysis.seats.forEach(({ packets }, i) => expect(packets.length).toBeGreaterThan(tapped[i]));
    expect((await sfu.stats())['workerDeaths']).toBe(1);
  },
);
