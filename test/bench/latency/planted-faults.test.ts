import { beforeAll, describe, expect, it } from 'vitest';
import type { LatencyFigures } from '../../../bench/latency/latency-recorder.ts';
import { LATENCY_STAGES } from '../../../pipeline/index.ts';
import { runCall } from './virtual-pipeline.ts';

const DELAY_MS = 50;
/** The ticker looks every 20 ms, and a hop that was delayed past one look waits for none: so much may fall either way. */
const LOOK_MS = 3;

describe('a fault that is planted into a call', () => {
  let calm: LatencyFigures;
  beforeAll(async () => {
    calm = await runCall();
  });

  it('finds nothing where nothing was planted', () => {
    expect(calm.descriptions.received).toBeGreaterThan(5);
    expect(calm.hops.missed).toBe(0);
    expect(calm.dueToDescription?.p95).toBeLessThan(10);
  });

  it.each(LATENCY_STAGES)('of 50 ms in %s shows in that stage and in the total, and nowhere else', async (planted) => {
    const disturbed = await runCall({ stage: planted, delayMs: DELAY_MS });
    for (const stage of LATENCY_STAGES) {
      const by = (disturbed.stages[stage]?.p50 ?? NaN) - (calm.stages[stage]?.p50 ?? NaN);
      expect([stage, Math.abs(by - (stage === planted ? DELAY_MS : 0)) <= LOOK_MS, by]).toEqual([stage, true, by]);
    }
    const total = (disturbed.dueToDescription?.p50 ?? NaN) - (calm.dueToDescription?.p50 ?? NaN);
    expect(Math.abs(total - DELAY_MS)).toBeLessThanOrEqual(LOOK_MS);
  });

  it('of one hop that takes 3 s shows in the high due-time percentiles, not in the median', async () => {
    const { dueToState } = await runCall({ stallMs: 3000 });
    expect(dueToState?.max).toBeGreaterThan(2900);
    expect(dueToState?.p95).toBeGreaterThan(1000);
    expect((dueToState?.p50 ?? NaN) - (calm.dueToState?.p50 ?? NaN)).toBeLessThan(LOOK_MS);
  });
});
