import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type TapEntry, TapQueue } from '../../../sfu/werift/tap-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const first = (entry: TapEntry): number => ('rtp' in entry ? new Uint8Array(entry.rtp)[0] : -1);

function setUp(limit: number): { queue: TapQueue; batches: number[][] } {
  const batches: number[][] = [];
  return { queue: new TapQueue(limit, (entries) => void batches.push(entries.map(first))), batches };
}

test('packets share a message and are copies', () => {
  const { queue, batches } = setUp(10);
  const packet = Buffer.from([1]);
  queue.packet(packet, 0);
  packet[0] = 2;
  queue.packet(packet, 0);
  vi.runAllTimers();
  expect(batches).toEqual([[1, 2]]);
});

test('when the other thread does not keep up, the oldest fall and are counted', () => {
  const { queue, batches } = setUp(4);
  for (const i of [0, 0, 0, 0]) queue.packet(Buffer.from([i]), 0);
  vi.runAllTimers();
  // As many as may wait are on their way and not confirmed: the next ones wait here.
  for (const i of [1, 2, 3, 4, 5, 6]) queue.packet(Buffer.from([i]), 0);
  vi.runAllTimers();
  expect(batches).toEqual([[0, 0, 0, 0]]);
  expect(queue.dropped).toBe(2);
  queue.credit(3);
  vi.runAllTimers();
  expect(batches.at(-1)).toEqual([3, 4, 5]);
});

test('closing forgets what waits; finishing hands it over', () => {
  const closed = setUp(4);
  closed.queue.packet(Buffer.from([1]), 0);
  closed.queue.close();
  vi.runAllTimers();
  expect(closed.batches).toEqual([]);
  const finished = setUp(4);
  finished.queue.packet(Buffer.from([1]), 0);
  finished.queue.finish();
  finished.queue.packet(Buffer.from([2]), 0);
  vi.runAllTimers();
  expect(finished.batches).toEqual([[1]]);
});
