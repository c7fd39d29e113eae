import { createSocket, type Socket } from 'node:dgram';
import { RtpHeader, RTCPeerConnection } from 'werift';
import { afterEach, describe, expect, test } from 'vitest';
import { AudioIngest } from '../../../pipeline/ingest/audio-ingest.ts';
import { VideoIngest } from '../../../pipeline/ingest/video-ingest.ts';
import { ConsentGrant, type EncodedTrack, type Sfu, type SfuEvent } from '../../../sfu/index.ts';
import { KeptPackets } from '../kept-packets.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { authenticated, OFFER, serverOf } from '../werift/raw-peer.ts';
import { ENGINES } from './engines.ts';

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** RTP and RTCP that no stack sends: cut short, wrong counts, wrong lengths, extensions beyond the end, unknown kinds. */
function malformed(i: number): Buffer {
  const size = 1 + ((i * 37) % 1200);
  const bytes = Buffer.alloc(size, i);
  const kinds = [
    [0x80, 96],
    [0x9f, 96],
    [0xb0, 111],
    [0x80, 200],
    [0x9f, 201],
    [0x8f, 205],
    [0x81, 206],
    [0xa0, 207],
    [0x80, 199],
  ];
  bytes.set(kinds[i % kinds.length].slice(0, size));
  if (size > 3) bytes.writeUInt16BE((i * 7919) % 65_536, 2);
  return bytes;
}

async function flood(socket: Socket, port: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((sent) => socket.send(malformed(i), port, '127.0.0.1', sent));
  }
}

function shown(sfu: Sfu, room: string, count: number): Promise<EncodedTrack[]> {
  const tracks: EncodedTrack[] = [];
  return new Promise((resolve) => {
    const stop = sfu.onEvent((event: SfuEvent) => {
      if (event.type !== 'track-added' || event.track.room !== room || tracks.push(event.track) < count) return;
      stop();
      resolve(tracks);
    });
  });
}

/** A publisher that holds the keys: what it sends passes SRTP and reaches the parsers. */
async function insider(sfu: Sfu, room: string): Promise<RTCPeerConnection> {
  const peer = new RTCPeerConnection({ iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false });
  open.push(() => peer.close());
  for (const kind of ['audio', 'video'] as const) peer.addTransceiver(kind, { direction: 'sendonly' });
  await peer.setLocalDescription(await peer.createOffer());
  const { answerSdp } = await sfu.publish(room, 'mallory', peer.localDescription!.sdp);
  await peer.setRemoteDescription({ type: 'answer', sdp: answerSdp });
  while (peer.connectionState !== 'connected') await peer.connectionStateChange.asPromise();
  return peer;
}

async function floodFromWithin(peer: RTCPeerConnection, count: number): Promise<void> {
  const [dtls] = peer.dtlsTransports;
  const senders = peer.getSenders();
  const types = [...peer.localDescription!.sdp.matchAll(/^m=\w+ \d+ \S+ (\d+)/gm)].map(([, type]) => Number(type));
  for (let i = 0; i < count; i++) {
    const header = new RtpHeader({
      payloadType: i % 5 ? types[i % 2] : i % 128,
      // Bigger jumps would end at SRTP's replay window.
      sequenceNumber: i % 50 ? i : i + 300,
      timestamp: (i * 2_654_435_761) >>> 0,
      ssrc: i % 7 ? senders[i % 2].ssrc : i + 1,
      marker: i % 2 === 0,
      extension: i % 3 === 0,
      extensionProfile: i % 2 ? 0xbede : 0x1000,
      extensions: [{ id: (i % 14) + 1, payload: Buffer.alloc((i % 16) + 1, i) }],
    });
    await dtls.iceTransport.connection.send(dtls.srtp.encrypt(malformed(i), header));
    // SRTCP wants a header of 8 bytes; the rest is as wrong as it gets.
    const rtcp = Buffer.concat([malformed(i), Buffer.alloc(8)]);
    rtcp.set([0x80 | (i % 32), 200 + (i % 8)]);
    await dtls.iceTransport.connection.send(dtls.srtcp.encrypt(rtcp));
  }
}

/** What the analysis makes of a tap, as in the agent. */
async function analysed(sfu: Sfu, track: EncodedTrack) {
  const problems: string[] = [];
  const signals: string[] = [];
  const { mimeType, clockRateHz, channels } = track.codec;
  const info = { id: track.id, kind: track.kind, mimeType, clockRateHz, ...(channels && { channels }) };
  const events = {
    onFrame: () => {},
    onError: ({ code }: { code: string }) => void problems.push(code),
    onSignal: (state: string) => void signals.push(state),
    onWish: () => sfu.requestKeyFrame(track.id),
  };
  const ingest = track.kind === 'audio' ? new AudioIngest(info, events) : new VideoIngest(info, events);
  open.push(() => ingest.close());
  const sink = new KeptPackets();
  sink.onPacket = () => ingest.push(sink.packets.at(-1)!, performance.now() * 1000);
  await sfu.tap(track.id, ConsentGrant.createIssuer().issue(track.room, track.participant, '1'), sink);
  return { track, ingest, sink, problems, signals };
}

for (const { name: engine, here, create } of ENGINES)
  describe.skipIf(!here)(`malformed packets on ${engine}`, () => {
    test('from a stranger, from one who passed ICE, from one who holds keys: the call goes on, and the tap tells what it refused', async () => {
      const sfu = await create();
      open.push(() => sfu.close());
      const ann = new HeadlessPublisher();
      open.push(() => ann.close());
      const annShown = shown(sfu, 'room', 2);
      await ann.publish(sfu, 'room', 'ann');
      await annShown;
      const bob = await HeadlessViewer.join(sfu, 'room', 'bob');
      open.push(() => bob.close());
      const { tracks } = await bob.offered((offer) => offer.tracks.length === 2);
      const mid = (kind: string): string => tracks.find((track) => track.kind === kind)!.mid;
      await bob.frames(mid('video'), 3);

      const malloryShown = shown(sfu, 'room', 2);
      const keyed = await insider(sfu, 'room');
      const taps = await Promise.all((await malloryShown).map((track) => analysed(sfu, track)));
      const server = serverOf((await sfu.publish('elsewhere', 'mallory', OFFER)).answerSdp);
      const [stranger, passed] = [createSocket('udp4'), await authenticated(server)];
      open.push(
        () => stranger.close(),
        () => passed.close(),
      );
      await Promise.all([
        flood(stranger, server.port, 5_000),
        flood(passed, server.port, 5_000),
        floodFromWithin(keyed, 5_000),
      ]);
      await Promise.all([bob.frames(mid('video'), 10), bob.sound(mid('audio'))]);
      expect(await sfu.stats()).toMatchObject({ tracks: 4, viewers: 1, taps: 2 });
      const [voice, face] = (['audio', 'video'] as const).map((kind) => taps.find(({ track }) => track.kind === kind)!);
      // It did get in, the analysis says what it could not use, and takes nothing of it for a face.
      expect(voice.sink.packets.length).toBeGreaterThan(100);
      expect(voice.problems).toEqual(expect.arrayContaining(['bad-packet', 'decode-failed']));
      expect(voice.ingest.stats()['lost']).toBeGreaterThan(0);
      expect([face.ingest.stats()['frames'], face.signals]).toEqual([0, []]);
      expect([voice, face].flatMap(({ sink }) => sink.ends)).toEqual([]);
    });
  });
