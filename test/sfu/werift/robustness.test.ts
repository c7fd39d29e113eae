import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DtlsClient, ProtectionProfileAes128CmHmacSha1_80, type Transport } from 'werift';
import { ConsentGrant, createWeriftSfu, type Sfu, type SfuEvent } from '../../../sfu/index.ts';
import { Engine } from '../../../sfu/werift/engine.ts';
import type { SfuLimits } from '../../../sfu/sfu-options.ts';
import type { EngineMessage } from '../../../sfu/werift/messages.ts';
import { createCertificate } from '../../../sfu/werift/secure-transport.ts';
import { UdpMux } from '../../../sfu/werift/udp-mux.ts';
import { HeadlessPublisher } from './headless-caller.ts';
import { authenticated, OFFER, serverOf } from './raw-peer.ts';

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** For tests that need no settings of their own; starting an engine takes longer than most of them. */
let shared: Sfu;
beforeAll(async () => {
  shared = await createWeriftSfu();
});
afterAll(() => shared.close());

function closed(sfu: Sfu): Promise<SfuEvent & { type: 'publication-closed' }> {
  return new Promise((resolve) => sfu.onEvent((event) => event.type === 'publication-closed' && resolve(event)));
}

test('a copied certificate lets nobody in: the handshake must be signed with its key', async () => {
  const [copied, own] = await Promise.all([createCertificate(), createCertificate()]);
  const offer = OFFER.replaceAll(/a=fingerprint:.*/g, `a=fingerprint:${copied.fingerprint}`);
  const over = closed(shared);
  const { id, answerSdp } = await shared.publish('copied', 'ann', offer);
  const server = serverOf(answerSdp);
  const socket = await authenticated(server);
  open.push(() => socket.close());
  const client = new DtlsClient({
    cert: copied.certPem,
    key: own.keyPem,
    signatureHash: own.signatureHash,
    srtpProfiles: [ProtectionProfileAes128CmHmacSha1_80],
    extendedMasterSecret: true,
    transport: dtlsTransport(socket, server.port),
  });
  void client.connect();
  expect(await over).toMatchObject({ id, reason: expect.stringContaining('does not hold the key') as string });
});

test('another certificate than the promised one lets nobody in', async () => {
  const ann = new HeadlessPublisher({ video: false });
  open.push(() => ann.close());
  const over = closed(shared);
  const lie = (sdp: string): string =>
    sdp.replaceAll(/a=fingerprint:.*/g, `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`);
  void ann.publish(shared, 'lied', 'ann', lie);
  expect(await over).toMatchObject({ reason: expect.stringContaining('does not match the fingerprint') as string });
});

/** What werift's handshake wants of a socket. */
function dtlsTransport(socket: Socket, port: number): Transport {
  const transport: Transport = {
    type: 'udp',
    address: socket.address(),
    closed: false,
    onData: () => {},
    send: async (packet) => socket.send(packet, port, '127.0.0.1'),
    close: async () => {},
  };
  socket.on('message', (packet) => transport.onData(packet, ['127.0.0.1', port]));
  return transport;
}

/** An engine without its thread: starts at once, and its limits can be a test's own. */
async function bareEngine(
  limits: Partial<SfuLimits>,
): Promise<{ engine: Engine; said: (type: EngineMessage['type']) => Promise<EngineMessage> }> {
  const messages: EngineMessage[] = [];
  const heard = new EventTarget();
  const all: SfuLimits = {
    publications: 4,
    viewers: 4,
    tracksPerPublication: 8,
    tracksPerViewer: 8,
    tapsPerTrack: 4,
    tapQueuePackets: 64,
    halfOpenMs: 10_000,
    consentMs: 10_000,
    ...limits,
  };
  const engine = await Engine.start(
    { listenIps: ['127.0.0.1'], udpPorts: { min: 0, max: 0 }, limits: all },
    (message) => {
      messages.push(message);
      heard.dispatchEvent(new Event('message'));
    },
  );
  open.push(() => engine.close());
  const said = async (type: EngineMessage['type']): Promise<EngineMessage> => {
    for (;;) {
      const found = messages.find((message) => message.type === type);
      if (found) return found;
      await once(heard, 'message');
    }
  };
  return { engine, said };
}

test('who never connects is given up', async () => {
  const { engine, said } = await bareEngine({ halfOpenMs: 50 });
  const { id } = await engine.publish('room', 'ann', OFFER);
  expect(await said('event')).toMatchObject({ event: { type: 'publication-closed', id, reason: 'never connected' } });
  expect(engine.stats()).toMatchObject({ publishers: 0, halfOpenTimeouts: 1 });
});

