/** The page in Firefox: it calls and is called as in Chromium, and says so where it cannot. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { createWeriftSfu, type Sfu } from '../../sfu/index.ts';
import { startTestAgent, type FakeAnalysis } from '../agent/fakes.ts';
import { ENGINES } from '../sfu/contract/engines.ts';
import { fakeCameraSwitches, findChromium, findFirefox, findPage } from '../support/machine.ts';
import { Caller } from './caller.ts';
import { SPY } from './changed-page.ts';
import { Firefox, LOOPBACK } from './firefox.ts';

const executablePath = findChromium();
const firefoxPath = findFirefox();
const pageDir = findPage();
const artifacts = process.env.CI_ARTIFACTS ?? 'artifacts';

/** Frames of others that were decoded. */
const SEEN = `video('inbound-rtp').then((all) => all.reduce((sum, { framesDecoded = 0 }) => sum + framesDecoded, 0))`;
const BANNER = `document.getElementById('banner').hidden ? '' : document.getElementById('banner').textContent`;

const open: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function serve(sfu: Sfu): Promise<{ agent: Agent; analysis: FakeAnalysis }> {
  open.push(() => sfu.close());
  const { agent, analysis } = await startTestAgent({}, { sfu, pageDir: pageDir! });
  open.push(() => agent.close());
  return { agent, analysis };
}

/** Through lobby and consent, as a person goes. */
async function enter(agent: Agent, ...preferences: string[]): Promise<Firefox> {
  const firefox = await Firefox.launch(firefoxPath!, ...preferences);
  open.push(() => firefox.close());
  await firefox.open(`${agent.url}?room=fox`, { width: 1280, height: 860 });
  await firefox.evaluate(`(async () => {
    ${SPY}
    const named = (selector, text) => [...document.querySelectorAll(selector)].find((one) => one.textContent.includes(text));
    named('label', 'Camera and microphone').click();
    named('button', 'Continue').click();
    while (!document.querySelector('[data-answer=agree]')) await new Promise((next) => setTimeout(next, 50));
    document.querySelector('[data-answer=agree]').click();
  })()`);
  return firefox;
}

describe.skipIf(!executablePath || !firefoxPath || !pageDir)('Firefox', () => {
  describe.each(ENGINES)('in a call on $name', ({ here, create }) => {
    test.skipIf(!here)('sees, is seen, and is tapped', async () => {
      const { agent, analysis } = await serve(await create());
      const fox = await enter(agent, LOOPBACK);
      const browser = await chromium.launch({ executablePath: executablePath!, args: fakeCameraSwitches() });
      open.push(() => browser.close());
      const ben = await Caller.join(browser, `${agent.url}?room=fox`, 'Ben');
      await ben.seesMotion();
      await expect.poll(() => fox.evaluate(SEEN), { timeout: 45_000 }).toBeGreaterThan(20);
      await expect
        .poll(() => analysis.seats.map(({ packets }) => new Set(packets).size), { timeout: 20_000 })
        .toEqual([2, 2]);
      expect(await fox.evaluate(BANNER)).toBe('');
      expect(ben.faults).toEqual([]);
    });
  });

  test('says that it calls no server on the same machine, and what to change', async () => {
    const { agent } = await serve(await createWeriftSfu());
    const fox = await enter(agent);
    await expect.poll(() => fox.evaluate(BANNER), { timeout: 45_000 }).toContain('about:config');
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(join(artifacts, 'firefox-loopback.png'), await fox.screenshot());
  });
});
