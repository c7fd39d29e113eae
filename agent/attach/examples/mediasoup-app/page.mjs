/** The browser's half: publishes camera and microphone with mediasoup-client. */
import { Device } from 'mediasoup-client';

const user = crypto.randomUUID();

async function post(route, body = {}) {
  const reply = await fetch(`/${route}?user=${user}`, { method: 'POST', body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(await reply.text());
  return reply.json();
}

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

document.querySelector('#agree').onclick = () => post('agree');
document.querySelector('#withdraw').onclick = () => post('withdraw');
document.body.dataset.state = 'published';
