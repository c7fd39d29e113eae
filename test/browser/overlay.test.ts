import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ClientEvent } from '../../agent/client/index.ts';
import { delta, described, person, ready, shifted, signal, state } from '../agent/overlay/events.ts';
import { findChromium, findFirefox } from '../support/machine.ts';
import { accessibilityTree, nameless } from './accessibility.ts';
import { Firefox } from './firefox.ts';
import { serveOverlay, type OverlaySite } from './overlay-site.ts';

const chromiumPath = findChromium();
const firefoxPath = findFirefox();
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const artifacts = process.env.CI_ARTIFACTS ?? here('../../artifacts');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const MOVING = Array.from({ length: 40 }, (_, i) =>
  state(-10_000 + i * 500, Math.sin(i / 9) * 0.7, Math.cos(i / 5) * 0.5),
);
const NOTHING_SAID = {
  abstained: true,
  confidence: 0.05,
  labels: [],
  evidence: [],
  text: 'There is too little to go by.',
};

/** What each overlay of the gallery is fed with. */
const GALLERY: Readonly<Record<string, readonly ClientEvent[]>> = {
  'over-large': [ready(), ...MOVING, described(), shifted()],
  medium: [ready(), ...MOVING, described()],
  stale: [ready({ roomMs: 32_000 }), ...MOVING, described()],
  abstained: [ready(), described(NOTHING_SAID), signal('face', 'lost'), signal('voice', 'silent')],
  unsure: [ready(), ...MOVING, described({ confidence: 0.3 }), delta('The person seems a little uneasy, with a')],
  withdrawn: [
    ready(),
    described(),
    { type: 'consent.changed', participant: 'p-ada', granted: false, receiptVersion: '1', roomMs: 1 },
  ],
  waiting: [ready()],
  private: [ready({ results: 'self' })],
  german: [ready(), ...MOVING, described()],
  arabic: [ready(), ...MOVING, described(), shifted()],
  small: [ready(), ...MOVING, described()],
  'small-signal': [ready(), ...MOVING, described({ confidence: 0.3 }), signal('voice', 'muted')],
  low: [ready(), ...MOVING, described()],
  'small-off': [ready({ participants: [person({ analysis: false })] })],
};

const FEED = `Object.entries(${JSON.stringify(GALLERY)}).flatMap(([id, events]) =>
  events.map((event) => document.getElementById(id).push(event)))`;

let site: OverlaySite;
beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  const gallery = ['index.html', 'gallery.css', 'gallery.js'];
  site = await serveOverlay(Object.fromEntries(gallery.map((name) => [name, here(`overlay-gallery/${name}`)])));
});
afterAll(() => site.close());

