// The platform has a socket to the agent already (here: to watch), so it hands its events on with push().
// Without one, <undertone-overlay url="…" room="…" participant="…"> connects by itself.
const query = new URLSearchParams(location.search);
const address = new URL('/ws', query.get('agent') ?? location.href);
address.protocol = address.protocol.replace('http', 'ws');
address.searchParams.set('room', query.get('room') ?? 'demo');

const state = document.getElementById('state');
const socket = new WebSocket(address);
const send = (message) => socket.send(JSON.stringify(message));
/** Figures by participant. */
const tiles = new Map();
let session;

socket.addEventListener('open', () =>
  send({ type: 'session.start', name: 'Platform page', watch: true, states: true, deltas: true }),
);
socket.addEventListener('close', () => (state.textContent = 'The connection ended. Reload the page.'));
socket.addEventListener('message', ({ data }) => receive(JSON.parse(data)));

function receive(event) {
  if (event.type === 'session.ready') begin(event);
  if (event.type === 'participant.joined') addTile(event.participant);
  if (event.type === 'participant.left') removeTile(event.participant);
  if (event.type === 'offer') void answer(event);
  // The server measures how long delivery took by this.
  if (event.type === 'affect.description') send({ type: 'ack', seq: event.seq, receivedMs: performance.now() });
  for (const figure of tiles.values()) figure.querySelector('undertone-overlay').push(event);
}

function begin(ready) {
  session = ready;
  state.textContent = `In room ${ready.room}.`;
  for (const id of tiles.keys()) removeTile(id);
  for (const participant of ready.participants) addTile(participant);
}

function addTile(participant) {
  const figure = document.getElementById('tile').content.cloneNode(true).firstElementChild;
  figure.querySelector('figcaption').textContent = participant.name;
  const overlay = figure.querySelector('undertone-overlay');
  overlay.setAttribute('participant', participant.id);
  document.getElementById('tiles').append(figure);
  tiles.set(participant.id, figure);
  overlay.push(session);
  overlay.push({ type: 'participant.joined', participant });
}

function removeTile(id) {
  tiles.get(id)?.remove();
  tiles.delete(id);
}

// The media come from the platform's own SFU as a rule; this page watches through Undertone's.
const connection = new RTCPeerConnection();
connection.addEventListener('icecandidate', ({ candidate }) =>
  send({ type: 'candidate', candidate: candidate && { candidate: candidate.candidate, sdpMid: candidate.sdpMid } }),
);

async function answer({ number, sdp, tracks }) {
  await connection.setRemoteDescription({ type: 'offer', sdp });
  await connection.setLocalDescription();
  send({ type: 'answer', number, sdp: connection.localDescription.sdp });
  for (const { mid, participant } of tracks) {
    const track = connection.getTransceivers().find((one) => one.mid === mid)?.receiver.track;
    const video = tiles.get(participant)?.querySelector('video');
    if (!track || !video) continue;
    video.srcObject ??= new MediaStream();
    video.srcObject.addTrack(track);
  }
}
