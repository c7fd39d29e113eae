import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../support/machine.ts';
import { serveOverlay, type OverlaySite } from './overlay-site.ts';

const executablePath = findChromium();
const root = fileURLToPath(new URL('../..', import.meta.url));
const artifacts = process.env.CI_ARTIFACTS ?? join(root, 'artifacts');
const example = (name: string): string => join(root, 'agent/overlay/example', name);
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--autoplay-policy=no-user-gesture-required',
];
const PATIENCE = { timeout: 90_000 };

describe.skipIf(!executablePath)('the example page of a platform, in a real call', { timeout: 240_000 }, () => {
  let folder: string;
  let agent: ChildProcess;
  let site: OverlaySite;
  let browser: Browser;
  let url: string;
  let caller: Page;
  let platform: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(artifacts, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'undertone-platform-'));
    site = await serveOverlay({
      'index.html': example('index.html'),
      'viewer.css': example('viewer.css'),
      'viewer.js': example('viewer.js'),
    });
    const config = join(folder, 'undertone.yaml');
    writeFileSync(
      config,
      `deployment: { context: research }\nserver: { origins: ['${site.url}'] }\npolicy: { visibility: room }\n`,
    );
    const command = [
      join(root, 'dist/agent/cli/main.js'),
      'start',
      '--port',
      '0',
      '--log-level',
      'warn',
      '--config',
      config,
    ];
    agent = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const died = once(agent, 'exit').then(([code]) => Promise.reject(new Error(`the agent ended with ${code}`)));
    const [line] = (await Promise.race([once(agent.stdout!, 'data'), died])) as [Buffer];
    died.catch(() => {}); // later it is meant to end
    url = line.toString().trim();
    browser = await chromium.launch({ executablePath: executablePath!, args: SWITCHES });
    caller = await browser.newPage({ viewport: { width: 640, height: 480 } });
    await caller.goto(`${url}?room=platform`);
    await caller.getByLabel('Your name').fill('Sol');
    await caller.getByText('Synthetic caller').click();
    await caller.getByRole('button', { name: 'Continue' }).click();
    await caller.locator('[data-answer=agree]').click();
    await caller.locator('.tile').waitFor();
    platform = await browser.newPage({ viewport: { width: 900, height: 700 } });
    platform.on('pageerror', ({ message }) => complaints.push(message));
    await platform.goto(`${site.url}/index.html?agent=${encodeURIComponent(url)}&room=platform`);
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    if (agent?.exitCode === null) {
      agent.kill('SIGTERM');
      await once(agent, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows the caller’s video, with what is said of the caller over it', async () => {
    const overlay = platform.locator('undertone-overlay');
    await overlay.locator('.caption:not(.partial)').waitFor(PATIENCE);
    expect(await overlay.locator('.caption').textContent()).toMatch(/[a-z]{3,} [a-z]/i);
    await overlay.getByText('Analysis on').first().waitFor();
    const width = (): Promise<unknown> => platform.evaluate(`document.querySelector('video').videoWidth`);
    await expect.poll(width, PATIENCE).toBeGreaterThan(0);
    await overlay.locator('.why').click(PATIENCE);
    await overlay.locator('.signs').waitFor();
    expect(complaints).toEqual([]);
    await platform.screenshot({ path: join(artifacts, 'platform.png'), ...PATIENCE });
  });

  test('forgets the caller as soon as consent is withdrawn', async () => {
    await caller.getByRole('switch').click(PATIENCE);
    await platform
      .locator('undertone-overlay')
      .first()
      .getByText(/Consent withdrawn|Analysis is off/)
      .first()
      .waitFor(PATIENCE);
    await expect.poll(() => platform.locator('.caption').count()).toBe(0);
  });
});