describe('the bundle of undertone/overlay', () => {
  test('is one file of at most 64 kB gzipped that asks nothing of other sites', () => {
    const bytes = gzipSync(site.bundle, { level: 9 }).length;
    console.log(`undertone-overlay.js: ${bytes} bytes gzipped, ${site.bundle.length} as is`);
    expect(bytes).toBeLessThan(64_000);
    expect(site.bundle.toString()).not.toMatch(/^import\b|from\s*["'][^"']*["'];|\bimport\(/m);
  });
});

describe.skipIf(!chromiumPath)('the overlay in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser?.close());

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  async function gallery(options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: DESKTOP, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      // One overlay of the gallery is there to fail to connect.
      if (message.type() === 'error' && !/WebSocket|favicon|404/.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${site.url}/index.html`);
    await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    expect(await page.evaluate(FEED)).not.toContain(false);
    await page.locator('#medium .caption').waitFor();
    return { page, complaints };
  }

  test.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
  ] as const)(
    'shows every state and size, %s, at %o, under a strict security policy',
    async (colorScheme, viewport) => {
      const { page, complaints } = await gallery({ colorScheme, viewport });
      await page.locator('#failed .card').getByText('Not connected.').waitFor();
      expect(complaints).toEqual([]);
      const path = join(artifacts, `overlay-${colorScheme}-${viewport.width}.png`);
      await page.screenshot({ path, fullPage: true });
    },
  );

  test('says every state in words, not only by colour', async () => {
    const { page } = await gallery();
    const says = async (id: string, words: RegExp | string): Promise<void> =>
      page.locator(`#${id}`).getByText(words).first().waitFor();
    await says('medium', /appears amused/);
    await says('stale', 'older,');
    await says('abstained', 'does not say');
    await says('abstained', 'Face not in view');
    await says('unsure', 'unsure');
    await says('unsure', 'The person seems a little uneasy, with a');
    await says('withdrawn', 'Consent withdrawn: what was held is erased.');
    await says('waiting', 'Looking and listening…');
    await says('private', 'Only Ada sees these descriptions.');
    await says('small-signal', 'Microphone off');
    await says('small-off', /Analysis is off/);
    await says('german', /Die Person wirkt belustigt und froh/);
    await says('over-large', 'Appeared calm, now happy');
  });

  test('fits tiles of every size: nothing is cut off but the end of a sentence', async () => {
    const { page } = await gallery();
    const outside = await page.evaluate(`[...document.querySelectorAll('undertone-overlay')].flatMap((overlay) => {
      const box = overlay.shadowRoot.querySelector('.layer').getBoundingClientRect();
      return [...overlay.shadowRoot.querySelectorAll('.chip, .card, button, .dots, .short')].filter((one) => {
        const { left, right, top, bottom, width } = one.getBoundingClientRect();
        return width > 0 && (left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1);
      }).map((one) => overlay.id + ' ' + one.className);
    })`);
    expect(outside).toEqual([]);
    const targets = await page.evaluate(`[...document.querySelectorAll('undertone-overlay')].flatMap((overlay) =>
      [...overlay.shadowRoot.querySelectorAll('button')].map((one) => one.getBoundingClientRect())
        .map(({ width, height }) => Math.min(width, height)))`);
    expect(Math.min(...(targets as number[]))).toBeGreaterThanOrEqual(24);
  });

  test('tells assistive technology who, what, how sure, and whether the reasons are shown', async () => {
    const { page } = await gallery();
    const nodes = await accessibilityTree(page);
    expect(nameless(nodes)).toEqual([]);
    expect(nodes).toContainEqual(expect.objectContaining({ role: 'group', name: 'How Ada appears' }));
    expect(nodes.find(({ role, name }) => role === 'button' && name === 'Why')?.states).toMatchObject({
      expanded: false,
    });
    expect(nodes.some(({ role, name }) => role === 'image' && /^Last 60 sec: .*pleasant/.test(name))).toBe(true);
    expect(nodes.some(({ name }) => name === 'quite sure')).toBe(true);
    // Marks and icons say nothing that words do not say as well.
    expect(nodes.filter(({ name }) => /[●○]/.test(name))).toEqual([]);
  });

  test('shows the reasons by keyboard, and hides them with Escape', async () => {
    const { page } = await gallery();
    const overlay = page.locator('#medium');
    await overlay.locator('.why').focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await overlay.locator('.signs').getByText('a broad smile').waitFor();
    await page.keyboard.press('Escape');
    await overlay.locator('.signs').getByText('a broad smile').waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await overlay.locator('.signs').getByText('a higher pitch').waitFor();
    expect(await overlay.locator('.why').getAttribute('aria-expanded')).toBe('true');
  });

  test('shows the reasons under the mouse, and keeps those that were clicked', async () => {
    const { page } = await gallery();
    const overlay = page.locator('#medium');
    await overlay.locator('.caption').hover();
    await overlay.locator('.signs').getByText('seen').waitFor();
    await page.mouse.move(2, 2);
    await overlay.locator('.signs').getByText('seen').waitFor({ state: 'detached' });
    await overlay.locator('.why').click();
    await page.mouse.move(2, 2);
    await overlay.locator('.signs').getByText('seen').waitFor();
  });

  test('shows the reasons on a tap', async () => {
    const { page } = await gallery({ hasTouch: true, isMobile: true, viewport: PHONE });
    const overlay = page.locator('#medium');
    await overlay.locator('.why').tap();
    await overlay.locator('.signs').getByText('a broad smile').waitFor();
    await overlay.locator('.why').tap();
    await overlay.locator('.signs').getByText('a broad smile').waitFor({ state: 'detached' });
  });

  test('announces the newest sentence politely, once, and not the one that follows at once', async () => {
    const { page } = await gallery();
    const live = page.locator('#medium [aria-live=polite]');
    await expect.poll(() => live.textContent()).toContain('Ada: The person appears amused');
    await page.evaluate(
      `document.getElementById('medium').push(${JSON.stringify(described({ id: 'next', endMs: 10_500, text: 'Another.' }))})`,
    );
    await page.locator('#medium .caption', { hasText: 'Another.' }).waitFor();
    expect(await live.textContent()).toContain('appears amused');
  });

  test('runs from right to left in Arabic, in that language’s own words', async () => {
    const { page } = await gallery();
    const layer = page.locator('#arabic .layer');
    expect([await layer.getAttribute('dir'), await layer.getAttribute('lang')]).toEqual(['rtl', 'ar']);
    const [caption, why] = await Promise.all(
      ['.dots', '.why'].map((part) => page.locator(`#arabic ${part}`).boundingBox()),
    );
    expect(caption!.x).toBeGreaterThan(why!.x);
    await page.evaluate(`document.getElementById('medium').setAttribute('dir', 'rtl')`);
    await page.locator('#medium .layer[dir=rtl]').waitFor();
  });

  test('keeps still for those who want less motion', async () => {
    const { page } = await gallery({ reducedMotion: 'reduce' });
    const animation = `getComputedStyle(document.getElementById('medium').shadowRoot.querySelector('.caption')).animationName`;
    expect(await page.evaluate(animation)).toBe('none');
  });

  test('lies exactly over the video it is for, also scrolled, resized and full screen', async () => {
    const { page } = await gallery({ viewport: { width: 700, height: 500 } });
    const apart = (): Promise<unknown> =>
      page.evaluate(`(() => {
        const [a, b] = ['large', 'over-large'].map((id) => document.getElementById(id).getBoundingClientRect());
        return ['left', 'top', 'width', 'height'].every((side) => Math.abs(a[side] - b[side]) < 1);
      })()`);
    await expect.poll(apart).toBe(true);
    await page.evaluate('scrollTo(0, 120)');
    await expect.poll(apart).toBe(true);
    await page.setViewportSize({ width: 500, height: 600 });
    await expect.poll(apart).toBe(true);
    const session = await page.context().newCDPSession(page);
    const expression = `document.getElementById('large').requestFullscreen()`;
    await session.send('Runtime.evaluate', { expression, userGesture: true, awaitPromise: true });
    await expect.poll(apart).toBe(true);
    // Seen above it; Chromium lets nothing but the full-screen element be touched.
    await expect.poll(() => page.evaluate(`document.getElementById('over-large').matches(':popover-open')`)).toBe(true);
    await page.evaluate('document.exitFullscreen()');
    await expect.poll(apart).toBe(true);
    await expect.poll(() => page.evaluate(`document.getElementById('over-large').popover`)).toBeNull();
  });

  test('connects by itself when told where, once for all overlays of a page, and starts anew for another person', async () => {
    const { page } = await gallery();
    const started: unknown[] = [];
    await page.routeWebSocket(/calls\.test/, (socket) => {
      socket.onMessage((data) => {
        const message = JSON.parse(String(data)) as { readonly type: string };
        if (message.type !== 'session.start') return;
        started.push(message);
        for (const event of [ready(), described(), described({ participant: 'p-me', text: 'The person looks calm.' })])
          socket.send(JSON.stringify(event));
      });
    });
    await page.evaluate(`for (const id of ['waiting', 'private', 'withdrawn'])
      Object.assign(document.getElementById(id), {
        url: 'http://calls.test', room: 'demo', participant: id === 'private' ? undefined : 'p-ada' })`);
    await page.locator('#waiting .caption', { hasText: 'appears amused' }).waitFor();
    await page.locator('#withdrawn .caption', { hasText: 'appears amused' }).waitFor();
    await page.locator('#private .caption', { hasText: 'looks calm' }).waitFor();
    expect(started).toEqual([expect.objectContaining({ room: 'demo', states: true, deltas: true })]);
  });

  test('refuses what is not of the protocol, and goes on', async () => {
    const { page } = await gallery();
    const pushed = await page.evaluate(
      `document.getElementById('medium').push({ type: 'affect.description', text: '<b>' })`,
    );
    expect(pushed).toBe(false);
    await page
      .locator('#medium')
      .getByText(/appears amused/)
      .first()
      .waitFor();
  });
});

