import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  callerSwitches,
  findChromium,
  findFaceMedia,
  findFfmpeg,
  findMediasoup,
  findSpeech,
} from '../../support/machine.ts';
import { dependencyVersions, installPacked, isBuilt } from '../../support/packed-project.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const EXAMPLE = join(ROOT, 'agent/attach/examples/mediasoup-app');
const run = promisify(execFile);
const LIMITS = { timeout: 900_000 };

const [worker, browserPath, face, speech] = [findMediasoup(), findChromium(), findFaceMedia(), findSpeech()];
const ready = [worker, browserPath, face, speech, findFfmpeg()].every((part) => part !== undefined) && isBuilt();

describe.skipIf(!ready)('the example app, from the packed package in an empty project', () => {
  let project: string;
  let app: ChildProcess;
  let browser: Browser;
  let lines: AsyncIterator<string>;

  beforeAll(async () => {
    project = await install();
    cpSync(EXAMPLE, project, { recursive: true });
    app = spawn(process.execPath, ['server.mjs'], {
      cwd: project,
      env: { ...process.env, PORT: '0', MEDIASOUP_WORKER_BIN: worker!.path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    lines = createInterface({ input: app.stdout! })[Symbol.asyncIterator]();
    const { video, audio } = await fakeDevices(project);
    browser = await chromium.launch({ executablePath: browserPath!, args: callerSwitches(video, audio) });
  }, LIMITS.timeout);

  afterAll(async () => {
    await browser?.close();
    if (app && app.exitCode === null) {
      const exit = once(app, 'exit');
      app.kill('SIGTERM');
      await exit;
    }
    rmSync(project, { recursive: true, force: true });
  });

  it('describes a caller of mediasoup-client in Chromium once they agree, and lets them withdraw', LIMITS, async () => {
    const page = await browser.newPage();
    await page.goto(String((await lines.next()).value));
    await page.waitForSelector('body[data-state=published]');
    await page.click('#agree');
    const description = await described();
    expect(description).toMatchObject({ room: 'demo', pack: expect.stringContaining('@') });
    // Their page shows it too.
    await page.waitForFunction("document.querySelector('#now').textContent !== ''");
    const answered = page.waitForResponse((response) => response.url().includes('/withdraw'));
    await page.click('#withdraw');
    expect((await answered).ok()).toBe(true);
    await page.waitForFunction("document.querySelector('#now').textContent === ''");
    expect(app.exitCode).toBeNull();
  });

  async function described(): Promise<unknown> {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const event: unknown = JSON.parse(line.value);
      if (z.object({ type: z.literal('affect.description') }).safeParse(event).success) return event;
    }
    throw new Error('the app ended before anybody was described');
  }
});

/** The worker is the one that this machine has. */
function install(): Promise<string> {
  const versions = dependencyVersions();
  const parts = ['mediasoup', 'mediasoup-client'].map((name) => `${name}@${versions[name]}`);
  return installPacked([...parts, 'esbuild@0.25']);
}

/** A camera that shows a face and a microphone that speaks, as Chromium takes them. */
async function fakeDevices(folder: string): Promise<{ video: string; audio: string }> {
  const [video, audio] = [join(folder, 'camera.mjpeg'), join(folder, 'voice.wav')];
  const still = /\.(png|jpe?g)$/i.test(face!) ? ['-loop', '1'] : [];
  await run('ffmpeg', ['-v', 'error', ...still, '-t', '4', '-i', face!, '-vf', 'scale=640:-2,fps=15', '-an', video]);
  await run('ffmpeg', ['-v', 'error', '-i', speech!, '-ar', '48000', audio]);
  return { video, audio };
}
