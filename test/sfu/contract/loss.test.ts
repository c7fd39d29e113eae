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
      // At its start a stream asks for whole pictures whatever is lost.
      await bob.frames('0', 20);
      const [keysBefore, lostBefore] = [Number((await only(bob, 'inbound-rtp')).keyFramesDecoded), networks[1].lost];
      await bob.frames('0', 150);
      const received = await only(bob, 'inbound-rtp');
      const sent = await only(ann, 'outbound-rtp');
      const [uplink, downlink] = networks;
      expect(uplink.lost).toBeGreaterThan(5);
      expect(downlink.lost).toBeGreaterThan(5);
      expect(Number(sent.nackCount)).toBeGreaterThan(0);
      expect(Number(sent.retransmittedPacketsSent)).toBeGreaterThan(0);
      expect(Number(received.nackCount)).toBeGreaterThan(0);
      // Resent on a stream of its own (RFC 4588), a packet stays missing in the count of the first one.
      const rtx = /^a=rtpmap:\d+ rtx\/90000/m.test(bob.offers[0].sdp) && /^a=ssrc-group:FID/m.test(bob.offers[0].sdp);
      expect(rtx).toBe(sfu.capabilities.congestionControl);
      expect(Number(received.packetsLost) > 5).toBe(rtx);
      // A packet that stays away costs a key frame: repaired, hardly any is asked for.
      expect(Number(received.keyFramesDecoded) - keysBefore).toBeLessThan((downlink.lost - lostBefore) / 3);
      for (const each of [ann, bob, ...networks]) await each.close();
    });

    test('a viewer that lost more than can be sent again asks for a whole picture, and the publisher hears it', async () => {
      let outage = false;
      const networks: BadNetwork[] = [];
      const ann = new HeadlessPublisher({ audio: false });
      await ann.publish(sfu, 'outage', 'ann');
      const bob = await HeadlessViewer.join(sfu, 'outage', 'bob', async (description) => {
        const { network, sdp } = await BadNetwork.before(description, () => outage);
        networks.push(network);
        return sdp;
      });
      await bob.offered(() => true);
      await bob.frames('0', 20);
      const [askedBefore, heardBefore] = [await pictures(bob), await pictures(ann)];
      outage = true;
      const lost = (): number => networks[0].lost;
      const from = lost();
      // More than any cache of packets holds: NACKs cannot mend it.
      while (lost() - from < 120) await new Promise((resolve) => setTimeout(resolve, 100));
      outage = false;
      await bob.frames('0', 30);
      expect(await pictures(bob)).toBeGreaterThan(askedBefore);
      expect(await pictures(ann)).toBeGreaterThan(heardBefore);
      for (const each of [ann, bob, ...networks]) await each.close();
    });
  });

/** Key frames that a receiver has asked for, or that a sender was asked for. */
async function pictures(peer: Pick<HeadlessViewer, 'pc'>): Promise<number> {
  const all = [...(await peer.pc.getStats()).values()];
  const report = all.find(({ type, kind }) => kind === 'video' && (type === 'inbound-rtp' || type === 'outbound-rtp'));
  return Number(report?.['pliCount'] ?? 0);
}

async function only({ pc }: Pick<HeadlessViewer, 'pc'>, type: string): Promise<Readonly<Record<string, unknown>>> {
  return [...(await pc.getStats()).values()].find((each) => each.type === type)!;
}