describe.skipIf(!firefoxPath)('the overlay in Firefox', () => {
  test('is defined, fed, and shows the words and their reasons', async () => {
    const firefox = await Firefox.launch(firefoxPath!);
    try {
      await firefox.open(`${site.url}/index.html`, DESKTOP);
      expect(await firefox.evaluate(`customElements.whenDefined('undertone-overlay').then(() => true)`)).toBe(true);
      expect(await firefox.evaluate(FEED)).not.toContain(false);
      const inside = (id: string, part: string): string =>
        `document.getElementById('${id}').shadowRoot.querySelector('${part}')`;
      const settled = `document.getElementById('german').updateComplete`;
      const caption = await firefox.evaluate(`${settled}.then(() => ${inside('german', '.caption')}.textContent)`);
      expect(caption).toMatch(/^Die Person wirkt belustigt und froh/);
      await firefox.evaluate(`${inside('german', '.why')}.click()`);
      expect(await firefox.evaluate(`${settled}.then(() => ${inside('german', '.signs')}.textContent)`)).toMatch(
        /ein breites Lächeln/,
      );
      // Container sizes, colour mixing and light-dark() are what an older Firefox would lack.
      expect(await firefox.evaluate(`getComputedStyle(${inside('over-large', '.frame')}).fontSize`)).toBe('21px');
      expect(await firefox.evaluate(`getComputedStyle(${inside('small', '.frame')}).fontSize`)).toBe('12px');
      expect(await firefox.evaluate(`getComputedStyle(${inside('medium', '.card')}).backgroundColor`)).toMatch(/0\.9/);
      writeFileSync(join(artifacts, 'overlay-firefox.png'), await firefox.screenshot());
    } finally {
      await firefox.close();
    }
  });
});
