import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ConsentGrant,
  createMediasoupSfu,
  type MediasoupSfu,
  type SfuEvent,
  type TapSink,
} from '../../../sfu/index.ts';
import type { Consumer } from 'mediasoup/types';
import { findWorker, loadMediasoup } from '../../../sfu/mediasoup/worker-binary.ts';
import { hasWorker } from '../contract/engines.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { OFFER } from '../werift/raw-peer.ts';

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function engine(options?: Parameters<typeof createMediasoupSfu>[0]): Promise<MediasoupSfu> {
  const sfu = await createMediasoupSfu(options);
  open.push(() => sfu.close());
  return sfu;
}

async function publisher(sfu: MediasoupSfu, room: string, name: string): Promise<HeadlessPublisher> {
  const caller = new HeadlessPublisher();
  open.push(() => caller.close());
  const shown = event(sfu, 'track-added', room);
  await caller.publish(sfu, room, name);
  await shown;
  return caller;
}

async function viewer(sfu: MediasoupSfu, room: string, name: string): Promise<HeadlessViewer> {
  const watching = await HeadlessViewer.join(sfu, room, name);
  open.push(() => watching.close());
  return watching;
}

function event<T extends SfuEvent['type']>(sfu: MediasoupSfu, type: T, room: string): Promise<SfuEvent & { type: T }> {
  return new Promise((resolve) => {
    const stop = sfu.onEvent((each) => {
      const where = 'track' in each ? each.track.room : each.room;
      if (each.type !== type || where !== room) return;
      stop();
      resolve(each as SfuEvent & { type: T });
    });
  });
}

/** The picture of `from` goes on at this viewer. */
async function sees(watching: HeadlessViewer, from: string, frames = 10): Promise<void> {
  const { tracks } = await watching.offered((offer) => offer.tracks.some(({ participant }) => participant === from));
  await watching.frames(tracks.find(({ participant, kind }) => participant === from && kind === 'video')!.mid, frames);
}

class Ends implements TapSink {
  readonly ends: Array<Error | undefined> = [];
  readonly ended: Promise<void>;
  packets = 0;
  #end!: () => void;

  constructor() {
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }
  packet(): void {
    this.packets++;
  }
  senderReport(): void {}
  muted(): void {}
  closed(error?: Error): void {
    this.ends.push(error);
    this.#end();
  }
}

/** Ends one worker process as a crash would. */
async function kill(sfu: MediasoupSfu, pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while ((await sfu.workerUsage()).some((worker) => worker.pid === pid)) await new Promise(setImmediate);
}

