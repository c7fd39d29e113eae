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

describe('a question', () => {
  const answer = {
    type: 'answer',
    participant: 'p-1',
    task: 'labels',
    over: 'call',
    status: 'ok',
    text: 'calm.',
  } as const;

  it('is answered under its own number, whatever comes between', async () => {
    const { client, socket } = await connect();
    const [first, second] = [client.ask('p-1', 'labels', { over: 'call' }), client.ask('p-1', 'cause')];
    expect(socket.sent.slice(1)).toEqual([
      { type: 'query', id: 0, participant: 'p-1', task: 'labels', over: 'call' },
      { type: 'query', id: 1, participant: 'p-1', task: 'cause' },
    ]);
    socket.say({ ...answer, id: 1, text: 'none.' });
    socket.say({ ...answer, id: 7 });
    socket.say({ ...answer, id: 0 });
    expect(await first).toMatchObject({ id: 0, text: 'calm.' });
    expect(await second).toMatchObject({ id: 1, text: 'none.' });
  });

  it('fails when there is no answer, no connection, or no connection any more', async () => {
    const { client, socket, runtime } = await connect();
    const slow = refused(client.ask('p-1', 'labels', { timeoutMs: 500 }));
    runtime.advance(500);
    expect(await slow).toMatchObject({ code: 'timeout', retryable: true });
    const cut = refused(client.ask('p-1', 'labels'));
    socket.fire('close', { code: 1006 });
    expect(await cut).toMatchObject({ code: 'lost', retryable: true });
    expect(await refused(client.ask('p-1', 'labels'))).toMatchObject({ code: 'not-connected' });
    client.close();
    expect(runtime.waiting).toBe(0);
  });
});

describe('a lost connection', () => {
  it('is resumed from the newest event, with what was chosen, and says whether anything is missing', async () => {
    const { client, socket, sockets, runtime } = await connect({ states: true });
    const restored: unknown[] = [];
    client.on('connection.restored', ({ resumed, complete }) => restored.push([resumed, complete]));
    client.subscribe({ states: false, deltas: true, participants: ['p-1'] });
    socket.say(described(500));
    socket.say(described(900));
    socket.fire('close', { code: 1006 });
    runtime.advance(1000);
    sockets[1].fire('open');
    expect(sockets[1].sent[0]).toMatchObject({ states: false, deltas: true, resume: { token: 't', seq: 900 } });
    sockets[1].say({ ...ready(), resumed: { complete: true, replayed: 0 } });
    expect(sockets[1].sent[1]).toEqual({ type: 'subscribe', participants: ['p-1'] });
    sockets[1].fire('close', { code: 1006 });
    runtime.advance(1000);
    expect(sockets[2].sent).toEqual([]);
    sockets[2].fire('open');
    expect(sockets[2].sent[0]).toMatchObject({ resume: { token: 't', seq: 900 } });
    sockets[2].say({ ...ready(), token: 'u', resumed: { complete: false, replayed: 0 } });
    sockets[2].fire('close', { code: 1006 });
    runtime.advance(1000);
    sockets[3].fire('open');
    expect(sockets[3].sent[0]).toMatchObject({ resume: { token: 'u', seq: -1 } });
    expect(restored).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('asks for a new room token for each connection, and tries again when none is to be had', async () => {
    const tokens = ['one', 'two'];
    const { sockets, runtime, connecting } = dial({
      token: () => tokens.shift() ?? Promise.reject(new Error('offline')),
    });
    await expect.poll(() => sockets.length).toBe(1);
    sockets[0].begin();
    const client = await connecting;
    expect(sockets[0].sent[0]).toMatchObject({ token: 'one' });
    sockets[0].fire('close', { code: 1006 });
    runtime.advance(1000);
    await expect.poll(() => sockets.length).toBe(2);
    sockets[1].fire('open');
    expect(sockets[1].sent[0]).toMatchObject({ token: 'two' });
    const attempts: number[] = [];
    client.on('connection.lost', ({ attempt }) => attempts.push(attempt));
    sockets[1].fire('close', { code: 1006 });
    runtime.advance(2000);
    await expect.poll(() => attempts.length).toBe(2);
    expect(sockets).toHaveLength(2);
  });

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

  it('lets nobody agree', async () => {
    const { client, socket } = await connect();
    socket.fire('close');
    expect(() => client.setConsent({ granted: true, receiptVersion: 'r1' })).toThrow(
      expect.objectContaining({ code: 'not-connected' }),
    );
  });

  it('lets everybody withdraw: that is said first when the session comes back, and once', async () => {
    const { client, sockets, runtime, socket } = await connect({ backOff: { firstMs: 500 } });
    client.setConsent({ granted: true, receiptVersion: 'r1' });
    socket.fire('close', { code: 1006 });
    client.setConsent({ granted: false });
    runtime.advance(1000);
    sockets[1].fire('open');
    sockets[1].say({ ...ready(), resumed: { complete: true, replayed: 0 } });
    expect(sockets[1].sent.slice(1)).toEqual([{ type: 'consent.set', granted: false }]);
    sockets[1].fire('close', { code: 1006 });
    runtime.advance(1000);
    sockets[2].begin();
    expect(sockets[2].sent.map(({ type }) => type)).toEqual(['session.start']);
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
