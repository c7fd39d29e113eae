import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { BenchError } from '../bench-error.ts';
import { positive, print } from '../cli/options.ts';
import { compareReports, comparisonMarkdown, parseReport } from './comparison.ts';

/** `undertone bench compare`. */
export function compareCommand(): Command {
  return new Command('compare')
    .summary('two reports figure by figure; exits with 1 when the second is worse')
    .description(
      'two reports figure by figure, with ratios; exits with 1 when the second is worse beyond the noise band',
    )
    .argument('<a>', 'report before, as written by --out or --json')
    .argument('<b>', 'report after')
    .option('--noise <percent>', 'a difference up to this is noise', positive, 10)
    .option('--json', 'print JSON instead of a table')
    .action(async (a: string, b: string, options: { noise: number; json?: true }) => {
      const noise = options.noise / 100;
      const comparison = compareReports(await readReport(a), await readReport(b), noise);
      print(options.json === true ? JSON.stringify(comparison, null, 2) : comparisonMarkdown(comparison, noise));
      if (comparison.figures.some(({ regression }) => regression)) process.exitCode = 1;
    });
}

async function readReport(file: string): Promise<ReturnType<typeof parseReport>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('report-malformed', `${file} cannot be read. Give a report written by --out.`, cause);
  });
  return parseReport(text, file);
}
