import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import wrtc from '@roamhq/wrtc';
import { afterEach, describe, expect, it } from 'vitest';
import { buzzingVoice, drawnStill, swayingPictures } from '../../../bench/latency/made-clip.ts';
import { Publisher } from '../../../bench/latency/publisher.ts';

const clip = { title: 'made', pictures: swayingPictures(drawnStill()), samples: buzzingVoice(), lengthMs: 8000 };
let server: Server | undefined;
const peers: { close(): void }[] = [];

afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
  server?.close();
});

/** A WHIP endpoint that answers with a real peer, or refuses. */
async function endpoint(onTrack: (track: wrtc.MediaStreamTrack) => void, token: string): Promise<string> {
  server = createServer((request, response) => {
    void (async () => {
      const offer = await text(request);
      if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end('Who are you?');
      const peer = new wrtc.RTCPeerConnection();
      peers.push(peer);
      peer.ontrack = ({ track }: { track: wrtc.MediaStreamTrack }) => onTrack(track);
      await peer.setRemoteDescription({ type: 'offer', sdp: offer });
      await peer.setLocalDescription(await peer.createAnswer());
      while (peer.iceGatheringState !== 'complete')
        await new Promise((resolve) => peer.addEventListener('icegatheringstatechange', resolve, { once: true }));
      return response.writeHead(201, { 'Content-Type': 'application/sdp' }).end(peer.localDescription?.sdp);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/whip/test`;
}

describe('the headless caller', () => {
  it('publishes pictures and sound over WHIP to a real peer', async () => {
    let gotPicture: (width: number) => void = () => {};
    let gotSound: (loudest: number) => void = () => {};
    const picture = new Promise<number>((resolve) => (gotPicture = resolve));
    const sound = new Promise<number>((resolve) => (gotSound = resolve));
    const whipUrl = await endpoint((track) => {
      if (track.kind === 'video')
        new wrtc.nonstandard.RTCVideoSink(track).onframe = ({ frame }: { frame: { width: number } }) =>
          gotPicture(frame.width);
      else
        new wrtc.nonstandard.RTCAudioSink(track).ondata = ({ samples }: { samples: Int16Array }) => {
          const loudest = Math.max(...samples);
          if (loudest > 1000) gotSound(loudest);
        };
    }, 'secret');
    const publisher = await Publisher.publish({ whipUrl, token: 'secret', clip });
    try {
      expect(await picture).toBeGreaterThan(100);
      expect(await sound).toBeGreaterThan(1000);
    } finally {
      publisher.close();
      publisher.close();
    }
  });

  it('says why it was refused', async () => {
    const whipUrl = await endpoint(() => {}, 'secret');
    const refused = Publisher.publish({ whipUrl, token: 'wrong', clip });
    await expect(refused).rejects.toThrow('(401): Who are you?');
    await expect(refused).rejects.toMatchObject({ code: 'caller-failed' });
  });
});
