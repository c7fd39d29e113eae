/** Tries a worker: peers publish by DTLS and SRTP. A worker can start well and still die at the first handshake. */
import { existsSync } from 'node:fs';
import { RTCPeerConnection } from 'werift';
import type { Sfu } from '../types.ts';
import { createMediasoupSfu } from './mediasoup-sfu.ts';

const WITHIN_MS = 20_000;
const BROWSERS = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].filter((path) => path !== undefined);

interface Peer {
  readonly name: string;
  offer(): Promise<string>;
  accept(answerSdp: string): Promise<void>;
  close(): Promise<void>;
}

/** Returns who has shaken hands; Chromium is among them where it, and what drives it, are installed. Throws what went wrong. */
export async function shakeHands(): Promise<string[]> {
  const sfu = await createMediasoupSfu({ workers: 1 });
  try {
    const names: string[] = [];
    for (const open of [openWerift, openChromium]) {
      const peer = await open();
      if (!peer) continue;
      await publish(sfu, peer).finally(() => peer.close());
      names.push(peer.name);
    }
    return names;
  } finally {
    await sfu.close();
  }
}

async function publish(sfu: Sfu, peer: Peer): Promise<void> {
  const offer = await peer.offer();
  const shown = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no handshake with ${peer.name} in time`)), WITHIN_MS);
    const stop = sfu.onEvent((event) => {
      if (event.type !== 'track-added' && event.type !== 'publication-closed') return;
      clearTimeout(late);
      stop();
      if (event.type === 'track-added') resolve();
      else reject(new Error(`the connection with ${peer.name} ended: ${event.reason}`));
    });
  });
  // What fails first is what is told.
  await Promise.all([shown, sfu.publish('setup', peer.name, offer).then(({ answerSdp }) => peer.accept(answerSdp))]);
}

async function openWerift(): Promise<Peer> {
  const peer = new RTCPeerConnection();
  peer.addTransceiver('audio', { direction: 'sendonly' });
  return {
    name: 'werift',
    offer: async () => {
      await peer.setLocalDescription(await peer.createOffer());
      return peer.localDescription?.sdp ?? '';
    },
    accept: (sdp) => peer.setRemoteDescription({ type: 'answer', sdp }),
    close: () => peer.close(),
  };
}

/** Undefined where there is no Chromium, or not the development package that drives it. */
async function openChromium(): Promise<Peer | undefined> {
  const executablePath = BROWSERS.find((path) => existsSync(path));
  const driver = executablePath && (await import('playwright-core').catch(() => undefined));
  if (!driver) return undefined;
  const browser = await driver.chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  return {
    name: 'Chromium',
    offer: () =>
      page.evaluate<string>(`(async () => {
        window.peer = new RTCPeerConnection();
        const audio = new AudioContext();
        const { stream } = audio.createMediaStreamDestination();
        window.peer.addTransceiver(stream.getTracks()[0], { direction: 'sendonly' });
        await window.peer.setLocalDescription();
        return window.peer.localDescription.sdp;
      })()`),
    accept: (sdp) => page.evaluate(`window.peer.setRemoteDescription({ type: 'answer', sdp: ${JSON.stringify(sdp)} })`),
    close: () => browser.close(),
  };
}
