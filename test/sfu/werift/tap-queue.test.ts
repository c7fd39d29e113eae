import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type TapBatch, type TapEntry, TapQueue, TapRound } from '../../../sfu/werift/tap-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const first = (entry: TapEntry): number => ('rtp' in entry ? new Uint8Array(entry.rtp)[0] : -1);

/** Taps that share messages; each message is told as `[tap, first bytes of its packets]` for every tap in it. */
function setUp(limit: number) {
  const messages: Array<Array<[string, number[]]>> = [];
  const round = new TapRound((batches: readonly TapBatch[]) => {
    messages.push(batches.map(({ tap, entries }) => [tap, entries.map(first)]));
  });
  const open = (tap: string) => {
    const confirmed = new Int32Array(new SharedArrayBuffer(4));
    return { queue: new TapQueue(tap, limit, confirmed, round), confirmed };
  };
  return { messages, round, open };
}

test('packets of all taps share a message and are copies', () => {
  const { messages, open } = setUp(10);
  const [ann, bob] = [open('ann'), open('bob')];
  const packet = Buffer.from([1]);
  ann.queue.packet(packet, 0);
  packet[0] = 2;
  bob.queue.packet(packet, 0);
  ann.queue.packet(packet, 0);
  vi.runAllTimers();
  expect(messages).toEqual([
    [
      ['ann', [1, 2]],
      ['bob', [2]],
    ],
  ]);
});

test('packets for who is in no hurry wait for others, but not for long', () => {
  const { messages, open } = setUp(10);
  const [resting, awake] = [open('resting'), open('awake')];
  resting.queue.resting = true;
  resting.queue.packet(Buffer.from([1]), 0);
  vi.advanceTimersByTime(20);
  expect(messages).toEqual([]);
  awake.queue.packet(Buffer.from([2]), 0);
  vi.advanceTimersByTime(4);
  expect(messages).toEqual([
    [
      ['resting', [1]],
      ['awake', [2]],
    ],
  ]);
  resting.queue.packet(Buffer.from([3]), 0);
  vi.advanceTimersByTime(60);
  expect(messages[1]).toEqual([['resting', [3]]]);
});

test('a sender report that falls is no packet that fell', () => {
  const { queue } = setUp(2).open('tap');
  queue.report({ ssrc: 1, ntpUs: 0, rtpTimestamp: 0, arrivalUs: 0 });
  for (const i of [1, 2]) queue.packet(Buffer.from([i]), 0);
  expect(queue.dropped).toBe(0);
  queue.packet(Buffer.from([3]), 0);
  expect(queue.dropped).toBe(1);
});

test('when the other thread does not keep up, the oldest fall and are counted', () => {
  const { messages, open } = setUp(4);
  const { queue, confirmed } = open('tap');
  for (const i of [0, 0, 0, 0]) queue.packet(Buffer.from([i]), 0);
  vi.advanceTimersByTime(4);
  // As many as may wait are on their way and not confirmed: the next ones wait here.
  for (const i of [1, 2, 3, 4, 5, 6]) queue.packet(Buffer.from([i]), 0);
  vi.advanceTimersByTime(1000);
  expect(messages).toEqual([[['tap', [0, 0, 0, 0]]]]);
  expect(queue.dropped).toBe(2);
  Atomics.add(confirmed, 0, 3);
  vi.advanceTimersByTime(20);
  expect(messages.at(-1)).toEqual([['tap', [3, 4, 5]]]);
});

test('closing forgets what waits; flushing before hands it over', () => {
  const closed = setUp(4);
  const { queue } = closed.open('tap');
  queue.packet(Buffer.from([1]), 0);
  queue.close();
  vi.runAllTimers();
  expect(closed.messages).toEqual([]);
  const flushed = setUp(4);
  const other = flushed.open('tap').queue;
  other.packet(Buffer.from([1]), 0);
  flushed.round.flush();
  other.close();
  other.packet(Buffer.from([2]), 0);
  vi.runAllTimers();
  expect(flushed.messages).toEqual([[['tap', [1]]]]);
});
