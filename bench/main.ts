#!/usr/bin/env node
/** `undertone bench`: measures this machine and scores predictions. A program of its own, so that it may watch the agent from outside. */
import { Command } from 'commander';
import { BenchError } from './bench-error.ts';
import { measureQuality, qualityTable } from './quality/quality-command.ts';

const program = new Command('undertone bench').description(
  'Measures latency on this machine and scores predictions as the papers do.',
);

program
  .command('quality')
  .description("MER-UniBench's metrics over predictions: set F on five emotion wheels, hit rate, sentiment")
  .option('--wheel <dir>', "AffectGPT's emotion_wheel folder (your own copy; its licence is non-commercial)")
  .requiredOption(
    '--predictions <file...>',
    'JSON Lines: {"gold":["happy","excited"],"pred":["joyful"]}; give several files to compare them',
    collect,
    [],
  )
  .option('--json', 'print JSON instead of a table')
  .action(async (options: { wheel?: string; predictions: string[]; json?: true }) => {
    const reports = await measureQuality(options);
    if (options.json !== true) print(qualityTable(reports));
    else print(JSON.stringify(reports.length === 1 ? reports[0] : { reports }, null, 2));
  });

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`undertone bench: ${error.message}\n`);
  process.exitCode = 1;
}
