import { describe, expect, it } from 'vitest';
import { compareReports, comparisonMarkdown } from '../../../bench/compare/comparison.ts';
import { parseReport } from '../../../bench/report/read-report.ts';

const origin = { machine: { cpu: 'a cpu', cores: 2 }, version: { revision: null } };

function summary(p50: number): object {
  return { n: 100, mean: p50, p50, p90: p50 * 1.5, p95: p50 * 2, p99: p50 * 3, max: p50 * 4 };
}

function latency(encode: number, cpu = 'a cpu'): string {
  return JSON.stringify({
    benchmark: 'latency',
    ...origin,
    machine: { cpu, cores: 2 },
    config: { participants: 1, played: 'a clip', pack: 'p@1' },
    results: {
      stages: { encode: summary(encode), tap: null },
      hopToDelivered: summary(60),
      dueToDescription: null,
      dueToState: summary(40),
      hops: { received: 10, missed: 0 },
    },
  });
}

function quality(f: number): string {
  return JSON.stringify({
    ...origin,
    counts: { lines: 9 },
    metrics: { level1: { f }, level2: { f: f / 2 }, f: f * 0.75 },
    hitRate: null,
    sentiment: null,
  });
}

const compare = (a: string, b: string, noise = 0.1): ReturnType<typeof compareReports> =>
  compareReports(parseReport(a, 'a.json'), parseReport(b, 'b.json'), noise);

describe('comparing two reports', () => {
  it('finds the one stage that got slower, with its ratio, and nothing else', () => {
    const { figures, cautions } = compare(latency(20), latency(70));
    expect(figures.filter(({ regression }) => regression)).toEqual([
      { name: 'stage encode, p50', unit: 'ms', a: 20, b: 70, ratio: 3.5, better: 'lower', regression: true },
    ]);
    expect(cautions).toEqual([]);
  });

  it('lets a difference inside the noise band pass, and any improvement', () => {
    expect(compare(latency(20), latency(21.9)).figures.some(({ regression }) => regression)).toBe(false);
    expect(compare(latency(20), latency(5)).figures.some(({ regression }) => regression)).toBe(false);
  });

  it('takes lower as worse for quality', () => {
    expect(compare(quality(0.8), quality(0.6)).figures.every(({ regression }) => regression)).toBe(true);
    expect(compare(quality(0.6), quality(0.8)).figures.some(({ regression }) => regression)).toBe(false);
  });

  it('says why two reports may not be comparable', () => {
    expect(compare(latency(20), latency(20, 'another cpu')).cautions).toEqual([
      'Different machines: a cpu and another cpu.',
    ]);
  });

  it('says in words what got worse', () => {
    const noise = 0.1;
    expect(comparisonMarkdown(compare(latency(20), latency(70)), noise)).toMatch(
      /^Worse by more than 10 %: stage encode, p50\.\n/,
    );
    expect(comparisonMarkdown(compare(latency(20), latency(20)), noise)).toMatch(
      /^Nothing got worse by more than 10 %\./,
    );
  });

  it('refuses reports of two kinds, and files that are no reports', () => {
    expect(() => compare(latency(20), quality(0.5))).toThrow(/"latency", the second of "quality"/);
    expect(() => parseReport('{}', 'a.json')).toThrow(/^a\.json is no report/);
    expect(() => parseReport('{', 'a.json')).toThrow(/^a\.json is not JSON/);
  });
});
