/** The browser's half: publishes camera and microphone with mediasoup-client, asks for consent, shows what is told. */
import { Device } from 'mediasoup-client';

const user = crypto.randomUUID();
const [agree, withdraw, now, state] = ['agree', 'withdraw', 'now', 'state'].map((id) => document.getElementById(id));

async function post(route, body = {}) {
  const reply = await fetch(`/${route}?user=${user}`, { method: 'POST', body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(await reply.text());
  return reply.json();
}

async function publish() {
  const device = new Device();
  await device.load({ routerRtpCapabilities: await post('capabilities') });
  const transport = device.createSendTransport(await post('join'));
  // oxlint-disable promise/no-callback-in-promise -- mediasoup-client wants it so
  transport.on('connect', ({ dtlsParameters }, done, failed) => post('connect', { dtlsParameters }).then(done, failed));
  transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
    post('produce', { kind, rtpParameters }).then(done, failed);
  });
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  document.querySelector('video').srcObject = media;
  for (const track of media.getTracks()) await transport.produce({ track });
}

/** A description grows word by word (`affect.delta`) and is then whole; later ones of the same id are better. */
function show(event) {
  if (event.type === 'affect.delta' || event.type === 'affect.description') now.textContent = event.text;
  if (event.type === 'signal') state.textContent = `${event.modality}: ${event.state}`;
}

function enable(agreed) {
  agree.disabled = agreed;
  withdraw.disabled = !agreed;
}

agree.onclick = async () => {
  await post('agree');
  enable(true);
  state.textContent = 'Listening; the first words come after some seconds.';
};
withdraw.onclick = async () => {
  await post('withdraw');
  enable(false);
  now.textContent = '';
  state.textContent = 'Everything of you is forgotten.';
};

try {
  await publish();
  new EventSource(`/events?user=${user}`).onmessage = ({ data }) => show(JSON.parse(data));
  enable(false);
  state.textContent = 'You are in the call, and nobody analyses you.';
  document.body.dataset.state = 'published';
} catch (error) {
  state.textContent = `This did not work: ${error.message}`;
}
