import { describe, expect, it } from 'vitest';
import { latencyMarkdown, type LatencyReport } from '../../../bench/latency/latency-report.ts';

const summary = { n: 40, mean: 50, p50: 48.25, p90: 60, p95: 70.125, p99: 90, max: 95 };

function report(changes: Partial<LatencyReport['results']> = {}): LatencyReport {
  return {
    benchmark: 'latency',
    machine: { platform: 'linux', arch: 'x64', cpu: 'A CPU', cores: 2, memoryGiB: 8, governor: null, loadBefore: 0.1 },
    version: { undertone: '0.1.0', node: 'v20', revision: 'abcdef0123456789', dirty: true },
    madeAt: '2026-01-01T00:00:00.000Z',
    config: { seconds: 60, warmupSeconds: 10, participants: 1, played: 'a clip', pack: 'p@1', agentArgs: [] },
    results: {
      stages: { tap: null, encode: summary },
      hopToFirstWord: summary,
      hopToComplete: summary,
      hopToDelivered: summary,
      dueToDescription: summary,
      dueToState: { ...summary, n: 120 },
      turnToState: { ...summary, n: 9 },
      lastSoundToTurn: null,
      mediaLeadMs: 21.5,
      hops: { hopMs: 500, received: 118, missed: 2 },
      descriptions: { received: 41, abstained: 3, unacknowledged: 1 },
      signals: {},
      histograms: {},
      clockErrorMs: 0.4,
      superseded: 0,
      agentCores: 0.5,
      callerCores: null,
      ...changes,
    },
  };
}

describe('the report for people', () => {
  it('begins with what was found, in a sentence', () => {
    expect(latencyMarkdown(report())).toMatch(
      /^With one participant, 95 % of descriptions were delivered within 70\.1 ms of the end of their hop\./,
    );
    expect(latencyMarkdown(report())).toContain('2 of 120 hops were left out; 41 descriptions, 3 of them abstaining.');
    expect(latencyMarkdown(report({ hopToDelivered: null }))).toMatch(/no description was delivered/);
  });

  it('has a row for every stage, empty where nothing was told', () => {
    expect(latencyMarkdown(report())).toMatch(
      /\| stage: encode +\| +40 \| +48\.3 \| +60\.0 \| +70\.1 \| +90\.0 \| +95\.0 \|/,
    );
    expect(latencyMarkdown(report())).toMatch(/\| stage: tap +\| +0 \| +– \|/);
  });

  it('tells how soon a bot hears that somebody stopped', () => {
    expect(latencyMarkdown(report())).toMatch(/\| end of a turn decided → turn received +\| +9 \| +48\.3 \|/);
    expect(latencyMarkdown(report())).toMatch(/\| last sound of a turn → turn received +\| +0 \| +– \|/);
  });

  it('says on what it was made, and what it is not', () => {
    const text = latencyMarkdown(report());
    expect(text).toContain('revision abcdef012 with changes');
    expect(text).toContain('Only 40 descriptions');
    expect(text).toContain('1 descriptions had no word of delivery');
    expect(text).toContain('not a submission');
    expect(text).not.toContain('busy with other work');
    const busy = report();
    expect(latencyMarkdown({ ...busy, machine: { ...busy.machine, loadBefore: 3 } })).toContain(
      'busy with other work before (load 3 on 2 cores)',
    );
  });
});
