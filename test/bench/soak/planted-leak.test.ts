import { describe, expect, it } from 'vitest';
import { measureSoak } from '../../../bench/soak/soak-command.ts';

/** Planted into the agent's process before it starts: keeps a megabyte and a timer every half second. */
const LEAK =
  'const kept = []; setInterval(() => { kept.push(Array.from({ length: 40000 }, (_, i) => ({ i }))); setInterval(() => {}, 1e9).unref(); }, 500).unref();';

describe('an agent that leaks', () => {
  it('is found out by a short endurance test with a real call', { timeout: 240_000 }, async () => {
    const report = await measureSoak({
      minutes: 0.3,
      participants: 1,
      roundSeconds: 2,
      lossPercent: 10,
      agentArgs: [],
      agentNodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(LEAK)}`],
      signal: AbortSignal.timeout(220_000),
    });
    const { trends, findings, joined, left, mutes, packetsLost } = report.results;
    expect(trends['heap, MiB']?.leaks).toBe(true);
    expect(findings.join()).toContain('leaks: heap');
    expect([left, mutes]).toEqual([9, 9]);
    expect(joined).toBe(10);
    expect(packetsLost).toBeGreaterThan(0);
  });
});
