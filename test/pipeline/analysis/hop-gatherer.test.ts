import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HopGatherer, type Waiting } from '../../../pipeline/analysis/hop-gatherer.ts';

interface Bench {
  readonly gatherer: HopGatherer<string>;
  readonly batches: (readonly Waiting<string>[])[];
  readonly shed: number[];
  /** Lets the batch that is running end. */
  finish(): void;
}

function bench(expected: number): Bench {
  const batches: (readonly Waiting<string>[])[] = [];
  const shed: number[] = [];
  let finish = (): void => {};
  const gatherer = new HopGatherer<string>({
    gatherMs: 25,
    expected: () => expected,
    run(batch) {
      batches.push(batch);
      return new Promise((resolve) => (finish = resolve));
    },
    onShed: (session) => shed.push(session),
  });
  return { gatherer, batches, shed, finish: () => finish() };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a batch starts as soon as everybody has closed a hop', () => {
  const { gatherer, batches } = bench(2);
  gatherer.push(1, 'a');
  expect(batches).toEqual([]);
  gatherer.push(2, 'b');
  expect(batches).toEqual([
    [
      { session: 1, hop: 'a' },
      { session: 2, hop: 'b' },
    ],
  ]);
});

test('the first hop waits no longer than the gathering time for those who do not come', () => {
  const { gatherer, batches } = bench(3);
  gatherer.push(1, 'a');
  vi.advanceTimersByTime(24);
  expect(batches).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(batches).toEqual([[{ session: 1, hop: 'a' }]]);
});

test('one batch runs at a time, and what came meanwhile follows at once', async () => {
  const { gatherer, batches, finish } = bench(1);
  gatherer.push(1, 'a');
  gatherer.push(1, 'b');
  gatherer.push(1, 'c');
  expect(batches).toHaveLength(1);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(batches[1]).toEqual([{ session: 1, hop: 'b' }]);
});

test('who is more than two hops behind loses the oldest, counted', async () => {
  const { gatherer, batches, shed, finish } = bench(1);
  for (const hop of ['running', 'a', 'b', 'c']) gatherer.push(1, hop);
  expect(shed).toEqual([1]);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(batches[1]).toEqual([{ session: 1, hop: 'b' }]);
});

test('a person who was forgotten leaves nothing waiting', () => {
  const { gatherer, batches } = bench(2);
  gatherer.push(1, 'a');
  gatherer.drop(1);
  vi.advanceTimersByTime(100);
  expect(batches).toEqual([]);
});

test('closing waits for the running batch and starts no other', async () => {
  const { gatherer, batches, finish } = bench(1);
  gatherer.push(1, 'a');
  gatherer.push(1, 'b');
  let closed = false;
  const closing = gatherer.close().then(() => (closed = true));
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toBe(false);
  finish();
  await closing;
  expect(batches).toHaveLength(1);
});
