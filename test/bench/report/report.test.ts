import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../bench/histogram.ts';
import { figuresMarkdown } from '../../../bench/report/figures-table.ts';
import { compareReports } from '../../../bench/compare/comparison.ts';
import { type AnyReport, parseReport, parseReports } from '../../../bench/report/read-report.ts';
import { reportPage } from '../../../bench/report/report-page.ts';
import { barChart, lineChart } from '../../../bench/report/svg.ts';

const CHROMIUM = '/usr/bin/chromium';

function distribution(scale: number): Histogram {
  const histogram = Histogram.create();
  for (let index = 1; index <= 400; index++) histogram.record((scale * index) / 40);
  return histogram;
}

function latency(scale: number, played = 'a clip'): AnyReport {
  const histogram = distribution(scale);
  const summary = histogram.summary();
  return parseReport(
    JSON.stringify({
      benchmark: 'latency',
      machine: { cpu: 'a <cpu>', cores: 2, memoryGiB: 8, platform: 'linux', arch: 'x64', loadBefore: 0 },
      version: { undertone: '1', node: 'v20', revision: null },
      madeAt: '2030-01-01T00:00:00Z',
      config: { participants: 1, played, pack: 'p@1' },
      results: {
        stages: { tap: summary, encode: summary, firstWord: summary, decoded: null },
        hopToDelivered: summary,
        dueToDescription: summary,
        dueToState: summary,
        hops: { received: 400, missed: 0 },
        histograms: { dueToState: histogram, hopToDelivered: histogram },
      },
    }),
    'made.json',
  );
}

const step = (participants: number, held: boolean): object => ({
  participants,
  held,
  reasons: held ? [] : ['p95 of hop due → state was 400 ms'],
  hopToDelivered: null,
  dueToState: distribution(participants).summary(),
  hops: { received: 10, missed: 0 },
  cores: { agent: 0.2 * participants, load: 0.1, bench: 0.01 },
  agentMiB: 300,
  watts: null,
  loadLateMs: 0,
  histograms: {},
});
const capacity = parseReport(
  JSON.stringify({
    benchmark: 'capacity',
    machine: { cpu: 'a cpu', cores: 2 },
    version: { revision: null },
    config: { budgetMs: 250 },
    results: {
      cautions: [],
      runs: [
        {
          engine: 'werift',
          provider: 'cpu',
          mode: 'both',
          knee: 8,
          tooMany: 9,
          perAgentCore: 5,
          mibPerParticipant: 9.5,
          idleWatts: null,
          perWatt: null,
          steps: [step(1, true), step(8, true), step(16, false), step(9, false)],
        },
      ],
    },
  }),
  'capacity.json',
);

describe('the page of a report', () => {
  it('needs nothing but itself, and lets no text of a report become markup', () => {
    const html = reportPage([latency(1), capacity], 0.1);
    expect(html).not.toMatch(/<script|https?:|url\(|@import/);
    expect(html).toContain('a &lt;cpu&gt;');
    expect(html).toContain('hop closed → description delivered');
    expect(html).toContain('face and voice, werift');
  });

  it('shows of two reports of a kind how the second compares with the first', () => {
    const html = reportPage([latency(1), latency(2)], 0.1);
    expect(html).toContain('B against A');
    expect(html).toContain('Worse by more than 10 %');
    expect(html).toContain('× 2.00');
    expect(reportPage([latency(1), capacity], 0.1)).not.toContain('B against A');
  });

  it('warns where figures stand beside one another that were not made under the same conditions', () => {
    const other = latency(1, 'a drawn disc (no face) with a voice');
    const comparison = reportPage([latency(1), other], 0.1);
    expect(comparison).toMatch(/class="warning">NOT THE SAME CONDITIONS[^<]*Different media/);
    expect(comparison).toMatch(/B · Latency[^<]*<\/h2><p class="warning">Nobody showed a face/);
    expect(reportPage([latency(1), other, capacity], 0.1)).toMatch(/Not the same conditions<\/h2><p class="warning">/);
    expect(reportPage([latency(1), latency(2)], 0.1)).not.toContain('class="warning"');
  });

  it.skipIf(!existsSync(CHROMIUM))('lays out in a browser without anything beyond the edges', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'report-'));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 120_000 });
    try {
      const file = join(dir, 'report.html');
      await writeFile(file, reportPage([latency(1), latency(2)], 0.1));
      for (const width of [390, 1100]) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        await page.goto(`file://${file}`);
        // As text: the tests' types know no document.
        const seen = await page.evaluate<{ overflow: number; charts: number; lines: number }>(`({
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          charts: document.querySelectorAll('svg').length,
          lines: document.querySelectorAll('svg path.line').length,
        })`);
        expect(seen.overflow).toBeLessThanOrEqual(0);
        expect(seen.charts).toBeGreaterThanOrEqual(4);
        expect(seen.lines).toBeGreaterThanOrEqual(4);
        await page.close();
      }
    } finally {
      await browser.close();
      await rm(dir, { recursive: true });
    }
  });

  it('reads what one command wrote of several packs', () => {
    const machine = { cpu: 'a cpu', cores: 2 };
    const of = (predictions: string): object => ({
      benchmark: 'quality',
      machine,
      version: { revision: null },
      predictions,
      counts: { lines: 1 },
      metrics: null,
      hitRate: 0.5,
      sentiment: null,
    });
    const both = parseReports(JSON.stringify({ reports: [of('a.jsonl'), of('b.jsonl')] }), 'quality.json');
    expect(reportPage(both, 0.1)).toMatch(/A · Quality: a\.jsonl[\s\S]*B · Quality: b\.jsonl/);
    expect(() => parseReports('{"reports":[]}', 'none.json')).toThrow('no report of "undertone bench"');
  });

  it('has a Markdown table for a README, which says what made it', () => {
    const markdown = figuresMarkdown([capacity]);
    expect(markdown).toContain('| participants: both, werift, cpu');
    expect(markdown).toContain('undertone bench capacity');
    expect(markdown).not.toContain('**');
  });
});

