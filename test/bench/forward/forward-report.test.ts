import { expect, it } from 'vitest';
import { forwardMarkdown, ratio, type ForwardReport, type Segment } from '../../../bench/forward/forward-report.ts';

function segment(p50: number, p95: number, lost = 0): Segment {
  return { n: 9, p50, p95, received: 100, lost, sfuCores: 0.1, peerCores: 0.2 };
}

const row = {
  publishers: 1,
  tapDrops: 0,
  pairs: [
    { off: segment(1, 2), on: segment(1.1, 2) },
    { off: segment(1, 2), on: segment(3, 2.4, 1) },
    { off: segment(1, 2), on: segment(1.02, 2.2) },
  ],
};
const step = {
  publishers: 4,
  viewers: 4,
  streamsIn: 8,
  streamsOut: 24,
  packetsInPerS: 480,
  packetsOutPerS: 1440,
  lossShare: 0,
  sfuCores: 0.048,
  peerCores: 0.5,
};

function report(steps: ForwardReport['engines'][number]['steps']): ForwardReport {
  const played = { title: 'a clip', kbps: 570, packetsPerS: 120 };
  const machine = { platform: 'linux', arch: 'x64', cpu: 'a CPU', cores: 2, memoryGiB: 8, governor: null };
  return {
    benchmark: 'forward',
    machine: { ...machine, loadBefore: 0 },
    version: { undertone: '0.1.0', node: 'v20', revision: null, dirty: null },
    madeAt: '2026-01-01T00:00:00Z',
    config: { pairs: 3, seconds: 5, played, pinned: true, mediaFirst: true, peoplePerRoom: 4 },
    engines: [{ engine: 'werift', rows: [row], steps }],
  };
}

it('compares what lies side by side', () => {
  expect(ratio(row, 'p50')).toEqual({ median: 1.1, low: 1.02, high: 3 });
  expect(ratio(row, 'p95').median).toBeCloseTo(1.1);
});

it('tells ratio and loss, and what a core carried before packets were lost', () => {
  const text = forwardMarkdown(
    report([
      { ...step, end: null },
      { ...step, publishers: 8, end: 'loss' },
    ]),
  );
  expect(text).toContain('1.10 [1.02 … 3.00]');
  expect(text).toContain('0.100 [0.020 … 2.000]');
  expect(text).toContain('0 / 1');
  expect(text).toContain(
    'one core carries 4 publishers and 4 viewers (8 streams in, 24 out; 480 packets/s in, 1440 out)',
  );
  expect(text).toContain('25.0 µs a packet');
  expect(text).toContain('at 8 packets are lost');
});

it('does not take a full load for the limit of the engine', () => {
  const text = forwardMarkdown(
    report([
      { ...step, end: null },
      { ...step, publishers: 8, end: 'load-full' },
    ]),
  );
  expect(text).toContain('limit lies beyond');
});
