#!/usr/bin/env node
/** `undertone bench`: measures this machine and scores predictions. A program of its own, so that it may watch the agent from outside. */
import { Command } from 'commander';
import { BenchError } from './bench-error.ts';
import { capacityCommand } from './capacity/capacity-cli.ts';
import { compareCommand } from './compare/compare-cli.ts';
import { costCommand } from './cost/cost-cli.ts';
import { forwardCommand } from './forward/forward-cli.ts';
import { idleCommand } from './idle/idle-cli.ts';
import { latencyCommand } from './latency/latency-cli.ts';
import { qualityCommand } from './quality/quality-cli.ts';
import { reportCommand } from './report/report-cli.ts';
import { soakCommand } from './soak/soak-cli.ts';
import { traceCommand } from './trace/trace-cli.ts';

const program = new Command('undertone bench').description(
  'Measures this machine and scores packs: latency, capacity, cost, who rests, endurance, quality. Every report can be published.',
);
// One line a subcommand; each lives beside what it measures.
for (const command of [
  latencyCommand(),
  capacityCommand(),
  costCommand(),
  forwardCommand(),
  idleCommand(),
  soakCommand(),
  qualityCommand(),
  compareCommand(),
  reportCommand(),
  traceCommand(),
])
  program.addCommand(command);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`undertone bench: ${error.message}\n`);
  process.exitCode = 1;
}
