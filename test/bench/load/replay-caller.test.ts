import { RTCPeerConnection } from 'werift';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { reportTrueTimes } from '../../../bench/load/replay-caller.ts';

describe('the sender reports of a replaying caller', () => {
  it('carry the time at which the packet that they tell of was sent, to the millisecond', async () => {
    const peer = new RTCPeerConnection({});
    const { sender } = peer.addTransceiver('audio', { direction: 'sendonly' });
    reportTrueTimes(sender);
    const beforeMs = performance.timeOrigin + performance.now();
    // What werift does for each packet that it sends, with a time of its own.
    Reflect.set(sender, 'ntpTimestamp', 1n);
    const afterMs = performance.timeOrigin + performance.now();
    const ntp = z.bigint().parse(Reflect.get(sender, 'ntpTimestamp'));
    const unixMs = (Number(ntp >> 32n) + Number(ntp & 0xffff_ffffn) / 2 ** 32) * 1000 + Date.UTC(1900, 0, 1);
    expect(unixMs).toBeGreaterThanOrEqual(beforeMs - 1);
    expect(unixMs).toBeLessThanOrEqual(afterMs + 1);
    await peer.close();
  });
});
