import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  callerSwitches,
  findChromium,
  findFaceMedia,
  findFfmpeg,
  findMediasoup,
  findSpeech,
} from '../support/machine.ts';
import { Caller } from './caller.ts';
import { changed } from './changed-page.ts';

const executablePath = findChromium();
const ffmpeg = findFfmpeg();
const face = findFaceMedia();
const speech = findSpeech();
const root = fileURLToPath(new URL('../..', import.meta.url));
const artifacts = process.env.CI_ARTIFACTS ?? join(root, 'artifacts');
const FIT = 'scale=640:360:force_original_aspect_ratio=decrease,pad=640:360:(ow-iw)/2:(oh-ih)/2,fps=24,format=yuvj420p';

/** For a page: its camera goes out as VP9, in as many spatial layers as the size bears, whatever the page asks for. */
const SENDS_VP9 = `{
  const connections = [];
  const { addTransceiver } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    if (track.kind !== 'video') return addTransceiver.call(this, track, init);
    connections.push(this);
    const encoding = { ...init.sendEncodings[0], scalabilityMode: 'L3T3_KEY' };
    const transceiver = addTransceiver.call(this, track, { ...init, sendEncodings: [encoding] });
    const { codecs } = RTCRtpSender.getCapabilities('video');
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === 'video/VP9'));
    return transceiver;
  };
  window.sentCodecs = async () => {
    const reports = await Promise.all(connections.map(async (each) => [...(await each.getStats()).values()]));
    const sent = reports.flat().filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
    return sent.map(({ codecId }) => reports.flat().find(({ id }) => id === codecId)?.mimeType);
  };
}`;

describe.skipIf(!executablePath || !ffmpeg || !face || !speech)('a call in real browsers', { timeout: 300_000 }, () => {
  let folder: string;
  let agent: ChildProcess;
  let browser: Browser;
  let url: string;
  let ada: Caller;
  let ben: Caller;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'undertone-call-'));
    mkdirSync(artifacts, { recursive: true });
    const video = join(folder, 'face.mjpeg');
    const audio = join(folder, 'speech.wav');
    const still = face!.endsWith('.png') ? ['-loop', '1', '-t', '12'] : [];
    execFileSync('ffmpeg', ['-v', 'error', ...still, '-i', face!, '-vf', FIT, '-q:v', '3', '-an', video]);
    execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', '8', '-i', speech!, '-ac', '1', '-ar', '48000', audio]);
    const command = [join(root, 'dist/agent/cli/main.js'), 'start', '--port', '0', '--log-level', 'warn'];
    agent = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const died = once(agent, 'exit').then(([code]) => Promise.reject(new Error(`the agent ended with ${code}`)));
    const [line] = (await Promise.race([once(agent.stdout!, 'data'), died])) as [Buffer];
    died.catch(() => {}); // later it is meant to end
    url = `${line.toString().trim()}?room=browser-test`;
    browser = await chromium.launch({ executablePath: executablePath!, args: callerSwitches(video, audio) });
    ada = await Caller.join(browser, url, 'Ada');
    ben = await Caller.join(browser, url, 'Ben');
  });

  afterAll(async () => {
    await browser?.close();
    if (agent?.exitCode === null) {
      agent.kill('SIGTERM');
      const [code] = (await once(agent, 'exit')) as [number | null];
      expect(code).toBe(0);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('describes both people to both, in words, with numbers and latency', async () => {
    for (const caller of [ada, ben])
      for (const who of [ada.id, ben.id]) {
        const said = await caller.until(
          'affect.description',
          ({ participant, abstained }) => participant === who && !abstained,
        );
        expect(said.text).toMatch(/[a-z]{3,} [a-z]/i);
        expect(said.labels.length).toBeGreaterThan(0);
        expect(Object.keys(said.latencyMs)).toEqual(
          expect.arrayContaining(['decode', 'sense', 'window', 'encode', 'firstWord', 'decoded']),
        );
      }
  });

  test('tells how long delivery took, as acknowledged by the page', async () => {
    const { deliveredMs, sinceHopMs } = await ada.until('delivered');
    expect(sinceHopMs).toBeGreaterThan(deliveredMs);
  });

  test('shows the words on the tiles of both, and the other caller in motion', async () => {
    for (const caller of [ada, ben]) {
      await caller.page.locator('.tile').nth(1).locator('.caption').waitFor();
      await caller.page.locator('.tile').nth(0).locator('.caption').waitFor();
      await caller.seesMotion();
      expect(caller.faults).toEqual([]);
    }
    await ada.page.screenshot({ path: join(artifacts, 'call.png') });
  });

  test.skipIf(!findMediasoup())('reads the face of who sends VP9 in spatial layers', async () => {
    const cleo = await Caller.join(changed(browser, SENDS_VP9), url, 'Cleo');
    await cleo.until(
      'affect.state',
      ({ participant, reliability }) => participant === cleo.id && reliability.face > 0.5,
    );
    expect(await cleo.page.evaluate('window.sentCodecs()')).toEqual(['video/VP9']);
    await ada.page.getByRole('article', { name: 'Cleo' }).locator('.caption').waitFor({ timeout: 90_000 });
    expect(cleo.faults).toEqual([]);
    await cleo.close();
  });

  test('stops describing a person who switches analysis off, and forgets them within a second', async () => {
    await ben.page.getByRole('switch').click();
    const cleared = await ada.until('consent.cleared', ({ participant }) => participant === ben.id);
    expect(cleared.tookMs).toBeLessThan(1000);
    const after = ada.heard.length;
    await ada.until('affect.description', (event) => ada.heard.indexOf(event) > after && event.participant === ada.id);
    const late = ada.heard.slice(after).filter((message) => 'participant' in message && message.participant === ben.id);
    expect(late.map(({ type }) => type)).toEqual([]);
    // Which of the two depends on whether a sentence stood there when he did.
    await ada.page
      .getByRole('article', { name: 'Ben' })
      .getByText(/Consent withdrawn|Analysis is off/)
      .first()
      .waitFor();
    await ben.page.screenshot({ path: join(artifacts, 'call-withdrawn.png') });
  });
});
