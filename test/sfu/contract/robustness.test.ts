import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConsentGrant, type Sfu, type SfuEvent } from '../../../sfu/index.ts';
import { KeptPackets } from '../kept-packets.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { authenticated, bindingRequest, OFFER, serverOf } from '../werift/raw-peer.ts';
import { BurstPeer } from './burst-peer.ts';
import { ENGINES } from './engines.ts';

/** Offers by their fault, with what the refusal has to name. */
const FAULTY: ReadonlyArray<[name: string, sdp: string, says: RegExp]> = [
  ['nothing', '', /session description/],
  ['no text', 'hello', /session description/],
  ['no media', 'v=0\r\ns=-\r\n', /no media section/],
  ['no ICE', OFFER.replaceAll(/a=ice-.*\r\n/g, ''), /ice-ufrag/],
  ['no DTLS', OFFER.replaceAll(/a=fingerprint.*\r\n/g, ''), /fingerprint/],
  ['a client that wants to wait for us', OFFER.replaceAll('actpass', 'passive'), /setup/],
  ['nothing to receive', OFFER.replaceAll('sendonly', 'recvonly'), /no track/],
  ['codecs of others', OFFER.replaceAll(/VP8|H264|opus/g, 'G729'), /VP8/],
  ['sections without a bundle', OFFER.replace(/a=group.*\r\n/, ''), /bundled/],
  ['too much', `${OFFER}${'a=x\r\n'.repeat(60_000)}`, /longer/],
  ['too many sections', `${OFFER}${'m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n'.repeat(70)}`, /media sections/],
];

/** Bytes that look like STUN, DTLS, RTP, RTCP, or nothing. */
function garbage(i: number): Buffer {
  const bytes = randomBytes(1 + ((i * 37) % 1400));
  const looks = i % 6;
  if (looks === 0 && bytes.length >= 20) {
    bytes.writeUInt16BE(1, 0);
    bytes.writeUInt16BE(bytes.length - 20, 2);
    bytes.writeUInt32BE(0x2112a442, 4);
  }
  if (looks === 1) bytes[0] = 0x80;
  if (looks === 2 && bytes.length > 1) bytes.set([0x80, 200 + (i % 7)]);
  if (looks === 3 && bytes.length > 14) bytes.set([22, 0xfe, 0xfd, 0, 0]);
  if (looks === 4 && bytes.length > 14) bytes.set([20 + (i % 4), 0xfe, 0xfd, 0, 1]);
  return bytes;
}

async function flood(socket: Socket, port: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((sent) => socket.send(garbage(i), port, '127.0.0.1', sent));
  }
}

