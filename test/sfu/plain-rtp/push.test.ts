import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsentGrant, type EncodedTrack, type Sfu, type TapSink } from '../../../sfu/index.ts';
import { ENGINES } from '../contract/engines.ts';
import { HeadlessViewer } from '../werift/headless-caller.ts';
import { ffmpegArgs, gstreamerArgs, hasTool, PLAIN_OFFER, portsOf, Tool } from './push.ts';

const ffmpeg = hasTool('ffmpeg', 'ffmpeg', '-version');
const gstreamer = hasTool(
  'gst-launch-1.0',
  'gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad',
);

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function started(create: () => Promise<Sfu>): Promise<Sfu> {
  const sfu = await create();
  open.push(() => sfu.close());
  return sfu;
}

function run(program: string, args: readonly string[]): Tool {
  const tool = new Tool(program, args);
  open.push(() => tool.close());
  return tool;
}

/** The tracks, once media flow. */
function shown(sfu: Sfu, count: number): Promise<EncodedTrack[]> {
  const tracks: EncodedTrack[] = [];
  return new Promise((resolve) => {
    sfu.onEvent((event) => {
      if (event.type === 'track-added' && tracks.push(event.track) === count) resolve(tracks);
    });
  });
}

/** A program that pushes what the test says. */
class Pusher {
  readonly #socket = createSocket('udp4');
  readonly #port: number;
  #next = 1;

  constructor(port: number) {
    this.#port = port;
    open.push(() => this.close());
  }

  send({ ssrc = 1001, payloadType = 111, sequence = this.#next++, mark = 0 }): Promise<void> {
    const rtp = Buffer.alloc(40, mark);
    rtp.writeUInt16BE(0x8000 | payloadType, 0);
    rtp.writeUInt16BE(sequence & 0xffff, 2);
    rtp.writeUInt32BE(sequence * 960, 4);
    rtp.writeUInt32BE(ssrc, 8);
    return this.#push(rtp);
  }

  noise(): Promise<void> {
    return this.#push(Buffer.from('nonsense'));
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      try {
        this.#socket.close(() => resolve());
      } catch {
        resolve();
      }
    });
  }

  async #push(bytes: Buffer): Promise<void> {
    await new Promise((sent) => this.#socket.send(bytes, this.#port, '127.0.0.1', sent));
  }
}

/** Packets and sender reports of a tap, awaited. */
function tapSink(): { sink: TapSink; packets: Promise<void>; reports: Promise<void> } {
  let [onPacket, onReport]: Array<() => void> = [() => {}, () => {}];
  const packets = new Promise<void>((resolve) => (onPacket = resolve));
  const reports = new Promise<void>((resolve) => (onReport = resolve));
  let count = 0;
  const sink: TapSink = {
    packet: () => {
      if (++count === 20) onPacket();
    },
    senderReport: () => onReport(),
    muted: () => {},
    closed: () => {},
  };
  return { sink, packets, reports };
}

