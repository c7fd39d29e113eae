import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Sfu, SfuEvent } from '../../../sfu/index.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { ENGINES } from './engines.ts';

const midOf = (watching: HeadlessViewer, participant: string, kind: string): string =>
  watching.offers.at(-1)!.tracks.find((each) => each.participant === participant && each.kind === kind)!.mid;

for (const { name: engine, here, create } of ENGINES)
  describe.skipIf(!here)(`a call on ${engine}`, () => {
    let sfu: Sfu;
    const open: Array<() => unknown> = [];
    let rooms = 0;
    const newRoom = (): string => `room-${++rooms}`;

    beforeAll(async () => {
      // A test may leave an offer unanswered for a while.
      sfu = await create({ limits: { halfOpenMs: 60_000 } });
    });
    afterEach(async () => {
      for (const close of open.splice(0)) await close();
    });
    afterAll(() => sfu.close());

    async function publisher(
      room: string,
      name: string,
      options?: ConstructorParameters<typeof HeadlessPublisher>[0],
    ): Promise<HeadlessPublisher> {
      const caller = new HeadlessPublisher(options);
      open.push(() => caller.close());
      const shown = event('track-added', room);
      await caller.publish(sfu, room, name);
      await shown;
      return caller;
    }

    async function viewer(room: string, name: string): Promise<HeadlessViewer> {
      const watching = await HeadlessViewer.join(sfu, room, name);
      open.push(() => watching.close());
      return watching;
    }

    function event<T extends SfuEvent['type']>(type: T, room: string): Promise<SfuEvent & { type: T }> {
      return new Promise((resolve) => {
        const stop = sfu.onEvent((each) => {
          const where = 'track' in each ? each.track.room : each.room;
          if (each.type !== type || where !== room) return;
          stop();
          resolve(each as SfuEvent & { type: T });
        });
      });
    }

    test('carries sound and picture from a publisher to a viewer', async () => {
      const room = newRoom();
      const watching = await viewer(room, 'bob');
      await publisher(room, 'ann', { luma: 200 });
      await watching.offered(({ tracks }) => tracks.length === 2);
      const video = midOf(watching, 'ann', 'video');
      await Promise.all([watching.shows(video, 180), watching.sound(midOf(watching, 'ann', 'audio'))]);
      expect(
        sfu
          .tracks(room)
          .map(({ codec }) => codec.mimeType)
          .sort(),
      ).toEqual(['audio/opus', 'video/VP8']);
    });

    test('shows everybody everybody else, each in the right tile, and nobody themselves', async () => {
      const room = newRoom();
      await Promise.all([publisher(room, 'ann', { luma: 220 }), publisher(room, 'bob', { luma: 60 })]);
      const [ann, bob, eve] = await Promise.all([viewer(room, 'ann'), viewer(room, 'bob'), viewer(room, 'eve')]);
      await Promise.all([
        ann.offered(() => true),
        bob.offered(() => true),
        eve.offered(({ tracks }) => tracks.length === 4),
      ]);
      expect(new Set(ann.offers.flatMap(({ tracks }) => tracks.map(({ participant }) => participant)))).toEqual(
        new Set(['bob']),
      );
      expect(new Set(bob.offers.flatMap(({ tracks }) => tracks.map(({ participant }) => participant)))).toEqual(
        new Set(['ann']),
      );
      const tiles = [midOf(eve, 'ann', 'video'), midOf(eve, 'bob', 'video')];
      await Promise.all([
        ann.shows(midOf(ann, 'bob', 'video'), 40, 90),
        bob.shows(midOf(bob, 'ann', 'video'), 190),
        eve.shows(tiles[0], 190),
        eve.shows(tiles[1], 40, 90),
      ]);
    });

    test('reuses the m-lines of who left for who comes next', async () => {
      const room = newRoom();
      const watching = await viewer(room, 'eve');
      const first = await publisher(room, 'ann', { luma: 220 });
      await watching.offered(({ tracks }) => tracks.length === 2);
      await watching.frames(midOf(watching, 'ann', 'video'), 3);
      await sfu.unpublish(first.id);
      await watching.offered(({ number, tracks }) => number > 1 && tracks.length === 0);
      await publisher(room, 'bob', { luma: 60 });
      const last = await watching.offered(({ tracks }) => tracks.some(({ participant }) => participant === 'bob'));
      expect(last.tracks.map(({ mid }) => mid).sort()).toEqual(['0', '1']);
      expect(last.sdp.match(/^m=/gm)).toHaveLength(2);
      await watching.shows(midOf(watching, 'bob', 'video'), 40, 90);
    });

    test('has one offer in flight, coalesces changes, and refuses answers to older offers', async () => {
      const room = newRoom();
      const offers: Array<{ number: number; sdp: string; tracks: readonly unknown[] }> = [];
      const view = await sfu.view(room, 'eve', (offer) => offers.push(offer));
      await publisher(room, 'ann');
      await publisher(room, 'bob');
      await publisher(room, 'cid');
      await sfu.stats();
      expect(offers.map(({ number }) => number)).toEqual([1]);
      await expect(view.answer(7, 'v=0')).rejects.toMatchObject({ code: 'stale-answer' });
      await expect(view.answer(1, 'nonsense')).rejects.toMatchObject({ code: 'bad-answer' });
      const { pc } = new HeadlessViewer();
      open.push(() => pc.close());
      await pc.setRemoteDescription({ type: 'offer', sdp: offers[0].sdp });
      const answer = await pc.createAnswer();
      await view.answer(1, answer.sdp);
      expect(offers.map(({ number, tracks }) => [number, tracks.length])).toEqual([
        [1, 2],
        [2, 6],
      ]);
      await expect(view.answer(1, answer.sdp)).rejects.toMatchObject({ code: 'stale-answer' });
      await view.close();
    });

    test('goes on after the publisher restarts ICE by PATCH', async () => {
      const room = newRoom();
      const watching = await viewer(room, 'bob');
      const caller = await publisher(room, 'ann');
      const before = (await sfu.stats()).iceRestarts;
      await watching.offered(({ tracks }) => tracks.length === 2);
      await watching.frames(midOf(watching, 'ann', 'video'), 3);
      const offer = await caller.makeOffer({ iceRestart: true });
      const fragment = offer
        .split('\r\n')
        .filter((line) => /^a=(ice-ufrag|ice-pwd|candidate|mid)|^m=/.test(line))
        .join('\r\n');
      const answered = await sfu.trickle(caller.id, fragment);
      const credentials = Object.fromEntries(
        [...answered!.matchAll(/^a=(ice-ufrag|ice-pwd):(.+)$/gm)].map(([, name, value]) => [name, value.trim()]),
      );
      expect(Object.keys(credentials)).toEqual(['ice-ufrag', 'ice-pwd']);
      const { answerSdp } = await renewed(caller, credentials);
      await caller.pc.setRemoteDescription({ type: 'answer', sdp: answerSdp });
      // The old path would do for a while: the client must have proved itself with the new password.
      await expect.poll(async () => (await sfu.stats()).iceRestarts, { timeout: 60_000 }).toBe(before + 1);
      await watching.frames(midOf(watching, 'ann', 'video'), 30);
    });

    test('goes on after a viewer restarts ICE', async () => {
      const room = newRoom();
      await publisher(room, 'ann');
      const watching = await viewer(room, 'bob');
      const first = await watching.offered(({ tracks }) => tracks.length === 2);
      await watching.frames(midOf(watching, 'ann', 'video'), 3);
      const before = (await sfu.stats()).iceRestarts;
      await watching.viewer.restart();
      const second = await watching.offered(({ number }) => number > first.number);
      const ufrag = (sdp: string): string => /a=ice-ufrag:(\S+)/.exec(sdp)![1];
      expect(ufrag(second.sdp)).not.toBe(ufrag(first.sdp));
      await expect.poll(async () => (await sfu.stats()).iceRestarts, { timeout: 60_000 }).toBe(before + 1);
      await watching.frames(midOf(watching, 'ann', 'video'), 20);
    });

    test('takes trickled candidates without an answer, mDNS names included, and refuses what is no fragment', async () => {
      const caller = await publisher(newRoom(), 'ann');
      const ufrag = /a=ice-ufrag:(\S+)/.exec(caller.offer)![1];
      const candidate = 'a=candidate:1 1 udp 2113937151 0f3c7f4e-0000-4000-8000-000000000000.local 54321 typ host';
      expect(await sfu.trickle(caller.id, `a=ice-ufrag:${ufrag}\r\na=mid:0\r\n${candidate}\r\n`)).toBeUndefined();
      await expect(sfu.trickle(caller.id, '')).rejects.toMatchObject({ code: 'bad-fragment' });
      await expect(sfu.trickle(caller.id, 'a=ice-ufrag:other\r\n')).rejects.toMatchObject({ code: 'bad-fragment' });
      await expect(sfu.trickle('nobody', candidate)).rejects.toMatchObject({ code: 'no-such-publication' });
    });

    test('ends a publication once, with the reason, when it is deleted or the peer leaves', async () => {
      const room = newRoom();
      const first = await publisher(room, 'ann');
      const deleted = event('publication-closed', room);
      await sfu.unpublish(first.id);
      expect(await deleted).toMatchObject({ participant: 'ann', id: first.id, reason: 'unpublished' });
      expect(sfu.tracks(room)).toEqual([]);
      await expect(sfu.unpublish(first.id)).rejects.toMatchObject({ code: 'no-such-publication' });
      const second = await publisher(room, 'bob');
      const left = event('publication-closed', room);
      second.close();
      expect(await left).toMatchObject({ participant: 'bob', reason: 'peer closed' });
    });

    test('tells mutes to listeners, late tracks included', async () => {
      const room = newRoom();
      const caller = await publisher(room, 'ann');
      await sfu.stats();
      const muted = event('track-muted', room);
      sfu.setMuted(caller.id, 'audio', true);
      expect(await muted).toMatchObject({ muted: true, track: { kind: 'audio', participant: 'ann' } });
      const unmuted = event('track-muted', room);
      sfu.setMuted(caller.id, 'audio', true);
      sfu.setMuted(caller.id, 'audio', false);
      expect(await unmuted).toMatchObject({ muted: false });
      expect(() => sfu.setMuted('nobody', 'audio', true)).toThrow(/publish again/);
    });

    test('asks the publisher for a key frame, but not more often than an encoder can bear', async () => {
      const room = newRoom();
      const caller = await publisher(room, 'ann', { audio: false });
      const [track] = sfu.tracks(room);
      const encoded = async (): Promise<number> => {
        const report = [...(await caller.pc.getStats()).values()].find((each) => each.type === 'outbound-rtp');
        return Number(report?.pliCount ?? 0);
      };
      const watching = await viewer(room, 'bob');
      await watching.offered(() => true);
      await watching.frames('0', 2);
      const before = await encoded();
      for (let i = 0; i < 50; i++) sfu.requestKeyFrame(track.id);
      await watching.frames('0', 40);
      const asked = (await encoded()) - before;
      expect(asked).toBeGreaterThanOrEqual(1);
      expect(asked).toBeLessThanOrEqual(5);
    });

    test('tells the viewer that leaves why', async () => {
      const watching = await viewer(newRoom(), 'bob');
      const closed = once(watching.events, 'closed');
      await watching.viewer.close();
      expect(await closed).toEqual(['left']);
      await expect(watching.viewer.answer(1, 'v=0')).rejects.toMatchObject({ code: 'no-such-viewer' });
    });
  });

/** The old answer with the new credentials: what a WHIP client makes of the fragment. */
async function renewed(caller: HeadlessPublisher, credentials: Record<string, string>): Promise<{ answerSdp: string }> {
  const previous = caller.publication.answerSdp;
  return {
    answerSdp: previous
      .replace(/a=ice-ufrag:.+/g, `a=ice-ufrag:${credentials['ice-ufrag']}`)
      .replace(/a=ice-pwd:.+/g, `a=ice-pwd:${credentials['ice-pwd']}`),
  };
}
