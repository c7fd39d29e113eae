import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { compareCommand } from '../../../bench/compare/compare-cli.ts';
import { compareReports, comparisonMarkdown } from '../../../bench/compare/comparison.ts';
import { parseReport } from '../../../bench/report/read-report.ts';

const origin = { machine: { cpu: 'a cpu', cores: 2 }, version: { revision: null } };

function summary(p50: number): object {
  return { n: 100, mean: p50, p50, p90: p50 * 1.5, p95: p50 * 2, p99: p50 * 3, max: p50 * 4 };
}

function latency(encode: number, cpu = 'a cpu', played = 'a clip'): string {
  return JSON.stringify({
    benchmark: 'latency',
    ...origin,
    machine: { cpu, cores: 2 },
    config: { participants: 1, played, pack: 'p@1' },
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
    const { figures, cautions, differing } = compare(latency(20), latency(70));
    expect(figures.filter(({ regression }) => regression)).toEqual([
      { name: 'stage encode, p50', unit: 'ms', a: 20, b: 70, ratio: 3.5, better: 'lower', regression: true },
    ]);
    expect([cautions, differing]).toEqual([[], []]);
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
    expect(compare(latency(20), latency(20, 'another cpu')).differing).toEqual([
      'Different machines: a cpu and another cpu.',
    ]);
  });

  it('says before anything else that another load was played, and that one showed no face', () => {
    const compared = compare(latency(20), latency(20, 'a cpu', 'a drawn disc (no face) with a voice'));
    expect(compared.differing).toEqual(['Different media: a clip and a drawn disc (no face) with a voice.']);
    expect(compared.cautions).toEqual([expect.stringMatching(/^B: Nobody showed a face/)]);
    expect(comparisonMarkdown(compared, 0.1)).toMatch(/^NOT THE SAME CONDITIONS.*Different media/);
  });

  it('takes every setting for a condition, also one that only one of the two tells', () => {
    const given = (config: object): string =>
      latency(20).replace('"pack"', `${JSON.stringify(config).slice(1, -1)},"pack"`);
    expect(compare(given({ agentArgs: [] }), given({ agentArgs: ['--config', 'a.yaml'] })).differing).toEqual([
      'Different settings of "agentArgs": [] and ["--config","a.yaml"].',
    ]);
    expect(compare(latency(20), given({ layered: true })).differing).toEqual([
      'Different settings of "layered": untold and true.',
    ]);
  });

  it('refuses reports of different loads on the command line, unless they are wanted anyway', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'compare-'));
    const [a, b] = [join(dir, 'a.json'), join(dir, 'b.json')];
    await writeFile(a, latency(20));
    await writeFile(b, latency(20, 'a cpu', 'another clip'));
    const run = (...more: string[]): Promise<unknown> => compareCommand().parseAsync([a, b, ...more], { from: 'user' });
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await expect(run()).rejects.toMatchObject({
        code: 'not-comparable',
        message: expect.stringContaining('Different media: a clip and another clip.'),
      });
      expect(written).not.toHaveBeenCalled();
      await run('--anyway');
      expect(written.mock.calls.join()).toMatch(/^NOT THE SAME CONDITIONS/);
    } finally {
      written.mockRestore();
      await rm(dir, { recursive: true });
    }
  });

  it('never takes what only one of them tells for as good as before', () => {
    const { figures, differing, cautions } = compare(
      quality(0.5),
      quality(0.5).replace('"hitRate":null', '"hitRate":0.5'),
    );
    expect([figures.length > 0, differing]).toEqual([true, []]);
    expect(cautions).toEqual(['Only B has hit rate.']);
    const none = latency(20).replaceAll(/\{"n":100[^}]*\}/g, 'null');
    const compared = compare(latency(20), none);
    expect(compared.differing).toEqual(['The two have no figure in common.']);
    expect(comparisonMarkdown(compared, 0.1)).not.toContain('Nothing got worse');
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
