import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SendQueue, unpack } from '../../../agent/attach/send-queue.ts';
import type { MediaBatch } from '../../../agent/attach/wire.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function queue(limits = { waiting: 4, inFlight: 3 }) {
  const batches: MediaBatch[] = [];
  const made = new SendQueue({ ...limits, send: (batch) => batches.push(batch) });
  const sent = () => {
    const packets: Array<[number, number[], number]> = [];
    for (const batch of batches) unpack(batch, (track, rtp, arrivalUs) => packets.push([track, [...rtp], arrivalUs]));
    return packets;
  };
  return { made, batches, sent };
}

describe('SendQueue', () => {
  it('puts the packets of a moment into one message, in order, and gives them back whole', () => {
    const { made, batches, sent } = queue();
    made.push(7, Uint8Array.of(1, 2, 3), 1e15 + 0.5);
    made.push(8, Uint8Array.of(), 2);
    made.push(7, Uint8Array.of(4), 3);
    vi.runAllTimers();
    expect(batches).toHaveLength(1);
    expect(sent()).toEqual([
      [7, [1, 2, 3], 1e15 + 0.5],
      [8, [], 2],
      [7, [4], 3],
    ]);
  });

  it('sends no more than the other side has confirmed, and drops and counts the oldest of what waits', () => {
    const { made, sent } = queue();
    for (let i = 0; i < 3; i++) made.push(1, Uint8Array.of(i), i);
    vi.runAllTimers();
    for (let i = 3; i < 9; i++) made.push(1, Uint8Array.of(i), i);
    vi.runAllTimers();
    expect(sent().map(([, , at]) => at)).toEqual([0, 1, 2]);
    expect(made.dropped).toBe(2);
    made.taken(3);
    vi.runAllTimers();
    expect(sent().map(([, , at]) => at)).toEqual([0, 1, 2, 5, 6, 7]);
    made.taken(3);
    vi.runAllTimers();
    expect(sent().at(-1)?.[2]).toBe(8);
  });

  it('lets wait what nobody is in a hurry for, and takes it along with what somebody is', () => {
    const { made, batches, sent } = queue({ waiting: 4, inFlight: 8 });
    made.push(1, Uint8Array.of(1), 1, true);
    vi.advanceTimersByTime(50);
    expect(batches).toHaveLength(0);
    made.push(1, Uint8Array.of(2), 2, true);
    vi.advanceTimersByTime(10);
    expect(sent().map(([, , at]) => at)).toEqual([1, 2]);
    made.push(1, Uint8Array.of(3), 3, true);
    made.push(2, Uint8Array.of(4), 4);
    vi.advanceTimersByTime(20);
    expect(batches).toHaveLength(2);
    expect(sent().map(([, , at]) => at)).toEqual([1, 2, 3, 4]);
  });

  it('forgets the waiting packets of one track, and all of them when the other side is gone', () => {
    const { made, sent } = queue();
    made.push(1, Uint8Array.of(1), 1);
    made.push(2, Uint8Array.of(2), 2);
    made.forget(1);
    vi.runAllTimers();
    expect(sent()).toEqual([[2, [2], 2]]);
    made.push(2, Uint8Array.of(3), 3);
    made.clear();
    vi.runAllTimers();
    expect(sent()).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
