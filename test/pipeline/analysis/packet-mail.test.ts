import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PacketMail, readMail } from '../../../pipeline/analysis/packet-mail.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Each message as `[track, bytes of its packets, their arrivals]`, track by track. */
function setUp() {
  const sent: Array<Array<[number, number[][], readonly number[]]>> = [];
  const mail = new PacketMail((bytes) => {
    const tracks = [...readMail(bytes)];
    sent.push(tracks.map(({ track, packets, arrivalsUs }) => [track, packets.map((one) => [...one]), arrivalsUs]));
  });
  return { mail, sent };
}

it('sends packets of all tracks together, in order, with their arrivals, and keeps none of the sender’s bytes', () => {
  const { mail, sent } = setUp();
  const packet = Uint8Array.of(1, 2);
  mail.add(7, packet, 0.5, false);
  packet[0] = 9;
  mail.add(8, Uint8Array.of(), 2 ** 40 + 1, false);
  mail.add(7, packet, 3, false);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(4);
  expect(sent).toEqual([
    [
      [
        7,
        [
          [1, 2],
          [9, 2],
        ],
        [0.5, 3],
      ],
      [8, [[]], [2 ** 40 + 1]],
    ],
  ]);
  vi.runAllTimers();
  expect(sent).toHaveLength(1);
});

it('lets what is in no hurry wait for what is, and not for long', () => {
  const { mail, sent } = setUp();
  mail.add(1, Uint8Array.of(1), 0, true);
  vi.advanceTimersByTime(30);
  expect(sent).toEqual([]);
  mail.add(2, Uint8Array.of(2), 0, false);
  vi.advanceTimersByTime(4);
  expect(sent[0].map(([track]) => track)).toEqual([1, 2]);
  mail.add(1, Uint8Array.of(3), 0, true);
  vi.advanceTimersByTime(60);
  expect(sent[1].map(([track]) => track)).toEqual([1]);
});

it('takes sender reports along, with packets and without', () => {
  const reports: number[][] = [];
  const mail = new PacketMail((bytes, told) => reports.push([bytes.length, ...told.map(({ track }) => track)]));
  const report = { ntpUs: 1, rtpTimestamp: 2, arrivalUs: 3 };
  mail.report({ track: 4, ...report }, true);
  mail.add(1, Uint8Array.of(1), 0, false);
  mail.report({ track: 5, ...report }, true);
  vi.advanceTimersByTime(4);
  mail.report({ track: 6, ...report }, true);
  vi.advanceTimersByTime(60);
  expect(reports).toEqual([
    [17, 4, 5],
    [0, 6],
  ]);
});

it('sends at once when it is told to, and when it is full', () => {
  const { mail, sent } = setUp();
  mail.add(1, Uint8Array.of(1), 0, true);
  mail.flush();
  expect(sent).toHaveLength(1);
  for (let i = 0; i < 300; i++) mail.add(1, new Uint8Array(1200), i, true);
  expect(sent.length).toBeGreaterThan(1);
  vi.runAllTimers();
  expect(sent.slice(1).flatMap((message) => message.flatMap(([, packets]) => packets))).toHaveLength(300);
});
