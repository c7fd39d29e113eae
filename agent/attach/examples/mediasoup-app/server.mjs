/**
 * A whole mediasoup app with Undertone attached to its router. In an empty project:
 *
 *     npm install undertone mediasoup@3.19.3 mediasoup-client esbuild
 *     node server.mjs
 *
 * and open the address that it prints. What Undertone needs stands between the two lines; the rest is any such app.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
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

/** Who is here: their transport, what they publish, and their consent while it holds. */
const people = new Map();

// ---- Undertone -----------------------------------------------------------------------------------------------------
const undertone = await attach(router, {
  deployment: { context: 'demo' },
  grant: (producer) => people.get(producer.appData.user)?.consent?.grant,
  onEvent: (event) => console.log(JSON.stringify(event)),
  onTrouble: (trouble) => console.error(`${trouble.code}: ${trouble.message}`),
});

function agree(user, person) {
  person.consent = recordConsent({ room: 'demo', participant: user, receiptVersion: 'demo-1', how: 'button' });
  // Published before: those that come later are taken as they are made.
  for (const producer of person.producers) undertone.add(producer);
}
// --------------------------------------------------------------------------------------------------------------------

const { outputFiles } = await build({
  entryPoints: [new URL('page.mjs', import.meta.url).pathname],
  bundle: true,
  format: 'esm',
  write: false,
});
const page = `<!doctype html><meta charset="utf-8"><title>mediasoup app</title><button id="agree">I agree to be analysed</button>
<button id="withdraw">No longer</button><video autoplay muted playsinline></video><script type="module">${outputFiles[0].text}</script>`;

const routes = {
  capabilities: () => router.rtpCapabilities,
  async join(user) {
    const listenInfos = [{ protocol: 'udp', ip: '127.0.0.1' }];
    const transport = await router.createWebRtcTransport({ listenInfos });
    people.set(user, { transport, producers: [] });
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  },
  connect: (user, { dtlsParameters }) => people.get(user).transport.connect({ dtlsParameters }),
  async produce(user, { kind, rtpParameters }) {
    const { transport, producers } = people.get(user);
    const producer = await transport.produce({ kind, rtpParameters, appData: { user } });
    producers.push(producer);
    return { id: producer.id };
  },
  agree: (user) => agree(user, people.get(user)),
  withdraw: (user) => people.get(user).consent?.withdraw(),
};

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const route = routes[pathname.slice(1)];
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html').end(page);
    return;
  }
  try {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const answer = await route(searchParams.get('user'), JSON.parse(body || '{}'));
    response.end(JSON.stringify(answer ?? {}));
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}/`);

process.once('SIGTERM', async () => {
  await undertone.close();
  worker.close();
  process.exit(0);
});
