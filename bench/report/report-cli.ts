import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { BenchError } from '../bench-error.ts';
import { positive, print } from '../cli/options.ts';
import type { AnyReport } from './read-report.ts';

/** `undertone bench report`. */
export function reportCommand(): Command {
  return new Command('report')
    .summary('turn reports into one page with charts, or into a Markdown table')
    .description(
      'Makes one self-contained HTML page of reports: stage waterfall, percentile curves, capacity knee, cost, forward path, endurance, quality. ' +
        'Of two reports of one kind it also shows how the second compares with the first.',
    )
    .argument('<reports...>', 'JSON files, as written by --out')
    .option('--html <file>', 'write the page there')
    .option('--readme <file>', 'put the figures between the marks of this Markdown file')
    .option('--noise <percent>', 'a difference up to this is noise', positive, 10)
    .addHelpText(
      'after',
      `
Examples:
  undertone bench report latency.json capacity.json cost.json --html report.html
  undertone bench report before.json after.json --html comparison.html
  undertone bench report capacity.json                     a Markdown table for a README, on standard output`,
    )
    .action(async (files: string[], { html, noise, readme }: { html?: string; noise: number; readme?: string }) => {
      const { loadReports } = await import('./load-reports.ts');
      const reports = await loadReports(files);
      if (readme !== undefined) await writeReadme(readme, reports);
      if (readme !== undefined && html === undefined) return;
      if (html === undefined) {
        const { figuresMarkdown } = await import('./figures-table.ts');
        print(figuresMarkdown(reports));
        return;
      }
      const { reportPage } = await import('./report-page.ts');
      await writeFile(html, reportPage(reports, noise / 100));
      print(`Wrote ${html}: open it in a browser.`);
    });
}

async function writeReadme(file: string, reports: readonly AnyReport[]): Promise<void> {
  const { withFigures } = await import('./readme-figures.ts');
  const before = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('used-wrongly', `${file} cannot be read. Give --readme a Markdown file.`, cause);
  });
  await writeFile(file, withFigures(before, reports));
  print(`Wrote the figures into ${file}.`);
}