describe.each(ENGINES)('plain RTP on $name', ({ here, create }) => {
  it.skipIf(!here || !ffmpeg)('is taken from FFmpeg, watched by WebRTC, and tapped with its clock', async () => {
    const sfu = await started(create);
    const { answerSdp } = await sfu.publish('room', 'robot', PLAIN_OFFER);
    const tracks = shown(sfu, 2);
    run('ffmpeg', ffmpegArgs(portsOf(answerSdp)));
    const audio = (await tracks).find(({ kind }) => kind === 'audio')!;
    expect(audio).toMatchObject({ room: 'room', participant: 'robot', codec: { mimeType: 'audio/opus' } });
    const grant = ConsentGrant.createIssuer().issue('room', 'robot', 'r1');
    const { sink, packets, reports } = tapSink();
    await sfu.tap(audio.id, grant, sink);
    await Promise.all([packets, reports]);
    const viewer = await HeadlessViewer.join(sfu, 'room', 'bob');
    open.push(() => viewer.close());
    const { tracks: watched } = await viewer.offered(({ tracks: offered }) => offered.length === 2);
    await viewer.frames(watched.find(({ kind }) => kind === 'video')!.mid, 3);
    await viewer.sound(watched.find(({ kind }) => kind === 'audio')!.mid);
  });

  it.skipIf(!here || !gstreamer)('is taken from GStreamer', async () => {
    const sfu = await started(create);
    const { id, answerSdp } = await sfu.publish('room', 'robot', PLAIN_OFFER);
    const tracks = shown(sfu, 2);
    run('gst-launch-1.0', gstreamerArgs(portsOf(answerSdp)));
    const video = (await tracks).find(({ kind }) => kind === 'video')!;
    const { sink, packets, reports } = tapSink();
    await sfu.tap(video.id, ConsentGrant.createIssuer().issue('room', 'robot', 'r1'), sink);
    await Promise.all([packets, reports]);
    await sfu.unpublish(id);
    expect(sfu.tracks('room')).toEqual([]);
  });

  it.skipIf(!here)('shows nothing of what is noise, another stream, or under another payload type', async () => {
    const sfu = await started(create);
    const { answerSdp } = await sfu.publish('room', 'robot', PLAIN_OFFER);
    const pusher = new Pusher(portsOf(answerSdp)[0].rtp);
    const tracks = shown(sfu, 2);
    for (let i = 0; i < 50; i++) {
      await pusher.send({ ssrc: 666 });
      await pusher.send({ payloadType: 0 });
      await pusher.noise();
    }
    await sfu.stats();
    expect(sfu.tracks('room')).toEqual([]);
    await pusher.send({});
    expect((await tracks).map(({ kind }) => kind)).toEqual(['audio', 'video']);
  });

  it.skipIf(!here)('hears a sender that is started again: it comes from another port and counts anew', async () => {
    const sfu = await started(create);
    const { answerSdp } = await sfu.publish('room', 'robot', PLAIN_OFFER);
    const [{ rtp }] = portsOf(answerSdp);
    const grant = ConsentGrant.createIssuer().issue('room', 'robot', 'r1');
    let heard = new Set<number>();
    // As the agent does: whatever track there is, is tapped.
    const tap = ({ kind, id }: EncodedTrack): void => {
      if (kind !== 'audio') return;
      const packet = (bytes: Uint8Array): void => void heard.add(bytes.at(-1)!);
      void sfu.tap(id, grant, { packet, senderReport: () => {}, muted: () => {}, closed: () => {} });
    };
    sfu.onEvent((event) => event.type === 'track-added' && tap(event.track));
    for (const mark of [1, 2]) {
      const pusher = new Pusher(rtp);
      heard = new Set();
      for (let sequence = mark * 20_000; !heard.has(mark); sequence++) {
        await pusher.send({ sequence, mark });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await pusher.close();
    }
    expect(sfu.tracks('room').map(({ kind }) => kind)).toEqual(['audio', 'video']);
  });

  it.skipIf(!here)('takes nothing but the announced stream', async () => {
    const sfu = await started(create);
    const { answerSdp } = await sfu.publish('room', 'robot', PLAIN_OFFER);
    const pusher = new Pusher(portsOf(answerSdp)[0].rtp);
    const tracks = shown(sfu, 2);
    await pusher.send({ sequence: 1 });
    const found = (await tracks).find(({ kind }) => kind === 'audio')!;
    const ssrcs = new Set<number>();
    let [count, done] = [0, (): void => {}];
    const enough = new Promise<void>((resolve) => (done = resolve));
    const packet = (rtp: Uint8Array): void => {
      ssrcs.add(Buffer.from(rtp).readUInt32BE(8));
      if (++count === 3) done();
    };
    const sink = { packet, senderReport: () => {}, muted: () => {}, closed: () => {} };
    await sfu.tap(found.id, ConsentGrant.createIssuer().issue('room', 'robot', 'r1'), sink);
    for (let sequence = 2; sequence < 5; sequence++) {
      await pusher.send({ ssrc: 666, sequence });
      await pusher.noise();
      await pusher.send({ sequence });
    }
    await enough;
    expect(ssrcs.size).toBe(1);
  });

  it.skipIf(!here)('refuses an offer that does not name its streams', async () => {
    const sfu = await started(create);
    const nameless = PLAIN_OFFER.replaceAll(/a=ssrc:\d+\r\n/g, '');
    await expect(sfu.publish('room', 'robot', nameless)).rejects.toMatchObject({ code: 'bad-offer' });
  });
});
