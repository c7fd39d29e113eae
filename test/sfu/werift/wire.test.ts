import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReceiveReport } from '../../../sfu/werift/receive-report.ts';
import { ReplayWindow } from '../../../sfu/werift/replay-window.ts';
import {
  genericNack,
  ntpToUnixUs,
  parseRtcp,
  pictureLoss,
  receiverReport,
  senderReport,
} from '../../../sfu/werift/rtcp.ts';
import { createRtpView, readRtp, readTextExtension } from '../../../sfu/werift/rtp-packet.ts';
import { bindingSuccess, isStun, parseBindingRequest, verifyIntegrity } from '../../../sfu/werift/stun.ts';
import { bindingRequest } from './raw-peer.ts';

describe('STUN', () => {
  test('a signed request is read, and only its password verifies it', () => {
    const packet = bindingRequest({ ufrag: 'ours', pwd: 'secret' });
    const request = parseBindingRequest(packet)!;
    expect(isStun(packet)).toBe(true);
    expect(request).toMatchObject({ localUfrag: 'ours', useCandidate: true, claimsControlled: false });
    expect(verifyIntegrity(request, 'secret')).toBe(true);
    expect(verifyIntegrity(request, 'Secret')).toBe(false);
  });

  test('an answer carries the mirrored address (RFC 5769 2.2 and 2.3) and a signature', () => {
    const transactionId = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex');
    const v4 = bindingSuccess(transactionId, 'VOkJxbRl1RmTxUk/WvJxBt', '192.0.2.1', 32_853);
    expect(v4.subarray(24, 32).toString('hex')).toBe('0001a147e112a643');
    const v6 = bindingSuccess(transactionId, 'VOkJxbRl1RmTxUk/WvJxBt', '2001:db8:1234:5678:11:2233:4455:6677', 32_853);
    expect(v6.subarray(24, 44).toString('hex')).toBe('0002a1470113a9faa5d3f179bc25f4b5bed2b9d9');
    const signed = Buffer.from(v4.subarray(0, 32));
    signed.writeUInt16BE(12 + 24, 2);
    expect(v4.subarray(36, 56)).toEqual(createHmac('sha1', 'VOkJxbRl1RmTxUk/WvJxBt').update(signed).digest());
  });
});

describe('RTCP', () => {
  test('what is written is read again', () => {
    const compound = Buffer.concat([
      receiverReport(1, []),
      pictureLoss(1, 2),
      genericNack(1, 3, [65_535, 0, 16, 40]),
      senderReport(4, 5, 6, 7, 8, 9, 'name'),
    ]);
    expect(parseRtcp(compound)).toEqual([
      { type: 'pli', mediaSsrc: 2 },
      {
        type: 'nack',
        mediaSsrc: 3,
        sequences: [65_535, 0, 16, 40].toSorted((a, b) => ((a + 1) & 0xffff) - ((b + 1) & 0xffff)),
      },
      { type: 'sender-report', ssrc: 4, ntpHigh: 5, ntpLow: 6, rtpTimestamp: 7 },
    ]);
  });

  test('a full intra request names its stream in the entry (RFC 5104 4.3.1)', () => {
    const fir = Buffer.from('84ce0004' + '00000001' + '00000000' + '0000002a' + '01000000', 'hex');
    expect(parseRtcp(fir)).toEqual([{ type: 'fir', mediaSsrc: 42 }]);
  });

  test('NTP time becomes microseconds since 1970', () => {
    expect(ntpToUnixUs(2_208_988_800 + 10, 2 ** 31)).toBe(10_500_000);
  });

  test('loss, jitter and the last report are reported (RFC 3550 A.3)', () => {
    const report = new ReceiveReport(9, 90_000);
    for (const index of [10, 11, 13]) report.push(index, index * 900, index * 10);
    report.senderReport(0x0001_0002, 0x0003_0004, 100);
    expect(report.block(200)).toEqual({
      ssrc: 9,
      fractionLost: 64,
      totalLost: 1,
      highestSequence: 13,
      jitter: 0,
      lastReport: 0x0002_0003,
      delaySinceLastReport: 6_554,
    });
  });
});

describe('SRTP indices', () => {
  test('follow the rollover, refuse repetition, and change only when told', () => {
    const window = new ReplayWindow();
    const take = (sequence: number): number => {
      const index = window.estimate(sequence);
      expect(window.isFresh(index)).toBe(true);
      window.accept(index);
      return index;
    };
    expect([65_400, 65_535, 0, 65_500, 300].map(take)).toEqual([65_400, 65_535, 65_536, 65_500, 65_836]);
    expect(window.isFresh(65_536)).toBe(false);
    expect(window.isFresh(65_836 - 1_024)).toBe(false);
    expect(window.estimate(65_499)).toBe(65_499);
  });

  test('an outage across the rollover does not lose count', () => {
    const window = new ReplayWindow();
    window.accept(window.estimate(65_000));
    expect(window.estimate(5_000)).toBe(65_536 + 5_000);
  });
});

describe('whatever arrives', () => {
  test('is read or refused, never thrown', () => {
    const view = createRtpView();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), fc.boolean(), (bytes, rtp) => {
        const packet = Buffer.from(bytes);
        if (rtp && packet.length > 0) packet[0] = (packet[0] & 0x3f) | 0x80;
        if (isStun(packet)) parseBindingRequest(packet);
        parseRtcp(packet);
        if (!readRtp(packet, view)) return true;
        readTextExtension(packet, 4);
        return view.payloadAt <= packet.length;
      }),
      { numRuns: 2_000 },
    );
  });

  test('a mid is found among other extensions', () => {
    const packet = Buffer.from(
      '90600001' + '00000000' + '00000001' + 'bede0002' + '1001' + '00' + '416263' + '0000' + 'ff',
      'hex',
    );
    expect(readTextExtension(packet, 4)).toBe('bc');
    expect(readTextExtension(packet, 5)).toBeUndefined();
  });
});
