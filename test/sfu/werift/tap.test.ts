import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ConsentGrant, createWeriftSfu, type EncodedTrack, type Sfu } from '../../../sfu/index.ts';
import { HeadlessPublisher, HeadlessViewer } from './headless-caller.ts';
import { KeptPackets } from '../kept-packets.ts';

// Every message from the engine's thread passes here: the packet-level witness.
let crossed = 0;
const emit = Reflect.get(Worker.prototype, 'emit') as (...args: unknown[]) => boolean;
Worker.prototype.emit = function witness(this: Worker, ...args: unknown[]): boolean {
  const [name, message] = args;
  if (name === 'message' && buffersIn(message) > 0) crossed += buffersIn(message);
  return emit.apply(this, args);
};

/** How many binary buffers a message carries, however deep. */
function buffersIn(value: unknown): number {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return 1;
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, each) => sum + buffersIn(each), 0)
    : 0;
}

const ROOM = 'room';
const ledger = ConsentGrant.createIssuer();
let sfu: Sfu;
let ann: HeadlessPublisher;
let bob: HeadlessViewer;
let video: EncodedTrack;
let audio: EncodedTrack;

beforeAll(async () => {
  sfu = await createWeriftSfu();
  const added = new Promise<void>((done) => {
    const stop = sfu.onEvent(({ type }) => {
      if (type === 'track-added' && sfu.tracks(ROOM).length === 2) {
        stop();
        done();
      }
    });
  });
  ann = new HeadlessPublisher();
  await ann.publish(sfu, ROOM, 'ann');
  await added;
  [video, audio] = (['video', 'audio'] as const).map((kind) => sfu.tracks(ROOM).find((track) => track.kind === kind)!);
  bob = await HeadlessViewer.join(sfu, ROOM, 'bob');
  await bob.offered(() => true);
});
afterAll(async () => {
  ann.close();
  await bob.close();
  await sfu.close();
  Reflect.deleteProperty(Worker.prototype, 'emit');
});
beforeEach(() => {
  crossed = 0;
});

test('without a live grant of that room and participant no packet leaves the engine', async () => {
  const sink = new KeptPackets();
  const withdrawn = ledger.issue(ROOM, 'ann', '1');
  ledger.revoke(withdrawn);
  const forged = Object.create(ConsentGrant.prototype, {
    room: { value: ROOM },
    participant: { value: 'ann' },
  }) as ConsentGrant;
  const grants = [
    ledger.issue(ROOM, 'bob', '1'),
    ledger.issue('elsewhere', 'ann', '1'),
    withdrawn,
    forged,
    {},
    undefined,
  ] as ConsentGrant[];
  for (const grant of grants) await expect(sfu.tap(video.id, grant, sink)).rejects.toMatchObject({ code: 'no-grant' });
  const frames = bob.offers[0].tracks.find(({ kind }) => kind === 'video')!.mid;
  await bob.frames(frames, 20);
  expect(await sfu.stats()).toMatchObject({ tapPackets: 0, taps: 0 });
  expect(crossed).toBe(0);
  expect(sink.packets).toEqual([]);
});

test('with a grant they come, so that the witness would have seen them', async () => {
  const sink = new KeptPackets();
  const tap = await sfu.tap(audio.id, ledger.issue(ROOM, 'ann', '1'), sink);
  await sink.until(() => sink.packets.length >= 10);
  await tap.close();
  expect(crossed).toBeGreaterThanOrEqual(sink.packets.length);
});

test('revoking ends the tap in the same tick, in the middle of a batch too, and the engine forgets it', async () => {
  const sink = new KeptPackets();
  const grant = ledger.issue(ROOM, 'ann', '1');
  const tap = await sfu.tap(audio.id, grant, sink);
  sink.onPacket = () => {
    if (sink.packets.length !== 10) return;
    ledger.revoke(grant);
    expect(sink.ends).toEqual([undefined]);
  };
  await sink.until(() => sink.ends.length > 0);
  await tap.close();
  expect((await sfu.stats()).taps).toBe(0);
  crossed = 0;
  await bob.sound(bob.offers[0].tracks.find(({ kind }) => kind === 'audio')!.mid);
  await sfu.stats();
  expect(crossed).toBe(0);
  expect(sink.packets).toHaveLength(10);
  expect(sink.ends).toEqual([undefined]);
});