for (const { name: engine, here, create } of ENGINES)
  describe.skipIf(!here)(`${engine} meets what is wrong`, () => {
    /** Packets that may wait for one tap. */
    const queued = 32;
    let sfu: Sfu;
    const open: Array<() => unknown> = [];

    beforeAll(async () => {
      sfu = await create({ limits: { tapQueuePackets: queued } });
    });
    afterEach(async () => {
      for (const close of open.splice(0).toReversed()) await close();
    });
    afterAll(() => sfu.close());

    function added(room: string): Promise<void> {
      return new Promise((done) => {
        const stop = sfu.onEvent((event: SfuEvent) => {
          if (event.type !== 'track-added' || event.track.room !== room) return;
          stop();
          done();
        });
      });
    }

    test.each(FAULTY)('an offer with %s is refused with what to change', async (_, sdp, says) => {
      await expect(sfu.publish('room', 'ann', sdp)).rejects.toMatchObject({
        name: 'SfuError',
        code: 'bad-offer',
        message: expect.stringMatching(says) as string,
      });
      expect((await sfu.stats()).publishers).toBe(0);
    });

    test('what is no text at all is refused, and a whole offer is taken after all that', async () => {
      await expect(sfu.publish('room', 'ann', undefined as unknown as string)).rejects.toMatchObject({
        code: 'bad-offer',
      });
      const { id, answerSdp } = await sfu.publish('refused', 'ann', OFFER);
      expect(answerSdp).toContain('a=recvonly');
      await sfu.unpublish(id);
    });

    test('a call goes on while 10,000 packets of garbage arrive, from strangers and from a peer that is let in', async () => {
      const ann = new HeadlessPublisher();
      open.push(() => ann.close());
      await ann.publish(sfu, 'room', 'ann');
      const bob = await HeadlessViewer.join(sfu, 'room', 'bob');
      open.push(() => bob.close());
      const offer = await bob.offered(({ tracks }) => tracks.length === 2);
      const { mid } = offer.tracks.find(({ kind }) => kind === 'video')!;
      await bob.frames(mid, 3);
      const server = serverOf((await sfu.publish('room', 'mallory', OFFER)).answerSdp);
      const stranger = createSocket('udp4');
      const insider = await authenticated(server);
      open.push(
        () => stranger.close(),
        () => insider.close(),
      );
      await Promise.all([flood(stranger, server.port, 5_000), flood(insider, server.port, 5_000)]);
      await Promise.all([bob.frames(mid, 10), bob.sound(offer.tracks.find(({ kind }) => kind === 'audio')!.mid)]);
      // The insider's noise may end its own handshake, and nobody else's anything.
      expect(await sfu.stats()).toMatchObject({ tracks: 2, viewers: 1 });
    });

    test('a check with the wrong password lets nobody in', async () => {
      const server = serverOf((await sfu.publish('guessed', 'ann', OFFER)).answerSdp);
      const socket = createSocket('udp4');
      open.push(() => socket.close());
      const replies: Buffer[] = [];
      socket.on('message', (reply) => replies.push(reply));
      socket.send(bindingRequest({ ...server, pwd: 'guessed' }), server.port, '127.0.0.1');
      // The right one after it is answered: by then the wrong one would have been.
      const right = await authenticated(server);
      open.push(() => right.close());
      // STUN's class "success" (RFC 8489 5) says that somebody is in; an engine may refuse aloud.
      expect(replies.filter((reply) => reply.readUInt16BE(0) === 0x0101)).toEqual([]);
    });

    test('a tap whose sink lags loses the oldest packets, counts them, and costs the viewers none', async () => {
      const [room, burst] = ['lag', 160];
      const shown = added(room);
      const ann = await BurstPeer.publish(sfu, room, 'ann');
      open.push(() => ann.close());
      await shown;
      const [track] = sfu.tracks(room);
      const sink = new KeptPackets();
      const [tap, viewer] = await Promise.all([
        sfu.tap(track.id, ConsentGrant.createIssuer().issue(room, 'ann', '1'), sink),
        HeadlessViewer.join(sfu, room, 'bob'),
      ]);
      open.push(() => viewer.close());
      await viewer.offered(({ tracks }) => tracks.length === 1);
      const inbound = async (): Promise<Readonly<Record<string, unknown>> | undefined> =>
        [...(await viewer.pc.getStats()).values()].find(({ type }) => type === 'inbound-rtp');
      const received = async (): Promise<number> => Number((await inbound())?.['packetsReceived'] ?? 0);
      // None reaches the viewer before its handshake is over.
      let before = 0;
      for (; (await received()) === 0; before++) {
        ann.send(1);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await sink.until(() => sink.packets.length === before);
      const receivedBefore = await received();
      // At the burst's first packet this thread stands still, and with it every sink: the burst itself has left then.
      sink.onPacket = () => {
        sink.onPacket = () => {};
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
      };
      const newest = (): number =>
        new DataView(sink.packets.at(-1)!.buffer, sink.packets.at(-1)!.byteOffset).getUint16(2);
      const first = newest();
      ann.send(burst);
      await sink.until(() => ((newest() - first) & 0xffff) === burst);
      const { packets, dropped } = tap.stats();
      expect(dropped).toBeGreaterThan(0);
      expect(packets + dropped).toBe(before + burst);
      expect((await sfu.stats()).tapDropped).toBe(dropped);
      await expect.poll(received).toBeGreaterThanOrEqual(receivedBefore + burst);
      expect(await inbound()).toMatchObject({ packetsLost: 0 });
      await tap.close();
      expect((await sfu.stats()).tapDropped).toBe(dropped);
    });
  });
