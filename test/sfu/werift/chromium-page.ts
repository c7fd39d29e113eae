/** A plain page in headless Chromium: RTCPeerConnection and fetch, nothing else. */
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Sfu, Viewer, ViewerOffer } from '../../../sfu/index.ts';

export const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

// Local addresses stay hidden behind mDNS, as in anybody's browser: the server must not need them.
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
];

/** The page's script; `window.call` is what the tests drive. */
const PAGE = `<!doctype html><title>call</title><script type="module">
const room = new URLSearchParams(location.search);
const post = async (path, body) => {
  const reply = await fetch(path + location.search, { method: 'POST', body });
  if (!reply.ok) throw new Error(await reply.text());
  return reply;
};
const call = (window.call = { viewers: [], numbers: [] });
call.publish = async (codec, sendEncodings, size = { width: 320, height: 240 }) => {
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: size });
  const pc = (call.publisher = new RTCPeerConnection());
  for (const track of media.getTracks()) {
    const layers = track.kind === 'video' && sendEncodings ? { sendEncodings } : {};
    const transceiver = pc.addTransceiver(track, { direction: 'sendonly', streams: [media], ...layers });
    if (layers.sendEncodings) {
      // A busy machine would take the upper layers away: frames may go instead.
      const { sender } = transceiver;
      await sender.setParameters({ ...sender.getParameters(), degradationPreference: 'maintain-resolution' });
    }
    if (track.kind === 'video' && codec) {
      const { codecs } = RTCRtpSender.getCapabilities('video');
      transceiver.setCodecPreferences(codecs.filter((each) => each.mimeType === codec));
    }
  }
  await pc.setLocalDescription();
  const reply = await post('/whip', pc.localDescription.sdp);
  call.id = reply.headers.get('location');
  await pc.setRemoteDescription({ type: 'answer', sdp: await reply.text() });
};
call.restart = async () => {
  const pc = call.publisher;
  await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
  const lines = pc.localDescription.sdp.split('\\r\\n');
  const fragment = lines.filter((line) => /^a=(ice-ufrag|ice-pwd|mid|candidate)|^m=/.test(line)).join('\\r\\n');
  const reply = await (await post('/patch', JSON.stringify({ id: call.id, fragment }))).text();
  let answer = pc.currentRemoteDescription.sdp;
  for (const name of ['ice-ufrag', 'ice-pwd']) {
    const [line] = reply.match(new RegExp('a=' + name + ':.+'));
    answer = answer.replace(new RegExp('a=' + name + ':.+', 'g'), line.trim());
  }
  await pc.setRemoteDescription({ type: 'answer', sdp: answer });
};
call.view = () => {
  const pc = (call.viewer = new RTCPeerConnection());
  pc.ontrack = ({ track, transceiver }) => {
    const element = document.createElement(track.kind === 'video' ? 'video' : 'audio');
    Object.assign(element, { autoplay: true, muted: true, id: 'm' + transceiver.mid, srcObject: new MediaStream([track]) });
    document.getElementById(element.id)?.remove();
    document.body.append(element);
  };
  const events = new EventSource('/offers' + location.search);
  events.onmessage = async ({ data }) => {
    const offer = JSON.parse(data);
    await pc.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    await pc.setLocalDescription();
    await post('/answer', JSON.stringify({ number: offer.number, sdp: pc.localDescription.sdp }));
    call.tracks = offer.tracks;
    call.numbers.push(offer.number);
  };
  return new Promise((done) => (events.onopen = () => done()));
};
/** Decoded frames and concealment-free sound of everything watched, by kind. */
call.received = async () => {
  const all = [...(await call.viewer.getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
  return all.map(({ kind, mid, framesDecoded = 0, totalSamplesReceived = 0, concealedSamples = 0, packetsLost, keyFramesDecoded, nackCount }) =>
    ({ kind, mid, framesDecoded, heard: totalSamplesReceived - concealedSamples, packetsLost, keyFramesDecoded, nackCount }));
};
/** Resolves when the picture watched is that wide (or, with most, at most that wide). */
call.widthReaches = async (least, most = Infinity) => {
  for (;;) {
    const all = [...(await call.viewer.getStats()).values()].filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    if (all.some(({ frameWidth = 0 }) => frameWidth >= least && frameWidth <= most)) return;
    await new Promise((next) => setTimeout(next, 50));
  }
};
/** Resolves when that many layers are being sent. */
call.sends = async (layers) => {
  for (;;) {
    const all = [...(await call.publisher.getStats()).values()].filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
    if (all.filter(({ framesSent = 0 }) => framesSent > 0).length >= layers) return;
    await new Promise((next) => setTimeout(next, 50));
  }
};
/** Resolves when sender reports of every kind arrived: what the browser needs to play sound and picture in step. */
call.clocked = async (kinds) => {
  for (;;) {
    const reports = [...(await call.viewer.getStats()).values()].filter(({ type }) => type === 'remote-outbound-rtp');
    if (kinds.every((kind) => reports.some((report) => report.kind === kind))) return;
    await new Promise((next) => setTimeout(next, 50));
  }
};
/** Resolves when count tracks are really decoded: more than that many frames, or half a second of sound. */
call.decodes = async (count, frames) => {
  for (;;) {
    const good = (await call.received()).filter((each) => (each.kind === 'video' ? each.framesDecoded > frames : each.heard > 24000));
    if (good.length >= count) return;
    await new Promise((next) => setTimeout(next, 50));
  }
};
</script>`;

/** The page's server: the least that WHIP and server offers need, in front of an SFU. */
export class ChromiumPages {
  readonly #browser: Browser;
  readonly #server: ReturnType<typeof createServer>;
  readonly #views = new Map<string, Viewer>();
  readonly #sfu: Sfu;

  private constructor(browser: Browser, sfu: Sfu) {
    this.#browser = browser;
    this.#sfu = sfu;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Changes the offers to viewers on their way. */
  editOffer: (sdp: string) => string | Promise<string> = (sdp) => sdp;

  static async open(sfu: Sfu): Promise<ChromiumPages> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS });
    const pages = new ChromiumPages(browser, sfu);
    await new Promise<void>((done) => pages.#server.listen(0, '127.0.0.1', done));
    return pages;
  }

  async page(room: string, participant: string): Promise<Page> {
    const context = await this.#browser.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    const { port } = this.#server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/?room=${room}&name=${participant}`);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [room, name] = [url.searchParams.get('room') ?? '', url.searchParams.get('name') ?? ''];
    try {
      if (url.pathname === '/offers') return await this.#offers(room, name, response);
      const body = await text(request);
      if (url.pathname === '/whip') {
        const { id, answerSdp } = await this.#sfu.publish(room, name, body);
        response.writeHead(201, { location: id }).end(answerSdp);
      } else if (url.pathname === '/patch') {
        const { id, fragment } = JSON.parse(body) as { id: string; fragment: string };
        response.end(await this.#sfu.trickle(id, fragment));
      } else if (url.pathname === '/answer') {
        const { number, sdp } = JSON.parse(body) as { number: number; sdp: string };
        await this.#views.get(`${room} ${name}`)!.answer(number, sdp);
        response.end();
      } else {
        response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      }
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  }

  async #offers(room: string, name: string, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const send = async (offer: ViewerOffer): Promise<void> => {
      const sdp = await this.editOffer(offer.sdp);
      response.write(`data: ${JSON.stringify({ ...offer, sdp })}\n\n`);
    };
    this.#views.set(`${room} ${name}`, await this.#sfu.view(room, name, (offer) => void send(offer)));
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