test('a viewer that does not answer is given up', async () => {
  const { engine, said } = await bareEngine({ halfOpenMs: 10_000 });
  const ann = new HeadlessPublisher({ video: false });
  open.push(() => ann.close());
  await ann.publish({ publish: async (...offer) => engine.publish(...offer) }, 'room', 'ann');
  engine.view('room', 'bob', 'view-1');
  expect(await said('viewer-ended')).toEqual({ type: 'viewer-ended', viewer: 'view-1', reason: 'offer not answered' });
});

test('limits are refusals, not failures', async () => {
  const { engine } = await bareEngine({ publications: 1, viewers: 0 });
  const { id } = await engine.publish('room', 'ann', OFFER);
  const refused = expect.objectContaining({ code: 'limit' }) as Error;
  await expect(engine.publish('room', 'bob', OFFER)).rejects.toThrow(refused);
  expect(() => engine.view('room', 'bob', 'view-1')).toThrow(refused);
  engine.unpublish(id);
  expect((await engine.publish('room', 'bob', OFFER)).id).not.toBe(id);
});

test('the first free port of the range is taken, and the address announced that one is told to', async () => {
  const taken = createSocket('udp4');
  open.push(() => taken.close());
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  await expect(createWeriftSfu({ udpPorts: { min: port, max: port } })).rejects.toMatchObject({ code: 'no-port' });
  const mux = await UdpMux.open({
    listenIps: ['127.0.0.1'],
    udpPorts: { min: port, max: port + 20 },
    announcedAddress: '192.0.2.7',
  });
  open.push(() => mux.close());
  const [candidate] = mux.candidates;
  expect(candidate.address).toBe('192.0.2.7');
  expect(candidate.port).toBeGreaterThan(port);
});

test('closing may be asked for twice, frees the port, and ends what is asked afterwards', async () => {
  const sfu = await createWeriftSfu();
  const { port } = serverOf((await sfu.publish('room', 'ann', OFFER)).answerSdp);
  const over = closed(sfu);
  await Promise.all([sfu.close(), sfu.close()]);
  expect(await over).toMatchObject({ reason: 'engine closed' });
  await expect(sfu.publish('room', 'ann', OFFER)).rejects.toMatchObject({ code: 'closed' });
  const mux = await UdpMux.open({ listenIps: ['127.0.0.1'], udpPorts: { min: port, max: port } });
  await mux.close();
});

test('when the engine dies everything that hung on it is told, nothing waits for ever, and a new one takes over', async () => {
  const started: Worker[] = [];
  const { on } = Worker.prototype;
  Worker.prototype.on = function witness(this: Worker, ...args: Parameters<typeof on>) {
    if (!started.includes(this)) started.push(this);
    return on.apply(this, args);
  } as typeof on;
  const sfu = await createWeriftSfu();
  open.push(() => sfu.close());
  Reflect.deleteProperty(Worker.prototype, 'on');
  const ann = new HeadlessPublisher({ video: false });
  open.push(() => ann.close());
  const added = new Promise<void>((done) => sfu.onEvent(({ type }) => type === 'track-added' && done()));
  const { id } = await ann.publish(sfu, 'room', 'ann');
  await added;
  const [track] = sfu.tracks('room');
  const ends: Array<Error | undefined> = [];
  const sink = { packet() {}, senderReport() {}, muted() {}, closed: (error?: Error) => void ends.push(error) };
  const tap = await sfu.tap(track.id, ConsentGrant.createIssuer().issue('room', 'ann', '1'), sink);
  const viewerEnd = new Promise((resolve) => void sfu.view('room', 'bob', () => {}, resolve));
  await sfu.stats();
  const over = closed(sfu);
  void started[0].terminate();
  // It is not known yet: this goes out and is never answered.
  const asked = sfu.stats();
  await expect(asked).rejects.toMatchObject({ code: 'engine-gone' });
  expect(await over).toMatchObject({ id, reason: 'engine gone' });
  expect(await viewerEnd).toBe('engine gone');
  expect(ends).toMatchObject([{ code: 'engine-gone' }]);
  expect(sfu.tracks('room')).toEqual([]);
  await expect(sfu.publish('room', 'ann', OFFER)).rejects.toMatchObject({ code: 'engine-gone' });
  await tap.close();

  await expect.poll(() => sfu.stats().catch(() => undefined), { timeout: 90_000 }).toMatchObject({ workerDeaths: 1 });
  const again = new HeadlessPublisher({ video: false });
  open.push(() => again.close());
  const back = new Promise<void>((done) => sfu.onEvent(({ type }) => type === 'track-added' && done()));
  await again.publish(sfu, 'room', 'ann');
  await back;
  expect(sfu.tracks('room')).toHaveLength(1);
});
