import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sfu } from '../../../sfu/index.ts';
import { HeadlessPublisher, HeadlessViewer } from '../werift/headless-caller.ts';
import { BadNetwork, loseEvery } from './bad-network.ts';
import { ENGINES } from './engines.ts';

const LOSE_EVERY = 12;

for (const { name: engine, here, create } of ENGINES)
  describe.skipIf(!here)(`loss on ${engine}`, () => {
    let sfu: Sfu;
    beforeAll(async () => {
      sfu = await create();
    });
    afterAll(() => sfu.close());

    test('what a publisher loses is asked for, what a viewer loses is sent again, and the picture stays whole', async () => {
      const ann = new HeadlessPublisher({ audio: false });
      const networks: BadNetwork[] = [];
      const worse = async (description: string): Promise<string> => {
        const { network, sdp } = await BadNetwork.before(description, loseEvery(LOSE_EVERY));
        networks.push(network);
        return sdp;
      };
      await ann.publish(sfu, 'room', 'ann', undefined, worse);
      const bob = await HeadlessViewer.join(sfu, 'room', 'bob', worse);
      await bob.offered(() => true);
      await bob.frames('0', 150);
      const received = await only(bob, 'inbound-rtp');
      const sent = await only(ann, 'outbound-rtp');
      const [uplink, downlink] = networks;
      expect(uplink.lost).toBeGreaterThan(5);
      expect(downlink.lost).toBeGreaterThan(5);
      expect(Number(sent.nackCount)).toBeGreaterThan(0);
      expect(Number(sent.retransmittedPacketsSent)).toBeGreaterThan(0);
      expect(Number(received.nackCount)).toBeGreaterThan(0);
      // A packet that stays away costs a key frame: repaired, hardly any is asked for.
      expect(Number(received.keyFramesDecoded)).toBeLessThan(downlink.lost / 3);
      for (const each of [ann, bob, ...networks]) await each.close();
    });
  });

async function only({ pc }: Pick<HeadlessViewer, 'pc'>, type: string): Promise<Readonly<Record<string, unknown>>> {
  return [...(await pc.getStats()).values()].find((each) => each.type === type)!;
}
