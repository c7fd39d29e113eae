import { expect, it } from 'vitest';
import type { Span } from '../../../bench/forward/bench-call.ts';
import { forwardMarkdown, median, ratio, type ForwardReport } from '../../../bench/forward/forward-report.ts';

function span(p50: number, p95: number, lost = 0): Span {
  const latency = { n: 9, mean: p50, p50, p90: p95, p95, p99: p95, max: p95 };
  return { latency, received: 100, lost, streams: 2, skippedMs: 0, cpuMs: 1, sfuCores: 0.1, peerCores: 0.2 };
}

const row = {
  publishers: 1,
  tapDrops: 0,
  pairs: [
    { off: span(1, 2), on: span(1.1, 2) },
    { off: span(1, 2), on: span(3, 2.4, 1) },
    { off: span(1, 2), on: span(1.02, 2.2) },
  ],
};
const step = { publishers: 4, viewers: 4, streamsIn: 8, streamsOut: 24, lossShare: 0, sfuCores: 0.5, peerCores: 0.5 };

function report(steps: ForwardReport['engines'][number]['steps']): ForwardReport {
  const played = { title: 'a clip', kbps: 570, packetsPerS: 120 };
  const machine = { platform: 'linux', arch: 'x64', cpu: 'a CPU', cores: 2, memoryGiB: 8, governor: null };
  return {
    benchmark: 'forward',
    machine: { ...machine, loadBefore: 0 },
    version: { undertone: '0.1.0', node: 'v20', revision: null, dirty: null },
    madeAt: '2026-01-01T00:00:00Z',
    config: { pairs: 3, seconds: 5, played, pinned: true, peoplePerRoom: 4 },
    engines: [{ engine: 'werift', rows: [row], steps }],
  };
}

it('takes the middle pair, so that one disturbed pair decides nothing', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(ratio(row, ({ latency }) => latency!.p50)).toBeCloseTo(1.1);
});

it('tells ratio and loss, and what a core carried before packets were lost', () => {
  const text = forwardMarkdown(
    report([
      { ...step, end: null },
      { ...step, publishers: 8, end: 'loss' },
    ]),
  );
  expect(text).toContain('1.100');
  expect(text).toContain('0 / 1');
  expect(text).toContain('one core carries 4 publishers and 4 viewers (8 streams in, 24 out)');
  expect(text).toContain('at 8 packets are lost');
});

it('does not take a full load for the limit of the engine', () => {
  const text = forwardMarkdown(
    report([
      { ...step, end: null },
      { ...step, publishers: 8, end: 'load-full' },
    ]),
  );
  expect(text).toContain('the limit lies beyond');
});
