/**
 * A whole mediasoup app with Undertone attached to its router. In an empty project:
 *
 *     npm install undertone mediasoup@3.19.3 mediasoup-client esbuild
 *     node server.mjs
 *
 * and open the address that it prints, in two tabs to call yourself. What Undertone needs stands between the two lines;
 * the rest is any such app, without those parts that have nothing to do with it (people here do not see each other).
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createWorker } from 'mediasoup';
import { attach, recordConsent } from 'undertone/attach';

const worker = await createWorker();
const router = await worker.createRouter({
  mediaCodecs: [
    { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
    { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  ],
});

/** Who is here: their transport, what they publish, their consent while it holds, and the page that listens. */
const people = new Map();

// ---- Undertone -----------------------------------------------------------------------------------------------------
const undertone = await attach(router, {
  deployment: { context: 'demo' },
  grant: (producer) => people.get(producer.appData.user)?.consent?.grant,
  onEvent(event) {
    console.log(JSON.stringify(event));
    // Who sees what is yours to decide. Here: everybody sees themselves, and nobody else.
    people.get(event.participant)?.page?.write(`data: ${JSON.stringify(event)}\n\n`);
  },
  onTrouble: (trouble) => console.error(`${trouble.code}: ${trouble.message}`),
});

function agree(person) {
  if (person.consent) return;
  person.consent = recordConsent({ room: 'demo', participant: person.user, receiptVersion: 'demo-1', how: 'button' });
  // person.consent.record is the proof: keep it.
  // Published before: those that come later are taken as they are made.
  for (const producer of person.producers) undertone.add(producer);
}

async function withdraw(person) {
  const { consent } = person;
  person.consent = undefined;
  await consent?.withdraw();
  return consent?.record;
}

/** Producers close with their transport, and Undertone forgets who has none: nothing else has to be told. */
function leave(person) {
  person.transport.close();
  people.delete(person.user);
}
// --------------------------------------------------------------------------------------------------------------------

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('page.mjs', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
});
const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>mediasoup app</title><link rel="icon" href="data:,">
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
  video { width: 100%; aspect-ratio: 16 / 9; background: #222; border-radius: .5rem }
  button { font: inherit; padding: .4rem 1rem; margin: .5rem .5rem .5rem 0 }
  #now { min-height: 3em; font-size: 1.2rem }
</style>
<video autoplay muted playsinline></video>
<p>If you agree, your face and voice are analysed while you are here and described below, to you alone. Nothing is kept.</p>
<button id="agree" disabled>I agree to be analysed</button><button id="withdraw" disabled>No longer</button>
<p id="now" aria-live="polite"></p><p id="state" role="status">Connecting</p>
<script type="module">${outputFiles[0].text}</script></html>`;

/** What a page may ask. All but the first two need that the person has joined. */
const routes = {
  capabilities: () => router.rtpCapabilities,
  async join(_, body, user) {
    const transport = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
    people.set(user, { user, transport, producers: [] });
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  },
  connect: ({ transport }, { dtlsParameters }) => transport.connect({ dtlsParameters }),
  async produce({ user, transport, producers }, { kind, rtpParameters }) {
    const producer = await transport.produce({ kind, rtpParameters, appData: { user } });
    producers.push(producer);
    return { id: producer.id };
  },
  agree: (person) => agree(person),
  withdraw: (person) => withdraw(person),
};

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const [route, user] = [pathname.slice(1), searchParams.get('user')];
  const person = people.get(user);
  if (route === '') return response.setHeader('Content-Type', 'text/html').end(page);
  if (route === 'events' && person) {
    person.page = response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    // A tab that is closed says nothing more: WebRTC would miss it half a minute later, this connection misses it now.
    response.once('close', () => leave(person));
    return response.flushHeaders();
  }
  if (request.method !== 'POST' || !Object.hasOwn(routes, route)) return response.writeHead(404).end('No such route.');
  if (!person && route !== 'capabilities' && route !== 'join') return response.writeHead(409).end('Join first.');
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const result = await routes[route](person, JSON.parse(body || '{}'), user);
  return response.setHeader('Content-Type', 'application/json').end(JSON.stringify(result ?? {}));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(400).end(String(error)));
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}/`);

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await undertone.close();
    worker.close();
    process.exit(0);
  });
