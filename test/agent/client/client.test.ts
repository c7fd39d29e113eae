import { describe, expect, it } from 'vitest';
import { UndertoneClient, type ClientError, type ClientOptions } from '../../../agent/client/index.ts';
import { described, FakeRuntime, fakeSockets, ready } from './fakes.ts';

function dial(settings: Partial<ClientOptions> = {}) {
  const { sockets, WebSocket } = fakeSockets();
  const runtime = new FakeRuntime();
  const options = { url: 'http://host:1', room: 'lobby', WebSocket, runtime, ...settings };
  const connecting = UndertoneClient.connect(options);
  return { sockets, runtime, connecting };
}

async function connect(settings: Partial<ClientOptions> = {}) {
  const { sockets, runtime, connecting } = dial(settings);
  sockets[0].begin();
  return { client: await connecting, sockets, runtime, socket: sockets[0] };
}

const refused = (connecting: Promise<unknown>): Promise<ClientError> =>
  connecting.then(
    () => expect.unreachable(),
    (error: ClientError) => error,
  );

describe('UndertoneClient.connect', () => {
  it('starts a session with what it was told, under the address of the server', async () => {
    const { socket, client } = await connect({ url: 'https://host/behind/', name: 'Mia', states: true });
    expect(socket.url).toBe('wss://host/behind/ws?room=lobby');
    expect(socket.sent).toEqual([{ type: 'session.start', room: 'lobby', name: 'Mia', states: true }]);
    expect(client.session.participant.id).toBe('p-0');
    expect(client.connected).toBe(true);
  });

  it('says what went wrong, with a code, and tries no more', async () => {
    const gone = dial();
    gone.sockets[0].fire('error');
    gone.sockets[0].fire('close', { code: 1006, reason: '' });
    expect(await refused(gone.connecting)).toMatchObject({ code: 'unreachable', retryable: true });
    const full = dial();
    full.sockets[0].fire('open');
    full.sockets[0].say({ type: 'error', code: 'room-full', message: 'No place.', retryable: true });
    expect(await refused(full.connecting)).toMatchObject({ code: 'refused', serverCode: 'room-full' });
    const silent = dial({ timeoutMs: 3000 });
    silent.sockets[0].fire('open');
    silent.runtime.advance(3000);
    expect(await refused(silent.connecting)).toMatchObject({ code: 'timeout' });
    for (const { runtime, sockets } of [gone, full, silent]) {
      runtime.advance(1e6);
      expect(sockets).toHaveLength(1);
      expect(runtime.waiting).toBe(0);
    }
  });

  it('recognises a server of another protocol even when it cannot read it', async () => {
    const { sockets, connecting } = dial();
    sockets[0].fire('open');
    sockets[0].fire('message', { data: '{"type":"session.ready","protocol":999,"new":"shape"}' });
    expect(await refused(connecting)).toMatchObject({ code: 'protocol-mismatch', retryable: false });
    expect(sockets[0].closed).toBe(true);
  });

  it.each([
    { url: 'nonsense', room: 'lobby' },
    { url: 'ftp://host', room: 'lobby' },
    { url: 'http://host', room: 'a room' },
  ])('refuses $url with room "$room" before it connects', async (options) => {
    const { sockets, connecting } = dial(options);
    expect(await refused(connecting)).toMatchObject({ code: 'bad-argument' });
    expect(sockets).toHaveLength(0);
  });
});

describe('UndertoneClient', () => {
  it('survives whatever the server sends, and counts it', async () => {
    const { client, socket } = await connect();
    const faults: string[] = [];
    client.on('client.fault', ({ error }) => faults.push(error.code));
    for (const data of ['', '{', 'null', '[]', '{"type":"affect.state"}', '{"type":"new.kind"}', new ArrayBuffer(2)])
      socket.fire('message', { data });
    expect(client.counters.badFrames).toBe(7);
    expect(faults).toEqual(Array(7).fill('bad-frame'));
    expect(client.connected).toBe(true);
  });

  it('acknowledges every description as it arrives', async () => {
    const { socket, runtime } = await connect();
    runtime.advance(40);
    socket.say(described(500));
    expect(socket.sent.at(-1)).toEqual({ type: 'ack', seq: 500, receivedMs: 40 });
  });

  it('calls listeners until they are taken off; one that throws harms no other', async () => {
    const { client, socket } = await connect();
    const heard: string[] = [];
    const causes: unknown[] = [];
    client.on('client.fault', ({ error }) => causes.push(error.cause));
    const bug = new Error('bug');
    client.on('affect.description', () => {
      throw bug;
    });
    const off = client.on('affect.description', ({ text }) => heard.push(text));
    socket.say(described(500, { text: 'one' }));
    off();
    socket.say(described(1000, { text: 'two' }));
    expect(heard).toEqual(['one']);
    expect(causes).toEqual([bug, bug]);
  });

  it('keeps the room clock, half way between question and answer', async () => {
    const { sockets, runtime, connecting } = dial();
    sockets[0].fire('open');
    runtime.advance(100);
    sockets[0].say({ ...ready(), roomMs: 60_000 });
    const client = await connecting;
    expect(client.roomMs()).toBe(60_050);
    runtime.advance(500);
    expect(client.roomMs()).toBe(60_550);
  });

  it('sends captions and consent, and refuses what is not in the protocol without sending it', async () => {
    const { client, socket } = await connect();
    expect(client.sendCaption({ startMs: 0, endMs: 900, text: 'hello' })).toBe(true);
    client.setConsent({ granted: true, receiptVersion: 'r1' });
    expect(socket.sent.slice(1)).toEqual([
      { type: 'caption', startMs: 0, endMs: 900, text: 'hello' },
      { type: 'consent.set', granted: true, receiptVersion: 'r1' },
    ]);
    const bad = { code: 'bad-argument' };
    expect(() => client.sendCaption({ startMs: 0, endMs: 900, text: '' })).toThrow(expect.objectContaining(bad));
    expect(() => client.sendCaption({ startMs: 9, endMs: 0, text: 'back' })).toThrow(expect.objectContaining(bad));
    expect(socket.sent).toHaveLength(3);
  });
});

