import { expect, it } from 'vitest';
import { searchStreams } from '../../../bench/forward/stream-search.ts';

it('gives every one of a real room of four the streams of the three others, though one alone counts', async () => {
  const steps = await searchStreams({ engine: 'werift', signal: AbortSignal.timeout(160_000) }, 1);
  expect(steps).toHaveLength(1);
  const [{ publishers, viewers, streamsIn, streamsOut, packetsInPerS, packetsOutPerS }] = steps;
  expect({ publishers, viewers, streamsIn, streamsOut }).toEqual({
    publishers: 4,
    viewers: 4,
    streamsIn: 8,
    streamsOut: 24,
  });
  // What was encrypted ahead of its time goes out in its time.
  expect(packetsOutPerS / packetsInPerS).toBeCloseTo(3, 0);
});
