/** A media worker dies under two people in the real page: they see and hear one another again, and their taps come back. */
import { chromium, type Browser } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { createMediasoupSfu } from '../../sfu/mediasoup/mediasoup-sfu.ts';
import { startTestAgent } from '../agent/fakes.ts';
import { fakeCameraSwitches, findChromium, findMediasoup, findPage } from '../support/machine.ts';
import { Caller } from './caller.ts';

const executablePath = findChromium();
const worker = findMediasoup();
const pageDir = findPage();

const open: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

test.skipIf(!executablePath || !worker || !pageDir)(
  'a media worker that dies under two people in the page: they see one another again, and their taps come back',
  async () => {
    const sfu = await createMediasoupSfu({ workers: 1 });
    open.push(() => sfu.close());
    const { agent, analysis } = await startTestAgent({}, { sfu, pageDir: pageDir! });
    open.push(() => agent.close());
    const browser: Browser = await chromium.launch({ executablePath: executablePath!, args: fakeCameraSwitches() });
    open.push(() => browser.close());
    const ada = await Caller.join(browser, `${agent.url}?room=lost`, 'Ada');
    const ben = await Caller.join(browser, `${agent.url}?room=lost`, 'Ben');
    await Promise.all([ada.seesMotion(), ben.seesMotion()]);
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
    await Promise.all([ada.seesMotion(), ben.seesMotion()]);
    analysis.seats.forEach(({ packets }, i) => expect(packets.length).toBeGreaterThan(tapped[i]));
    expect((await sfu.stats())['workerDeaths']).toBe(1);
  },
);
