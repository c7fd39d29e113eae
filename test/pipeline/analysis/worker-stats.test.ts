import { expect, it } from 'vitest';
import { HopGatherer } from '../../../pipeline/analysis/hop-gatherer.ts';
import { addCounts } from '../../../pipeline/analysis/messages.ts';

it('sums counts by name, and keeps what only one of them has', () => {
  const sum = { packets: 3, lost: 1 };
  expect(addCounts(sum, { lost: 2, late: 5 })).toEqual({ packets: 3, lost: 3, late: 5 });
  expect(sum).toEqual({ packets: 3, lost: 1 });
});

it('counts the hops that wait for their batch', async () => {
  let finish = (): void => {};
  const running = new Promise<void>((resolve) => (finish = resolve));
  const gatherer = new HopGatherer<string>({ gatherMs: 1000, expected: () => 1, run: () => running, onShed: () => {} });
  gatherer.push(1, 'runs at once');
  expect(gatherer.waiting).toBe(0);
  gatherer.push(1, 'waits');
  gatherer.push(2, 'waits too');
  expect(gatherer.waiting).toBe(2);
  gatherer.drop(2);
  expect(gatherer.waiting).toBe(1);
  finish();
  await gatherer.close();
  expect(gatherer.waiting).toBe(0);
});