describe.skipIf(!hasWorker)('mediasoup under attack and in trouble', () => {
  test('rooms go to the least loaded worker, and what the workers use is told', async () => {
    const sfu = await engine({ workers: 2 });
    for (const room of ['a', 'b', 'c', 'd']) await sfu.publish(room, 'ann', OFFER);
    const usage = await sfu.workerUsage();
    expect(usage.map(({ rooms }) => rooms)).toEqual([2, 2]);
    for (const { cpuMs, maxRssBytes } of usage) {
      expect(cpuMs).toBeGreaterThan(0);
      expect(maxRssBytes).toBeGreaterThan(1_000_000);
    }
    expect(await sfu.stats()).toMatchObject({ workers: 2, workerDeaths: 0, rooms: 4, publishers: 4 });
  });

  test('a worker killed in mid-call takes only its rooms, says so to everybody in them, and they come back', async () => {
    const sfu = await engine({ workers: 2 });
    const before = new Set((await sfu.workerUsage()).map(({ pid }) => pid));
    await publisher(sfu, 'lost', 'ann');
    const pid = (await sfu.workerUsage()).find(({ rooms }) => rooms === 1)!.pid;
    await publisher(sfu, 'kept', 'cid');
    const [bob, dan] = [await viewer(sfu, 'lost', 'bob'), await viewer(sfu, 'kept', 'dan')];
    await Promise.all([sees(bob, 'ann'), sees(dan, 'cid')]);
    const sink = new Ends();
    const [track] = sfu.tracks('lost');
    await sfu.tap(track.id, ConsentGrant.createIssuer().issue('lost', 'ann', '1'), sink);

    const [gone, left] = [event(sfu, 'publication-closed', 'lost'), once(bob.events, 'closed')];
    await kill(sfu, pid);
    expect(await gone).toMatchObject({ participant: 'ann', reason: 'engine gone' });
    expect(await left).toEqual(['engine gone']);
    await sink.ended;
    expect(sink.ends).toMatchObject([{ code: 'engine-gone' }]);
    expect(sfu.tracks('lost')).toEqual([]);
    expect(sfu.tracks('kept')).toHaveLength(2);
    await sees(dan, 'cid');

    // Those who were told come again.
    await publisher(sfu, 'lost', 'ann');
    await sees(await viewer(sfu, 'lost', 'bob'), 'ann');
    while ((await sfu.stats()).workers < 2) await new Promise(setImmediate);
    const after = (await sfu.workerUsage()).map((worker) => worker.pid);
    expect(after.filter((each) => before.has(each))).toHaveLength(1);
    expect(await sfu.stats()).toMatchObject({ workerDeaths: 1, tapsCut: 1 });
  });

  test('with its only worker killed the room comes back on the next one', async () => {
    const lines: string[] = [];
    const sfu = await engine({ workers: 1, log: (line) => lines.push(line) });
    await publisher(sfu, 'room', 'ann');
    const gone = event(sfu, 'publication-closed', 'room');
    const tooEarly = gone.then(() => sfu.view('room', 'bob', () => {}));
    process.kill((await sfu.workerUsage())[0].pid, 'SIGKILL');
    // In the very moment in which it is told.
    await expect(tooEarly).rejects.toMatchObject({ code: 'engine-gone' });
    await expect(sfu.publish('room', 'ann', OFFER)).rejects.toMatchObject({ code: 'engine-gone' });
    while ((await sfu.stats()).workers < 1) await new Promise(setImmediate);
    await publisher(sfu, 'room', 'ann');
    await sees(await viewer(sfu, 'room', 'bob'), 'ann');
    expect(lines.join()).toMatch(/died with 1 rooms/);
  });

  test('workers that Ctrl-C has stopped before the engine closes are no accident: nothing is logged or restarted', async () => {
    const lines: string[] = [];
    const sfu = await engine({ workers: 2, log: (line) => lines.push(line) });
    await publisher(sfu, 'room', 'ann');
    const gone = event(sfu, 'publication-closed', 'room');
    for (const { pid } of await sfu.workerUsage()) process.kill(pid, 'SIGINT');
    await gone;
    while ((await sfu.stats()).workers > 0) await new Promise(setImmediate);
    await sfu.close();
    expect(lines).toEqual([]);
  });

  test('a tap whose consumer is cut says so, the call goes on, and the track can be tapped again', async () => {
    const { observer } = await loadMediasoup(findWorker()!);
    const consumers: Consumer[] = [];
    observer.once('newworker', (worker) =>
      worker.observer.on('newrouter', (router) =>
        router.observer.on('newtransport', (transport) => {
          if (transport.type === 'direct') transport.observer.on('newconsumer', (consumer) => consumers.push(consumer));
        }),
      ),
    );
    const sfu = await engine({ workers: 1 });
    await publisher(sfu, 'room', 'ann');
    const bob = await viewer(sfu, 'room', 'bob');
    await sees(bob, 'ann', 3);
    const grant = ConsentGrant.createIssuer().issue('room', 'ann', '1');
    const track = sfu.tracks('room').find(({ kind }) => kind === 'audio')!;
    const sink = new Ends();
    await sfu.tap(track.id, grant, sink);
    consumers[0].close();
    await sink.ended;
    expect(sink.ends).toMatchObject([{ code: 'engine-gone', message: expect.stringMatching(/cut off/) as string }]);
    await sees(bob, 'ann');
    const again = new Ends();
    await sfu.tap(track.id, grant, again);
    while (again.packets < 10) await new Promise(setImmediate);
    expect(await sfu.stats()).toMatchObject({ taps: 1, tapsCut: 1 });
  });

  test('voices are told by level and by who speaks', async () => {
    const sfu = await engine({ workers: 1 });
    const loud = new Promise<number>((resolve) => {
      sfu.onVoice!((activity) => {
        if (activity.type === 'levels' && activity.levels[0]?.track.participant === 'ann')
          resolve(activity.levels[0].levelDb);
      });
    });
    await publisher(sfu, 'room', 'ann');
    // The tone is a sine of a quarter of full scale: 12 dB below, and 3 more as its power is half its peak's.
    expect(await loud).toBeGreaterThan(-20);
    expect(await loud).toBeLessThan(-10);
  });
});
