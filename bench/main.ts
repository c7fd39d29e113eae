#!/usr/bin/env node
/** `undertone bench`: measures this machine and scores predictions. A program of its own, so that it may watch the agent from outside. */
import { readFile, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { BenchError } from './bench-error.ts';
import { compareReports, comparisonMarkdown, parseReport } from './compare/comparison.ts';
import type { LatencyOptions } from './latency/latency-command.ts';
import { latencyMarkdown } from './latency/latency-report.ts';
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
  )
  .option('--json', 'print JSON instead of a table')
  .action(async (options: { wheel?: string; predictions: string[]; json?: true }) => {
    const reports = await measureQuality(options);
    if (options.json !== true) print(qualityTable(reports));
    else print(JSON.stringify(reports.length === 1 ? reports[0] : { reports }, null, 2));
  });

program
  .command('latency')
  .description(
    'real callers through the real agent, over real time: every stage, and from the end of a hop to the delivered description',
  )
  .option('--seconds <number>', 'how long to measure', positive, 60)
  .option('--warmup <number>', 'seconds before that which do not count', positive, 10)
  .option('--participants <number>', 'callers at once', count, 1)
  .option(
    '--media <file>',
    'what the callers show: a video or a picture of a face (default: the best this machine has)',
  )
  .option('--voice <file>', "sound in place of the media's own")
  .option('--config <file>', 'settings of the agent (default: its own)')
  .option('--out <file>', 'write the report, with raw histograms, as JSON')
  .option('--json', 'print JSON instead of a table')
  .action(async (options: LatencyFlags) => {
    // Only here, because it brings the pipeline with it, and the other commands need none of that.
    const { measureLatency } = await import('./latency/latency-command.ts');
    const signal = stopSignal();
    const report = await measureLatency(toLatencyOptions(options, signal)).catch((error: unknown) => {
      // Once stopped, everything fails in its own way; that is no news.
      throw signal.aborted ? signal.reason : error;
    });
    const json = JSON.stringify(report, null, 2);
    if (options.out !== undefined) await writeFile(options.out, `${json}\n`);
    print(options.json === true ? json : latencyMarkdown(report));
  });

program
  .command('compare')
  .description('two reports figure by figure, with ratios; exits with 1 when the second is worse beyond the noise band')
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

interface LatencyFlags {
  readonly seconds: number;
  readonly warmup: number;
  readonly participants: number;
  readonly media?: string;
  readonly voice?: string;
  readonly config?: string;
  readonly out?: string;
  readonly json?: true;
}

function toLatencyOptions(
  { seconds, warmup, participants, media, voice, config }: LatencyFlags,
  signal: AbortSignal,
): LatencyOptions {
  const agentArgs = config === undefined ? [] : ['--config', config];
  return { seconds, warmupSeconds: warmup, participants, media, voice, agentArgs, signal };
}

/** Aborts at the first SIGINT or SIGTERM, so that what was started can be ended too; a second one ends this process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort(new BenchError('stopped', 'Stopped before the end: there is no report.'));
    });
  }
  return stop.signal;
}

async function readReport(file: string): Promise<ReturnType<typeof parseReport>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BenchError('report-malformed', `${file} cannot be read. Give a report written by --out.`, cause);
  });
  return parseReport(text, file);
}

function positive(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return number;
}

function count(value: string): number {
  const number = positive(value);
  if (!Number.isInteger(number)) throw new InvalidArgumentError('Give a whole number.');
  return number;
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
