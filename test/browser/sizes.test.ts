/** The page sends its picture in two sizes where the engine takes them, and in one where it does not. */
import { chromium } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { startTestAgent } from '../agent/fakes.ts';
import { ENGINES } from '../sfu/contract/engines.ts';
import { fakeCameraSwitches, findChromium, findPage } from '../support/machine.ts';
import { Caller } from './caller.ts';
import { changed, SPY } from './changed-page.ts';

const executablePath = findChromium();
const pageDir = findPage();

const open: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

describe.skipIf(!executablePath || !pageDir).each(ENGINES)('the page on $name', ({ here, create }) => {
  test.skipIf(!here)('shows the whole picture to the others, and half of it to the analysis where it can', async () => {
    const sfu = await create();
    open.push(() => sfu.close());
    const { agent } = await startTestAgent({}, { sfu, pageDir: pageDir! });
    open.push(() => agent.close());
    const browser = await chromium.launch({ executablePath: executablePath!, args: fakeCameraSwitches() });
    open.push(() => browser.close());
    const spied = changed(browser, SPY);
    const ada = await Caller.join(spied, `${agent.url}?room=sizes`, 'Ada');
    const ben = await Caller.join(spied, `${agent.url}?room=sizes`, 'Ben');
    const sent = (): Promise<unknown> =>
      ada.page.evaluate(
        `video('outbound-rtp').then((all) => all.filter(({ framesSent }) => framesSent > 0).map(({ rid }) => rid).sort())`,
      );
    await expect.poll(sent, { timeout: 30_000 }).toEqual(sfu.capabilities.simulcast ? ['f', 'h'] : ['f']);
    const seen = (): Promise<unknown> =>
      ben.page.evaluate(
        `video('inbound-rtp').then((all) => Math.max(...all.map(({ frameWidth }) => frameWidth ?? 0)))`,
      );
    await expect.poll(seen, { timeout: 60_000 }).toBeGreaterThan(400);
    expect([...ada.faults, ...ben.faults]).toEqual([]);
  });
});
