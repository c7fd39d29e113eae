import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { LatencyRecorder } from '../../../bench/latency/latency-recorder.ts';
import { RoomSession } from '../../../bench/latency/room-session.ts';
import { LATENCY_STAGES } from '../../../pipeline/index.ts';

type Message = Readonly<Record<string, unknown>>;

const READY = {
  type: 'session.ready',
  participant: { id: 'me' },
  token: 't',
  whip: '/whip/r',
  pack: 'p@1',
  receipt: { version: 'v7' },
  roomMs: 5000,
};
const estimate = { mean: 0, sd: 1 };
const numbers = {
  labels: [],
  valence: estimate,
  arousal: estimate,
  dominance: estimate,
  confidence: 0.5,
  room: 'r',
  pack: 'p@1',
  startMs: 5000,
  endMs: 5500,
};
const description = {
  type: 'affect.description',
  ...numbers,
  seq: 3,
  participant: 'me',
  id: 'x',
  version: 1,
  text: 'appears calm',
  evidence: [],
  abstained: false,
  latencyMs: { encode: 12 },
};

let server: WebSocketServer;
let agentUrl = '';

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  agentUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
});

afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

/** Stands in for the agent: answers every message by what `script` makes of it. */
function agent(script: (message: Message) => readonly Message[]): {
  heard: Message[];
  until: (type: string) => Promise<Message>;
} {
  const heard: Message[] = [];
  const waiting = new Map<string, (message: Message) => void>();
  server.on('connection', (socket: WebSocket) =>
    socket.on('message', (data: Buffer) => {
      const message: Message = JSON.parse(data.toString());
      heard.push(message);
      waiting.get(String(message['type']))?.(message);
      for (const answer of script(message)) socket.send(JSON.stringify(answer));
    }),
  );
  return { heard, until: (type) => new Promise((resolve) => waiting.set(type, resolve)) };
}

function recorder(): LatencyRecorder {
  return new LatencyRecorder(() => ({ fromMs: 0, toMs: 1e9 }), LATENCY_STAGES);
}

describe('a participant of the benchmark', () => {
  it('consents to the receipt it was shown, acknowledges descriptions and records their delivery', async () => {
    const delivered = { type: 'delivered', seq: 3, deliveredMs: 2, sinceHopMs: 44 };
    const { heard, until } = agent(({ type }) => {
      if (type === 'session.start') return [READY];
      if (type === 'consent.set') return [description, { ...description, participant: 'somebody else', seq: 4 }];
      return type === 'ack' ? [delivered, { type: 'stats', superseded: 2 }] : [];
    });
    const record = recorder();
    const first: number[] = [];
    const acknowledged = until('ack');
    const session = await RoomSession.open({
      agentUrl,
      room: 'r',
      recorder: record,
      onFirstEvent: (roomMs) => first.push(roomMs),
    });
    expect((await acknowledged)['seq']).toBe(3);
    await expect.poll(() => session.superseded).toBe(2);
    session.close();
    expect(heard).toContainEqual({ type: 'consent.set', granted: true, receiptVersion: 'v7' });
    expect(record.figures().hopToDelivered).toMatchObject({ n: 1, max: 44 });
    expect(record.figures().descriptions.received).toBe(1);
    expect(first).toHaveLength(1);
    expect(first[0]).toBeGreaterThanOrEqual(5000);
  });

  it('records the ends of its own turns', async () => {
    const axes = { valence: { mean: 0, sd: 1 }, arousal: { mean: 0, sd: 1 }, dominance: { mean: 0, sd: 1 } };
    const average = { valence: 0, arousal: 0, dominance: 0 };
    const turn = {
      ...description,
      ...axes,
      type: 'affect.turn',
      average,
      reliability: { face: 0, voice: 1, caption: 0 },
    };
    agent(({ type }) => {
      if (type === 'session.start') return [READY];
      const told = { ...turn, startMs: 5000, endMs: 5300, decidedMs: 5600 };
      return type === 'consent.set' ? [told, { ...told, participant: 'somebody else' }] : [];
    });
    const record = recorder();
    const session = await RoomSession.open({ agentUrl, room: 'r', recorder: record, onFirstEvent: () => {} });
    await expect.poll(() => record.figures().turnToState?.n).toBe(1);
    session.close();
  });

  it('fails in words when the agent refuses it', async () => {
    agent(() => [{ type: 'error', code: 'room-full', message: 'The room is full.', retryable: true }]);
    const opening = RoomSession.open({ agentUrl, room: 'r', recorder: recorder(), onFirstEvent: () => {} });
    await expect(opening).rejects.toMatchObject({ code: 'agent-failed' });
    await expect(opening).rejects.toThrow('The room is full.');
  });

  it('fails in words when nobody listens', async () => {
    const opening = RoomSession.open({
      agentUrl: 'http://127.0.0.1:1/',
      room: 'r',
      recorder: recorder(),
      onFirstEvent: () => {},
    });
    await expect(opening).rejects.toMatchObject({ code: 'agent-failed' });
  });
});
