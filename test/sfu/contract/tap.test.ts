import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsentGrant, type EncodedTrack, type Sfu } from '../../../sfu/index.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { ENGINES } from './engines.ts';
import { KeptPackets } from '../kept-packets.ts';

const ROOM = 'room';
const ledger = ConsentGrant.createIssuer();
for (const { name: engine, here, create } of ENGINES)
  describe.skipIf(!here)(`a tap on ${engine}`, () => {
    let sfu: Sfu;
    let ann: HeadlessPublisher;
    let bob: HeadlessViewer;
    let video: EncodedTrack;
    let audio: EncodedTrack;

    beforeAll(async () => {
      sfu = await create();
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
      [video, audio] = (['video', 'audio'] as const).map((kind) =>
        sfu.tracks(ROOM).find((track) => track.kind === kind)!,
      );
      bob = await HeadlessViewer.join(sfu, ROOM, 'bob');
      await bob.offered(() => true);
    });
    afterAll(async () => {
      ann.close();
      await bob.close();
      await sfu.close();
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
      for (const grant of grants)
        await expect(sfu.tap(video.id, grant, sink)).rejects.toMatchObject({ code: 'no-grant' });
      const frames = bob.offers[0].tracks.find(({ kind }) => kind === 'video')!.mid;
      await bob.frames(frames, 20);
      expect(await sfu.stats()).toMatchObject({ tapPackets: 0, taps: 0 });
      expect(sink.packets).toEqual([]);
    });

    test('with a grant the packets come whole, in order, each in a buffer of its own, with the sender’s clock', async () => {
      const sink = new KeptPackets();
      const tap = await sfu.tap(audio.id, ledger.issue(ROOM, 'ann', '1'), sink);
      await sink.until(() => sink.packets.length >= 50 && sink.reports.length > 0);
      await tap.close();
      const headers = sink.packets.map((rtp) => new DataView(rtp.buffer, rtp.byteOffset));
      expect(new Set(headers.map((header) => header.getUint8(1) & 0x7f))).toEqual(new Set([audio.codec.payloadType]));
      headers.slice(1).forEach((header, i) => expect((header.getUint16(2) - headers[i].getUint16(2)) & 0xffff).toBe(1));
      expect(new Set(sink.packets.map((rtp) => rtp.buffer)).size).toBe(sink.packets.length);
      const [report] = sink.reports;
      expect(report.ssrc).toBe(headers[0].getUint32(8));
      expect(Math.abs(report.ntpUs / 1000 - Date.now())).toBeLessThan(60_000);
      expect(Math.abs(report.arrivalUs - Number(process.hrtime.bigint() / 1000n))).toBeLessThan(60_000_000);
      expect(tap.stats()).toEqual({ packets: sink.packets.length, dropped: 0 });
    });

    test('a video tap starts with a key frame soon, because it asks for one', async () => {
      const sink = new KeptPackets();
      const tap = await sfu.tap(video.id, ledger.issue(ROOM, 'ann', '1'), sink);
      await sink.until(() => sink.packets.some(isVp8KeyFrame));
      await tap.close();
      expect(sink.packets.findIndex(isVp8KeyFrame)).toBeLessThan(60);
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
      await bob.sound(bob.offers[0].tracks.find(({ kind }) => kind === 'audio')!.mid);
      await sfu.stats();
      expect(sink.packets).toHaveLength(10);
      expect(sink.ends).toEqual([undefined]);
    });

    test('consent withdrawn while the tap opens leaves no tap', async () => {
      const sink = new KeptPackets();
      const grant = ledger.issue(ROOM, 'ann', '1');
      const opening = sfu.tap(audio.id, grant, sink);
      ledger.revoke(grant);
      await expect(opening).rejects.toMatchObject({ code: 'no-grant' });
      expect((await sfu.stats()).taps).toBe(0);
      expect(sink.packets).toEqual([]);
    });

    test('mutes reach the tap, also one that comes after the mute', async () => {
      const [early, late] = [new KeptPackets(), new KeptPackets()];
      const grant = ledger.issue(ROOM, 'ann', '1');
      await sfu.tap(audio.id, grant, early);
      sfu.setMuted(ann.id, 'audio', true);
      await sfu.tap(audio.id, grant, late);
      sfu.setMuted(ann.id, 'audio', false);
      ledger.revoke(grant);
      expect([early.mutes, late.mutes]).toEqual([
        [true, false],
        [true, false],
      ]);
    });

    test('a sink that throws harms neither the call nor its own tap', async () => {
      const sink = new KeptPackets();
      sink.onPacket = () => {
        throw new Error('a fault in the analysis');
      };
      const tap = await sfu.tap(audio.id, ledger.issue(ROOM, 'ann', '1'), sink);
      await sink.until(() => sink.packets.length >= 5);
      await bob.frames(bob.offers[0].tracks.find(({ kind }) => kind === 'video')!.mid, 5);
      await tap.close();
    });

    test('more taps than a track may have are refused, and a track that is unknown has none', async () => {
      const grant = ledger.issue(ROOM, 'ann', '1');
      for (let i = 0; i < 4; i++) await sfu.tap(audio.id, grant, new KeptPackets());
      await expect(sfu.tap(audio.id, grant, new KeptPackets())).rejects.toMatchObject({ code: 'limit' });
      await expect(sfu.tap('nothing', grant, new KeptPackets())).rejects.toMatchObject({ code: 'no-such-track' });
      ledger.revoke(grant);
      expect((await sfu.stats()).taps).toBe(0);
    });

    test('unpublishing ends the tap without an error', async () => {
      const sink = new KeptPackets();
      const tap = await sfu.tap(audio.id, ledger.issue(ROOM, 'ann', '1'), sink);
      await sfu.unpublish(ann.id);
      await sink.until(() => sink.ends.length > 0);
      expect(sink.ends).toEqual([undefined]);
      await tap.close();
      await tap.close();
    });
  });

/** RFC 7741: start of partition 0 of a frame whose header has the P bit clear. */
function isVp8KeyFrame(rtp: Uint8Array): boolean {
  let at = 12 + (rtp[0] & 0x0f) * 4;
  if (rtp[0] & 0x10) at += 4 + ((rtp[at + 2] << 8) | rtp[at + 3]) * 4;
  const starts = (rtp[at] & 0x17) === 0x10;
  const extended = rtp[at] & 0x80;
  const bits = extended ? rtp[at + 1] : 0;
  at += 1 + (extended ? 1 : 0);
  if (bits & 0x80) at += rtp[at] & 0x80 ? 2 : 1;
  if (bits & 0x40) at += 1;
  if (bits & 0x30) at += 1;
  return starts && (rtp[at] & 1) === 0;
}
