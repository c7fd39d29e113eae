import { describe, expect, it } from 'vitest';
import { compareReports } from '../../../bench/compare/comparison.ts';
import { cautionsOf } from '../../../bench/idle/idle-command.ts';
import {
  type IdleAttendance,
  idleMarkdown,
  type IdleReport,
  type IdleRun,
  type IdleSpan,
  isSound,
} from '../../../bench/idle/idle-report.ts';
import { figuresMarkdown } from '../../../bench/report/figures-table.ts';
import { parseReport } from '../../../bench/report/read-report.ts';
import { readmeFigures } from '../../../bench/report/readme-figures.ts';
import { reportPage } from '../../../bench/report/report-page.ts';

const span = (
  participants: number,
  cpuMsPerS: number,
  hopsToldPerS: number,
  more: Partial<IdleSpan> = {},
): IdleSpan => ({
  participants,
  cpuMsPerS,
  agentMiB: 400,
  hopsToldPerS,
  hopsRestedPerS: 2 * participants - hopsToldPerS,
  packetsPerS: 100 * participants,
  loadLateMs: 0,
  shed: [],
  ...more,
});
const lively: IdleAttendance = { few: span(2, 220, 4), many: span(10, 1020, 20), each: 100, asMeant: true, kbps: 500 };
const resting: IdleAttendance = { few: span(2, 70, 0.3), many: span(10, 270, 1.6), each: 25, asMeant: true, kbps: 490 };
const run: IdleRun = { engine: 'mediasoup', provider: 'cpu', nobody: span(0, 20, 0), lively, resting, ratio: 0.25 };

function report(cautions: readonly string[] = [], layered = true): IdleReport {
  return {
    benchmark: 'idle',
    machine: {
      platform: 'linux',
      arch: 'x64',
      cpu: 'a cpu',
      cores: 2,
      memoryGiB: 8,
      governor: null,
      loadBefore: 0,
    },
    version: { undertone: '1', node: 'v20', revision: null, dirty: null },
    madeAt: '2030-01-01T00:00:00Z',
    config: {
      few: 2,
      many: 10,
      seconds: 20,
      layered,
      played: 'a face with a voice',
      playedAtRest: 'a face, still',
      pack: 'p@1',
      agentArgs: [],
      loadCore: 1,
    },
    results: { runs: [run], cautions },
  };
}

const read = (made: IdleReport) => parseReport(JSON.stringify(made), 'idle.json');

describe('a report of what it costs to rest', () => {
  it('says in words and in a table what one more costs, and what the agent takes with nobody there', () => {
    const markdown = idleMarkdown(report(['it was warm']));
    expect(markdown).toMatch(
      /^mediasoup: who rests costs the agent 25\.0 ms of CPU a second, 25 % of the 100\.0 ms .* nobody there it takes 20\.0 ms\./,
    );
    expect(markdown).toMatch(/mediasoup, 10 resting +\| +270\.0 \| +25\.0 \|/);
    expect(markdown).toContain('- it was warm');
    expect(markdown).toContain('500 kbit/s lively, 490 at rest');
  });

  it('is read again for the page, the README and comparisons, with its cautions', () => {
    const html = reportPage([read(report(['it was warm']))], 0.1);
    expect(html).toContain('class="warning">it was warm');
    expect(html).toContain('mediasoup, 10 resting');
    const readme = readmeFigures([read(report())]);
    expect(readme).toMatch(
      /\| mediasoup, three temporal layers, 2 to 10 lively, 2 to 10 resting +\| +20\.0 \| +100\.0 \| +25\.0 \| +0\.25 \|/,
    );
    expect(figuresMarkdown([read(report())])).toContain('| mediasoup: resting over lively');
    expect(`${html}${readme}`).not.toMatch(/NaN|Infinity|undefined/);
    const { figures, differing } = compareReports(read(report()), read(report([], false)), 0.1);
    expect(figures).toHaveLength(4);
    expect(differing).toEqual(['Different settings of "layered": true and false.']);
  });

  it('tells no ratio where work was shed, but what the lively cost at least', () => {
    const full: IdleAttendance = { ...lively, many: span(10, 1020, 15, { shed: ['75 × hop_behind'] }) };
    expect([isSound(lively), isSound(full), isSound({ ...resting, asMeant: false })]).toEqual([true, false, false]);
    const shed = { ...report(), results: { runs: [{ ...run, lively: full, ratio: null }], cautions: [] } };
    expect(idleMarkdown(shed)).toMatch(/^mediasoup: who rests costs .* a second, who is lively ≥ 100\.0 ms;/);
    expect(readmeFigures([read(shed)])).toMatch(/\| +≥ 100\.0 \| +25\.0 \| +– \|/);
    expect(reportPage([read(shed)], 0.1)).not.toMatch(/NaN|null/);
  });
});

describe('the cautions of a run', () => {
  it('are none where everything was as meant', () => {
    expect(cautionsOf(run)).toEqual([]);
  });

  it('tell who did not come to rest, what was shed and a load that came late', () => {
    const awake = { ...resting, asMeant: false, many: span(10, 400, 8) };
    const full = { ...lively, many: span(10, 1500, 20, { shed: ['3 × hop_behind'], loadLateMs: 40 }) };
    expect(cautionsOf({ ...run, lively: full, resting: awake }).join('\n')).toMatch(
      /came to rest[^]*of 10 who should rest, about 3\.5 did not[^]*10 participants the agent shed work \(3 × hop_behind\)[^]*came late/,
    );
  });
});
