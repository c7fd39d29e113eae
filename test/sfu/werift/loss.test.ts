import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWeriftSfu, type Sfu } from '../../../sfu/index.ts';
import { HeadlessPublisher, HeadlessViewer } from './headless-caller.ts';

/** Every so many media packets one falls, each way. */
const LOSE_EVERY = 12;

/** A network between one client and the server that loses media packets, and nothing else. */
class LossyNetwork {
  lost = 0;
  readonly #client: Socket;
  readonly #server: Socket;
  #count = 0;

  private constructor(client: Socket, server: Socket, serverPort: number) {
    this.#client = client;
    this.#server = server;
    let clientPort = 0;
    client.on('message', (packet, from) => {
      clientPort = from.port;
      if (!this.#loses(packet)) server.send(packet, serverPort, '127.0.0.1');
    });
    server.on('message', (packet) => {
      if (!this.#loses(packet)) client.send(packet, clientPort, '127.0.0.1');
    });
  }

  /** Returns the network and the description with the server's port replaced by the network's. */
  static async before(sdp: string): Promise<{ network: LossyNetwork; sdp: string }> {
    const [client, server] = [createSocket('udp4'), createSocket('udp4')];
    client.bind(0, '127.0.0.1');
    server.bind(0, '127.0.0.1');
    await Promise.all([once(client, 'listening'), once(server, 'listening')]);
    const port = /127\.0\.0\.1 (\d+) typ host/.exec(sdp)![1];
    const edited = sdp.replaceAll(`127.0.0.1 ${port} typ host`, `127.0.0.1 ${client.address().port} typ host`);
    return { network: new LossyNetwork(client, server, Number(port)), sdp: edited };
  }

  close(): void {
    this.#client.close();
    this.#server.close();
  }

  #loses(packet: Buffer): boolean {
    const isRtp = packet[0] >= 128 && packet[0] < 192 && (packet[1] < 192 || packet[1] > 223);
    const lost = isRtp && this.#count++ % LOSE_EVERY === LOSE_EVERY - 1;
    if (lost) this.lost++;
    return lost;
  }
}

let sfu: Sfu;
beforeAll(async () => {
  sfu = await createWeriftSfu();
});
afterAll(() => sfu.close());

test('what a publisher loses is asked for, what a viewer loses is sent again, and the picture stays whole', async () => {
  const ann = new HeadlessPublisher({ audio: false });
  const uplink: LossyNetwork[] = [];
  await ann.publish(sfu, 'room', 'ann', undefined, async (answer) => {
    const { network, sdp } = await LossyNetwork.before(answer);
    uplink.push(network);
    return sdp;
  });
  const downlink: LossyNetwork[] = [];
  const bob = await HeadlessViewer.join(sfu, 'room', 'bob', async (offer) => {
    const { network, sdp } = await LossyNetwork.before(offer);
    downlink.push(network);
    return sdp;
  });
  await bob.offered(() => true);
  await bob.frames('0', 150);
  const report = [...(await bob.pc.getStats()).values()].find(({ type }) => type === 'inbound-rtp')!;
  const stats = await sfu.stats();
  expect(uplink[0].lost).toBeGreaterThan(5);
  expect(downlink[0].lost).toBeGreaterThan(5);
  expect(stats.nackOut).toBeGreaterThan(0);
  expect(stats.nackIn).toBeGreaterThan(0);
  expect(stats.resent).toBeGreaterThan(0);
  // A packet that stays away costs frames until the next key frame: repaired, nearly all are shown.
  expect(Number(report.framesDecoded)).toBeGreaterThan(140);
  expect(Number(report.packetsLost)).toBeLessThan(downlink[0].lost / 2);
  for (const each of [ann, bob, ...uplink, ...downlink]) await each.close();
});
