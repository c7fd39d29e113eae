import { Command } from 'commander';
import { BenchError } from '../bench-error.ts';
import { positive, print } from '../cli/options.ts';

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
    .option('--anyway', 'compare although machine, media, pack or settings differ')
    .option('--json', 'print JSON instead of a table')
    .addHelpText(
      'after',
      `
Examples:
  undertone bench compare before.json after.json              is it worse than before, beyond 10 %?
  undertone bench compare bench/reports/capacity.json mine.json --noise 25 --anyway
Two reports of different loads (what was played, the pack, the machine, any setting) are refused without --anyway.
Run the same command twice on the same machine to learn what its noise is, and state that.`,
    )
    .action(async (a: string, b: string, options: { noise: number; anyway?: true; json?: true }) => {
      const { compareReports, comparisonMarkdown } = await import('./comparison.ts');
      const { loadReport } = await import('../report/load-reports.ts');
      const noise = options.noise / 100;
      const comparison = compareReports(await loadReport(a), await loadReport(b), noise);
      if (options.anyway !== true) refuseUnequal(comparison.differing);
      print(options.json === true ? JSON.stringify(comparison, null, 2) : comparisonMarkdown(comparison, noise));
      if (comparison.figures.some(({ regression }) => regression)) process.exitCode = 1;
    });
}

function refuseUnequal(differing: readonly string[]): void {
  if (differing.length === 0) return;
  throw new BenchError(
    'not-comparable',
    `These two were not made under the same conditions, so neither is better than the other. ${differing.join(' ')}\n` +
      'Measure again under the same, or say --anyway to see the figures side by side.',
  );
}
