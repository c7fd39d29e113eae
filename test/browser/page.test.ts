import { mkdirSync, readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page, type WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readPageFiles } from '../../agent/http/page-files.ts';
import type { ServerMessage } from '../../agent/client/index.ts';
import { delta, described, person, ready, shifted, signal, state } from '../agent/overlay/events.ts';
import { bundle } from '../support/bundle.ts';
import { findChromium } from '../support/machine.ts';
import { accessibilityTree, nameless } from './accessibility.ts';
import { poorContrasts } from './contrast-check.ts';

const executablePath = findChromium();
const artifacts = process.env.CI_ARTIFACTS ?? fileURLToPath(new URL('../../artifacts', import.meta.url));
// A camera that costs next to nothing: what is tested here is the page around it.
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream=fps=5',
];
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:";
const ME = person({ id: 'p-me', name: 'Me', audio: 'none', video: 'none', analysis: false });
const ADA = person();

/** The page in a browser, with the room's end of its socket in the test's hands. */
class Room {
  readonly said: Record<string, unknown>[] = [];
  #socket: WebSocketRoute | undefined;
  #opening = Promise.resolve();

  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Answers what a session begins with. */
  async serve(session: () => ServerMessage): Promise<void> {
    await this.page.routeWebSocket(/\/ws/, (socket) => {
      this.#socket = socket;
      socket.onMessage((data) => {
        const message = JSON.parse(String(data)) as Record<string, unknown>;
        this.said.push(message);
        if (message['type'] === 'session.start') void this.#opening.then(() => this.tell(session()));
      });
    });
  }

  tell(...messages: ServerMessage[]): void {
    for (const message of messages) this.#socket?.send(JSON.stringify(message));
  }

  /** Loses the connection; a new one is not answered until the function that is returned is called. */
  async drop(): Promise<() => void> {
    let answer = (): void => {};
    this.#opening = new Promise((resolve) => (answer = resolve));
    await this.#socket?.close({ code: 1001 });
    return answer;
  }

  async heard(type: string): Promise<Record<string, unknown>> {
    await expect.poll(() => this.said.some((message) => message['type'] === type), { timeout: 15_000 }).toBe(true);
    return this.said.findLast((message) => message['type'] === type) ?? {};
  }
}

