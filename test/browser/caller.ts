/** One person in a real browser page, and everything the server told that page. */
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { serverMessageSchema, type ServerMessage } from '../../agent/index.ts';

const PATIENCE_MS = 90_000;

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export class Caller {
  readonly page: Page;
  readonly heard: ServerMessage[] = [];
  readonly faults: string[] = [];
  readonly #news = new EventEmitter();

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        this.heard.push(serverMessageSchema.parse(JSON.parse(String(payload))));
        this.#news.emit('message');
      }),
    );
  }

  /** Opens the page and walks through lobby and consent, as a person would. */
  static async join(
    browser: Pick<Browser, 'newContext'>,
    url: string,
    name: string,
    answer: 'agree' | 'decline' = 'agree',
  ): Promise<Caller> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
    const caller = new Caller(await context.newPage());
    await caller.page.goto(url);
    await caller.page.getByLabel('Your name').fill(name);
    await caller.page.getByText('Camera and microphone').click();
    await caller.page.getByRole('button', { name: 'Continue' }).click();
    await caller.page.locator(`[data-answer=${answer}]`).click();
    await caller.until('session.ready');
    return caller;
  }

  /** This caller's id in the room. */
  get id(): string {
    const ready = this.heard.find((message) => message.type === 'session.ready');
    if (!ready) throw new Error('the session is not ready');
    return ready.participant.id;
  }

  all<T extends ServerMessage['type']>(type: T): Of<T>[] {
    return this.heard.filter((message): message is Of<T> => message.type === type);
  }

  /** The first message of a kind that fits, now or when it comes. */
  async until<T extends ServerMessage['type']>(
    type: T,
    fits: (message: Of<T>) => boolean = () => true,
  ): Promise<Of<T>> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.all(type).find(fits);
      if (found) return found;
      await once(this.#news, 'message', { signal }).catch(() => {
        const types = this.heard.map((message) => message.type).join(' ');
        throw new Error(`no fitting ${type} came; heard: ${types}; page: ${this.faults.join('; ')}`);
      });
    }
  }

  /** Resolves when the other person's picture has gone on for twenty frames from now. */
  async seesMotion(): Promise<void> {
    const until = (await this.#decoded()) + 20;
    const endMs = performance.now() + PATIENCE_MS;
    while ((await this.#decoded()) <= until) {
      if (performance.now() > endMs) throw new Error(`no moving picture came; page: ${this.faults.join('; ')}`);
      await sleep(200);
    }
  }

  /** Frames of the other person that the page decoded; a picture that stands still counts no more. */
  #decoded(): Promise<number> {
    return this.page
      .locator('.tile video:not(.mirrored)')
      .evaluate(
        (video) =>
          (video as unknown as { getVideoPlaybackQuality(): { totalVideoFrames: number } }).getVideoPlaybackQuality()
            .totalVideoFrames,
      );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