describe('charts', () => {
  it('draw nothing of nothing', () => {
    expect(lineChart({ title: 't', x: { label: 'x' }, y: { label: 'y' }, series: [] })).toBe('');
    expect(barChart('t', [])).toBe('');
  });

  it('keep every number finite, also for one point, zeros and equal values on logarithmic axes', () => {
    const chart = lineChart({
      title: 't',
      x: { label: 'x' },
      y: { label: 'y', log: true },
      series: [
        { name: 'one', points: [[1, 0]] },
        {
          name: 'flat',
          points: [
            [0, 5],
            [3, 5],
          ],
        },
      ],
    });
    expect(chart).not.toMatch(/NaN|Infinity/);
    expect(barChart('t', [{ label: 'a', value: 0, shown: '0' }])).not.toMatch(/NaN|Infinity/);
  });
});

/** As `bench forward` writes it; before, the quantiles lay one level down. */
function forward(nested: boolean): AnyReport {
  const segment = (p50: number): object => ({
    ...(nested ? { latency: { p50, p95: 2 * p50 } } : { p50, p95: 2 * p50 }),
    lost: 0,
    sfuCores: 0.1,
  });
  const pairs = [1, 1.1, 1.2].map((factor) => ({ off: segment(0.5), on: segment(0.5 * factor) }));
  const rows = [{ publishers: 4, tapDrops: 0, pairs }];
  const room = (publishers: number, end: string | null): object => ({
    publishers,
    streamsIn: 2 * publishers,
    streamsOut: 6 * publishers,
    sfuCores: 0.6,
    end,
  });
  const engines = [
    { engine: 'werift', rows, steps: [room(20, null), room(24, 'loss')] },
    { engine: 'mediasoup', rows: [], steps: [] },
  ];
  const machine = { cpu: 'a cpu', cores: 2 };
  const config = { played: { title: 'a face', kbps: 500, packetsPerS: 100 }, pinned: true };
  const report = { benchmark: 'forward', machine, version: { revision: null }, config, engines };
  return parseReport(JSON.stringify(report), 'forward.json');
}

describe('the forward path', () => {
  it.each([true, false])(
    'is drawn with its ratio, what that lies in, and the streams of a core (nested: %s)',
    (nested) => {
      const html = reportPage([forward(nested)], 0.1);
      expect(html).toContain('Taps cost the way from publisher to viewer 0.05 ms at the median at most');
      expect(html).toContain('1.10 (1.00 to 1.20)');
      expect(html).toContain('40 → 120');
      expect(html).toContain('0.10 → 0.10');
      expect(html).toContain('at 24 packets were lost');
      expect(html).not.toMatch(/NaN|Infinity|undefined/);
      expect(compareReports(forward(nested), forward(!nested), 0.1)).toMatchObject({ cautions: [], differing: [] });
      const markdown = figuresMarkdown([forward(nested)]);
      expect(markdown).toMatch(/werift, 4 publishers: p50, taps on over off +\| × 1\.10 \(1\.00 to 1\.20\)/);
    },
  );
});
