import { textTable } from '../text-table.ts';
import { standingCautions } from './conditions.ts';
import { figuresOf, showFigure } from './figures.ts';
import type { AnyReport } from './read-report.ts';

/** The figures of reports as Markdown for a README, one table a report, with what they were made on below. */
export function figuresMarkdown(reports: readonly AnyReport[]): string {
  const tables = reports.map((report) => {
    const { machine, version } = report;
    const revision = version.revision === null ? '' : `, revision ${version.revision.slice(0, 9)}`;
    return [
      textTable(
        [report.benchmark, 'figure'],
        figuresOf(report).map((figure) => [figure.name, showFigure(figure)]),
      ),
      '',
      `Made by \`undertone bench ${report.benchmark}\` on ${machine.cpu}, ${machine.cores} cores${revision}.`,
    ].join('\n');
  });
  return [...standingCautions(reports).map((caution) => `**${caution}**`), ...tables].join('\n\n');
}