describe.skipIf(!executablePath)('the demo page', () => {
  let browser: Browser;
  let server: Server;
  let address: string;

  beforeAll(async () => {
    mkdirSync(artifacts, { recursive: true });
    const folder = mkdtempSync(joinPath(tmpdir(), 'undertone-page-'));
    await bundle('vite.config.ts', folder);
    const files = readPageFiles(folder);
    rmSync(folder, { recursive: true, force: true });
    server = createServer((request, response) => {
      const file = files.get(new URL(request.url ?? '/', 'http://page').pathname);
      response.writeHead(file ? 200 : 404, {
        'Content-Type': file?.type ?? 'text/plain',
        'Content-Security-Policy': POLICY,
      });
      response.end(file?.body ?? 'Nothing here.');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?room=demo`;
    browser = await chromium.launch({ executablePath: executablePath!, args: SWITCHES });
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  // A page goes on drawing until it is closed, also after a failure.
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  async function open(options: BrowserContextOptions = {}, lang = 'en'): Promise<Room> {
    const context = await browser.newContext({ viewport: DESKTOP, ...options });
    const room = new Room(await context.newPage());
    await room.serve(() => ready({ participant: ME, participants: [ADA] }));
    await room.page.goto(`${address}&lang=${lang}`);
    return room;
  }

  async function join(room: Room, answer: 'agree' | 'decline' = 'agree'): Promise<void> {
    await room.page.locator('button[type=submit]').click();
    await room.page.locator(`[data-answer=${answer}]`).click();
    await room.page.locator('.tile').nth(1).waitFor();
  }

  function fill(room: Room): void {
    const numbers = Array.from({ length: 40 }, (_, i) => state(i * 250, Math.sin(i / 9) * 0.7, Math.cos(i / 5) * 0.5));
    const granted = {
      type: 'consent.changed',
      participant: 'p-me',
      granted: true,
      receiptVersion: '1',
      roomMs: 1,
    } as const;
    room.tell(granted, ...numbers, described(), shifted(), signal('voice', 'muted'));
  }

  async function widerThanScreen(page: Page): Promise<unknown> {
    return page.evaluate('document.documentElement.scrollWidth - innerWidth');
  }

  describe.each([
    ['light', DESKTOP, 'en'],
    ['dark', DESKTOP, 'de'],
    ['light', PHONE, 'ar'],
    ['dark', PHONE, 'en'],
  ] as const)('in %s, at %o, in %s', (colorScheme, viewport, lang) => {
    test('can be read at WCAG AA, fits, and names everything, from the lobby into the call', async () => {
      const room = await open({ colorScheme, viewport }, lang);
      const { page } = room;
      const shot = (name: string): Promise<Buffer> =>
        page.screenshot({ path: joinPath(artifacts, `page-${name}-${colorScheme}-${viewport.width}-${lang}.png`) });
      const check = async (least: number): Promise<void> => {
        const { seen, poor } = await poorContrasts(page);
        expect(poor).toEqual([]);
        expect(seen).toBeGreaterThan(least);
        expect(nameless(await accessibilityTree(page))).toEqual([]);
        expect(await widerThanScreen(page)).toBe(0);
      };
      await check(10);
      await shot('lobby');
      await page.locator('button[type=submit]').click();
      await page.locator('dialog[open]').waitFor();
      await check(4);
      await page.locator('[data-answer=agree]').click();
      await page.locator('.tile').nth(1).waitFor();
      fill(room);
      await page.locator('.sentences li').first().waitFor();
      await page.locator('.latency summary').click();
      room.tell({ type: 'delivered', seq: 1, deliveredMs: 3, sinceHopMs: 41 });
      await page.locator('.stages li').first().waitFor();
      await check(30);
      await page.locator('.latency summary').click();
      await shot('call');
    });
  });

  test('asks before anything is sent, with a link to the explanation, and joins without analysis when told so', async () => {
    const room = await open();
    await room.page.locator('button[type=submit]').click();
    const link = room.page.locator('dialog a[href="/about-this-call?room=demo"]');
    await link.waitFor();
    await room.page.locator('[data-answer=decline]').click();
    await room.page.locator('.tile').first().waitFor();
    expect(room.said.filter(({ type }) => type === 'consent.set')).toEqual([]);
    await room.page.locator('.tile').first().getByText('Analysis is off.').first().waitFor();
    expect(await room.page.locator('#caption').isDisabled()).toBe(true);
  });

  test('joins with the room token that its address carries', async () => {
    const room = await open();
    await room.page.goto(`${room.page.url()}#token=a.b.c`);
    await room.page.reload();
    await join(room);
    expect(await room.heard('session.start')).toMatchObject({ room: 'demo', token: 'a.b.c' });
  });

  test('shows words as they come, then the sentence, on the tile and in the list', async () => {
    const room = await open();
    await join(room);
    room.tell(delta('The person'));
    await room.page.locator('.caption.partial', { hasText: 'The person' }).waitFor();
    room.tell(described({ id: 'p-ada@10000', endMs: 10_500 }));
    await room.page.locator('.caption:not(.partial)', { hasText: 'appears amused' }).waitFor();
    await room.page.locator('.sentences', { hasText: 'appears amused' }).waitFor();
    await room.page.locator('.plot canvas').waitFor();
  });

  test('sends typed words as captions in room time, and shows the answer to a question', async () => {
    const room = await open({}, 'de');
    await room.page.locator('button[type=submit]').click();
    await room.page.locator('dialog.consent', { hasText: 'nur auf Englisch' }).waitFor();
    await room.page.locator('[data-answer=agree]').click();
    await room.page.locator('.tile').nth(1).waitFor();
    fill(room);
    await room.page.locator('#caption').fill('what a lovely day');
    await room.page.keyboard.press('Enter');
    const caption = await room.heard('caption');
    expect(caption['text']).toBe('what a lovely day');
    expect(Number(caption['endMs'])).toBeGreaterThan(10_000);
    expect(Number(caption['endMs']) - Number(caption['startMs'])).toBe(1400);
    await room.page.locator('#ask-who').selectOption('p-ada');
    await room.page.locator('#ask-task').selectOption('cause');
    await room.page.locator('.ask button').click();
    const { id, ...query } = await room.heard('query');
    expect(query).toMatchObject({ participant: 'p-ada', task: 'cause', over: 'window' });
    room.tell({
      type: 'answer',
      id: Number(id),
      participant: 'p-ada',
      task: 'cause',
      over: 'window',
      status: 'ok',
      text: 'The good news.',
    });
    // What comes from the server is English: a screen reader that speaks another language must know.
    await room.page.locator('.reply[lang=en]', { hasText: 'The good news.' }).waitFor();
    room.tell({ type: 'error', code: 'internal', message: 'It broke. Try again.', retryable: true });
    await room.page.locator('#status p[lang=en]', { hasText: 'It broke.' }).waitFor();
  });

  test('says that the connection is lost, and that it is back', async () => {
    const room = await open();
    await join(room);
    const answer = await room.drop();
    await room.page.locator('#banner', { hasText: 'The connection to the server is lost.' }).waitFor();
    answer();
    await room.page.locator('#status', { hasText: 'Connected again' }).waitFor();
    expect(await room.page.locator('#banner').isVisible()).toBe(false);
  });

  test('saves what it was told as lines of JSON, without those who withdrew', async () => {
    const room = await open();
    await join(room);
    fill(room);
    room.tell(described({ participant: 'p-me', id: 'p-me@1', text: 'The person looks calm.' }));
    await room.page.locator('.sentences', { hasText: 'looks calm' }).waitFor();
    room.tell({ type: 'consent.changed', participant: 'p-ada', granted: false, receiptVersion: '1', roomMs: 2 });
    await room.page.locator('.sentences', { hasText: 'appears amused' }).waitFor({ state: 'detached' });
    const [download] = await Promise.all([
      room.page.waitForEvent('download'),
      room.page.getByRole('button', { name: 'Save events' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('undertone-demo.jsonl');
    const events = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ServerMessage);
    const kept = events.filter(({ type }) => type === 'affect.description');
    expect(kept.map((event) => 'participant' in event && event.participant)).toEqual(['p-me']);
    expect(events.some(({ type }) => type === 'session.ready')).toBe(false);
  });

  test('tells who is turned away why, and lets them try again', async () => {
    const context = await browser.newContext({ viewport: PHONE });
    const room = new Room(await context.newPage());
    await room.serve(() => ({
      type: 'error',
      code: 'room-full',
      message: 'This room is full. Try another.',
      retryable: true,
    }));
    await room.page.goto(address);
    await room.page.locator('button[type=submit]').click();
    await room.page.getByText('This room is full. Try another.').waitFor();
    await room.page.getByRole('button', { name: 'Try again' }).click();
    await room.page.getByLabel('Your name').waitFor();
  });
});