describe('a lost connection', () => {
  it('comes back with growing pauses, as another session without the consent of the last', async () => {
    const { client, sockets, runtime, socket } = await connect({
      backOff: { firstMs: 500, lastMs: 2000, jitter: 0.3 },
    });
    const pauses: number[] = [];
    client.on('connection.lost', ({ retryMs }) => pauses.push(retryMs));
    const restored: string[] = [];
    client.on('connection.restored', (event) => restored.push(event.ready.participant.id));
    client.setConsent({ granted: true, receiptVersion: 'r1' });
    socket.fire('close', { code: 1001, reason: 'bye' });
    for (let attempt = 1; attempt <= 4; attempt++) {
      expect(client.sendCaption({ startMs: 0, endMs: 1, text: 'lost' })).toBe(false);
      runtime.advance(pauses.at(-1)!);
      if (attempt < 4) sockets[attempt].fire('close', { code: 1006 });
    }
    expect(pauses).toEqual([500, 1000, 2000, 2000]);
    sockets[4].begin({ participant: { ...ready().participant, id: 'p-9' } });
    expect(restored).toEqual(['p-9']);
    expect(sockets[4].sent.map(({ type }) => type)).toEqual(['session.start']);
    expect(client.counters).toMatchObject({ reconnects: 1, unsent: 4 });
    sockets[4].fire('close', { code: 1006 });
    expect(pauses.at(-1)).toBe(500);
  });

  it('is spread by chance', async () => {
    for (const [chance, expected] of [
      [0, 350],
      [0.75, 575],
    ] as const) {
      const { client, runtime, socket } = await connect();
      runtime.chance = chance;
      client.on('connection.lost', ({ retryMs }) => expect(retryMs).toBeCloseTo(expected));
      socket.fire('close');
      expect(client.connected).toBe(false);
    }
    expect.assertions(4);
  });

  it('is noticed by its silence, and only then', async () => {
    const { client, sockets, runtime, socket } = await connect({ beatMs: 1000 });
    for (let beat = 0; beat < 10; beat++) {
      runtime.advance(1000);
      socket.say({ type: 'pong' });
    }
    expect(client.connected).toBe(true);
    expect(socket.sent.filter(({ type }) => type === 'ping')).toHaveLength(10);
    runtime.advance(4000);
    expect(client.connected).toBe(false);
    expect(socket.closed).toBe(true);
    runtime.advance(500);
    expect(sockets).toHaveLength(2);
    // What the old connection still brings belongs to nobody.
    socket.say(described(500));
    expect(client.counters.badFrames).toBe(0);
  });

  it('lets nobody agree, and lets everybody withdraw', async () => {
    const { client, socket } = await connect();
    socket.fire('close');
    expect(() => client.setConsent({ granted: true, receiptVersion: 'r1' })).toThrow(
      expect.objectContaining({ code: 'not-connected' }),
    );
    client.setConsent({ granted: false });
  });

  it('is final when the server will never take the client again', async () => {
    const { client, sockets, runtime, socket } = await connect();
    const events = client.events();
    const ended: unknown[] = [];
    client.on('connection.closed', ({ error }) => ended.push(error?.code));
    socket.fire('close');
    runtime.advance(1000);
    sockets[1].begin({ protocol: 999 });
    expect(ended).toEqual(['protocol-mismatch']);
    const read = async (): Promise<string[]> => {
      const types: string[] = [];
      for await (const { type } of events) types.push(type);
      return types;
    };
    await expect(read()).rejects.toMatchObject({ code: 'protocol-mismatch' });
    expect(runtime.waiting).toBe(0);
  });

  it('is not sought again by a client that was closed', async () => {
    const { client, sockets, runtime, socket } = await connect();
    const events = client.events();
    socket.fire('close');
    client.close();
    client.close();
    runtime.advance(1e6);
    expect(sockets).toHaveLength(1);
    const types: string[] = [];
    for await (const { type } of events) types.push(type);
    expect(types).toEqual(['connection.lost', 'connection.closed']);
    for await (const event of client.events()) expect.unreachable(event.type);
  });
});
