import { expect, test } from 'vitest';
import { Forwarder } from '../../../sfu/werift/forwarder.ts';
import { createRtpView, readRtp } from '../../../sfu/werift/rtp-packet.ts';

const IDENTITY = { ssrc: 0xcafe, payloadType: 120, cname: 'c' };
const view = createRtpView();

function rtp(sequence: number, timestamp: number, ssrc: number, payload = 'x'): Buffer {
  const out = Buffer.alloc(12 + 8 + payload.length);
  out.set([0x90, 0xe0]);
  out.writeUInt16BE(sequence & 0xffff, 2);
  out.writeUInt32BE(timestamp >>> 0, 4);
  out.writeUInt32BE(ssrc, 8);
  out.writeUInt16BE(0xbede, 12);
  out.writeUInt16BE(1, 14);
  out.write(payload, 20);
  return out;
}

interface Sent {
  readonly sequence: number;
  readonly timestamp: number;
  readonly payload: string;
  readonly index: number;
}

function setUp(): {
  forwarder: Forwarder;
  sent: Sent[];
  rtcp: Buffer[];
  push: (packet: Buffer, index: number, nowMs?: number) => void;
} {
  const sent: Sent[] = [];
  const reports: Buffer[] = [];
  const forwarder = new Forwarder(IDENTITY, 90_000, {
    sendRtp(header, payload, ssrc, index) {
      expect([header[0], header[1], header.readUInt32BE(8), ssrc]).toEqual([0x80, 0x80 | 120, 0xcafe, 0xcafe]);
      sent.push({
        sequence: header.readUInt16BE(2),
        timestamp: header.readUInt32BE(4),
        payload: String(payload),
        index,
      });
    },
    sendRtcp: (compound) => void reports.push(compound),
  });
  const push = (packet: Buffer, index: number, nowMs = 0): void => {
    readRtp(packet, view);
    forwarder.forward(packet, view, index, nowMs);
  };
  return { forwarder, sent, rtcp: reports, push };
}

test('writes a new header without extensions in front of the same payload, gaps and order kept, across the wrap', () => {
  const { sent, push } = setUp();
  for (const index of [65_534, 65_535, 65_538, 65_537]) push(rtp(index, index * 10, 7, `p${index}`), index);
  expect(sent.map(({ payload }) => payload)).toEqual(['p65534', 'p65535', 'p65538', 'p65537']);
  expect(sent.map(({ index }) => index - sent[0].index)).toEqual([0, 1, 4, 3]);
  expect(sent.every(({ index, sequence }) => index % 65_536 === sequence)).toBe(true);
  expect(sent.map(({ timestamp }) => timestamp)).toEqual([655_340, 655_350, 655_380, 655_370]);
});

test('goes on counting when the source starts anew: next number, time moved on by the pause', () => {
  const { sent, push } = setUp();
  push(rtp(100, 5_000, 7), 100, 1_000);
  push(rtp(40_000, 4_000_000_000, 8), 40_000, 1_100);
  push(rtp(40_001, 4_000_003_000, 8), 40_001, 1_133);
  expect(sent.map(({ index }) => index - sent[0].index)).toEqual([0, 1, 2]);
  expect(sent.map(({ timestamp }) => timestamp - 5_000)).toEqual([0, 9_000, 12_000]);
});

test('turns the viewer’s numbers into the source’s, not twice within a round trip', () => {
  const { forwarder, sent, push } = setUp();
  push(rtp(100, 0, 7), 100);
  push(rtp(102, 0, 7), 102);
  const missing = (sent[0].sequence + 1) & 0xffff;
  expect(forwarder.lost(missing, 0)).toBe(101);
  expect(forwarder.lost(missing, 10)).toBeUndefined();
  expect(forwarder.lost(missing, 30)).toBe(101);
  expect(forwarder.lost(missing + 50, 0)).toBeUndefined();
});

test('translates sender reports into the viewer’s RTP time', () => {
  const { forwarder, sent, rtcp, push } = setUp();
  push(rtp(1, 0, 7), 1, 0);
  push(rtp(1, 1_000, 8), 1, 1_000);
  forwarder.report({ type: 'sender-report', ssrc: 8, ntpHigh: 11, ntpLow: 12, rtpTimestamp: 1_500 });
  forwarder.report({ type: 'sender-report', ssrc: 7, ntpHigh: 11, ntpLow: 12, rtpTimestamp: 1_500 });
  expect(rtcp).toHaveLength(1);
  const [report] = rtcp;
  expect([1, 4, 8, 12].map((at) => (at === 1 ? report[1] : report.readUInt32BE(at)))).toEqual([200, 0xcafe, 11, 12]);
  expect(report.readUInt32BE(16)).toBe(sent[1].timestamp + 500);
  expect([report.readUInt32BE(20), report.readUInt32BE(24)]).toEqual([2, 2]);
});
