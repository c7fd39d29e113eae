import { expect, test } from 'vitest';
import { LossTracker } from '../../../sfu/werift/loss-tracker.ts';
import { nearestIndex } from '../../../sfu/werift/rtp-packet.ts';

/** Feeds 16-bit sequence numbers the way the transport does. */
function feed(tracker: LossTracker, sequences: readonly number[], nowMs = 0): boolean[] {
  let highest = -1;
  return sequences.map((sequence) => {
    const index = highest < 0 ? sequence : nearestIndex(highest, sequence);
    highest = Math.max(highest, index);
    return tracker.push(index, nowMs);
  });
}

test('asks for what is missing across the wrap of the sequence numbers, in their order', () => {
  const tracker = new LossTracker();
  feed(tracker, [65_533, 2]);
  expect(tracker.due(0).map((index) => index % 65_536)).toEqual([65_534, 65_535, 0, 1]);
});

test('orders by number where text would not: 9, 10, 100', () => {
  const tracker = new LossTracker();
  feed(tracker, [8, 11, 99, 101]);
  const due = tracker.due(0);
  expect(due).toEqual(due.toSorted((a, b) => a - b));
  expect(due).toContain(100);
});

test('asks again after a pause, and gives up after eight times', () => {
  const tracker = new LossTracker();
  feed(tracker, [1, 3]);
  const asks = Array.from({ length: 12 }, (_, i) => tracker.due(i * 60).length);
  expect(asks).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
  expect(tracker.due(20)).toEqual([]);
  expect(tracker.waiting).toBe(false);
  expect(tracker.abandoned).toBe(1);
});

test('forgets what arrives late', () => {
  const tracker = new LossTracker();
  feed(tracker, [1, 4, 2, 3]);
  expect(tracker.waiting).toBe(false);
});

test('an outage is not asked for packet by packet', () => {
  const tracker = new LossTracker();
  expect(feed(tracker, [1, 3, 500])).toEqual([false, false, true]);
  expect(tracker.waiting).toBe(false);
  expect(tracker.abandoned).toBe(497);
});
