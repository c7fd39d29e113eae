import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../bench/load/seeded-random.ts';
import { judge } from '../../../bench/soak/soak-command.ts';
import type { SoakRound } from '../../../bench/soak/soak-report.ts';
import { trendOf } from '../../../bench/soak/trend.ts';

const random = seededRandom(11);
const noise = (size: number): number => (random() - 0.5) * size;

function rounds(change: (index: number) => Partial<SoakRound>): SoakRound[] {
  return Array.from({ length: 24 }, (_, index) => ({
    atS: index * 8,
    rssMiB: 300 + noise(6),
    heapMiB: 16 + noise(1),
    externalMiB: 5 + noise(0.4),
    handles: 11,
    descriptors: 54,
    lagMs: 12 + noise(8),
    stateP50Ms: 6,
    stateP95Ms: 20,
    clockMs: -12 + noise(1),
    hopsMissed: 0,
    ...change(index),
  }));
}

describe('judging an endurance test', () => {
  it('finds nothing in an agent that is steady but noisy, nor in one whose caches fill at first', () => {
    expect(judge(rounds(() => ({}))).findings).toEqual([]);
    expect(judge(rounds((index) => ({ heapMiB: 10 + Math.min(index, 5) * 2 + noise(1) }))).findings).toEqual([]);
  });

  it('finds a heap, native memory, handles or files that rise and rise', () => {
    const found = (change: (index: number) => Partial<SoakRound>): string => judge(rounds(change)).findings.join();
    expect(found((index) => ({ heapMiB: 16 + index * 0.4 + noise(1) }))).toContain('leaks: heap');
    expect(found((index) => ({ externalMiB: 5 + index + noise(1) }))).toContain('leaks: external');
    expect(found((index) => ({ handles: 11 + Math.floor(index / 3) }))).toContain('leaks: handles');
    expect(found((index) => ({ descriptors: 54 + index }))).toContain('leaks: descriptors');
  });

  it('finds clocks that drift apart, in either direction, and tells by how much', () => {
    for (const sign of [-1, 1]) {
      const { driftMsPerHour, findings } = judge(rounds((index) => ({ clockMs: -12 + sign * index * 5 + noise(1) })));
      // 5 ms in a round of 8 s.
      expect(driftMsPerHour).toBeCloseTo(sign * 2250, -3);
      expect(findings.join()).toContain('clocks drift');
    }
    expect(judge(rounds(() => ({}))).driftMsPerHour).toBe(0);
  });

  it('does not take one peak for a trend', () => {
    const values = Array.from({ length: 12 }, (_, index) => (index === 9 ? 80 : 10));
    expect(trendOf(values, 1)).toMatchObject({ perRound: 0, leaks: false });
  });

  it('says nothing of a quantity that the system did not tell', () => {
    expect(judge(rounds(() => ({ descriptors: null }))).trends).not.toHaveProperty('descriptors');
  });
});
