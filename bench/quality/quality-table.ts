import { textTable } from '../text-table.ts';
import type { QualityReport } from './quality-command.ts';
import type { QualityScores } from './scores.ts';

type Figure = (report: QualityReport) => number | null | undefined;

/** One column a file or pack, one row a figure, in percent as the papers print them. */
export function qualityTable(reports: readonly QualityReport[]): string {
  const rows: ReadonlyArray<readonly [string, Figure]> = [
    ['set F, mean of both levels', (report) => report.metrics?.f],
    ['set F, level 1', (report) => report.metrics?.level1.f],
    ['  precision', (report) => report.metrics?.level1.precision],
    ['  recall', (report) => report.metrics?.level1.recall],
    ['set F, level 2', (report) => report.metrics?.level2.f],
    ['  precision', (report) => report.metrics?.level2.precision],
    ['  recall', (report) => report.metrics?.level2.recall],
    ['hit rate', (report) => report.hitRate],
    ['sentiment, weighted F1', (report) => report.sentiment?.waf],
    ['sentiment, accuracy', (report) => report.sentiment?.accuracy],
    ...tasksOf(reports).flatMap((task): Array<readonly [string, Figure]> => [
      [`${task}, weighted F1`, (report) => report.tasks[task]?.waf],
      [`${task}, accuracy`, (report) => report.tasks[task]?.accuracy],
    ]),
    ['calibration error (ECE)', (report) => report.calibration?.ece],
    ['evidence precision', (report) => report.evidence?.precision],
    ['shifts found', (report) => (report.shiftDelay ? report.shiftDelay.found / report.shiftDelay.expected : null)],
  ];
  const counts: ReadonlyArray<readonly [string, keyof QualityScores['counts']]> = [
    ['lines', 'lines'],
    ['  scored as sets', 'setSamples'],
    ['  scored as hits', 'hitSamples'],
    ['  scored as sentiment', 'sentimentSamples'],
    ['    of them no sentiment, taken as neutral', 'sentimentUnreadable'],
    ['  scored as other tasks', 'otherSamples'],
    ['  skipped: gold on no wheel', 'noGoldOnAnyWheel'],
    ['  skipped: sentiment gold 0', 'sentimentGoldZero'],
  ];
  const shown = rows.filter(([, pick]) => reports.some((report) => typeof pick(report) === 'number'));
  return textTable(
    ['MER-UniBench metric, %', ...reports.map((report) => report.predictions)],
    [
      ...shown.map(([title, pick]) => [title, ...reports.map((report) => percent(pick(report)))]),
      ...shiftRows(reports),
      ...counts.map(([title, key]) => [title, ...reports.map((report) => String(report.counts[key]))]),
    ],
  );
}

function tasksOf(reports: readonly QualityReport[]): string[] {
  return [...new Set(reports.flatMap(({ tasks }) => Object.keys(tasks)))];
}

function shiftRows(reports: readonly QualityReport[]): string[][] {
  if (reports.every(({ shiftDelay }) => shiftDelay === null)) return [];
  const ms = (value: number | null | undefined): string =>
    typeof value === 'number' ? `${Math.round(value)} ms` : '–';
  return [
    ['shift delay, p50', ...reports.map(({ shiftDelay }) => ms(shiftDelay?.p50Ms))],
    ['shift delay, p90', ...reports.map(({ shiftDelay }) => ms(shiftDelay?.p90Ms))],
    ['shifts told that were none', ...reports.map(({ shiftDelay }) => String(shiftDelay?.falseAlarms ?? '–'))],
  ];
}

function percent(share: number | null | undefined): string {
  return typeof share === 'number' ? (share * 100).toFixed(2) : '–';
}
