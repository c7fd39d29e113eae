import { Command } from 'commander';
import {
  agentArguments,
  type CallFlags,
  count,
  list,
  positive,
  type ReportOutput,
  tell,
  untilStopped,
  withCall,
  withReport,
} from '../cli/options.ts';
import { BenchError } from '../bench-error.ts';

const MODES = ['audio', 'video', 'both'] as const;

interface CapacityFlags extends CallFlags, ReportOutput {
  readonly modes: readonly string[];
  readonly engines?: readonly string[];
  readonly providers?: readonly string[];
  readonly budget: number;
  readonly stepSeconds: number;
  readonly settleSeconds: number;
  readonly most: number;
}

/** `undertone bench capacity`. */
export function capacityCommand(): Command {
  const command = new Command('capacity')
    .summary('how many participants this machine carries within a budget')
    .description(
      'Adds participants until the p95 exceeds the budget or anything is shed, and halves the step until the knee is known: ' +
        'audio only, video only, both. Participants are replayed RTP (VP8 and Opus, encoded once) from one process of their own; no browser is needed.',
    )
    .option('--modes <list>', 'audio, video, both', list, [...MODES])
    .option('--budget <ms>', 'p95 of hop due → state, and of hop closed → delivered', positive, 250)
    .option('--most <number>', 'never more participants than this', count, 128)
    .option('--step-seconds <number>', 'how long each load is measured', positive, 3)
    .option('--settle-seconds <number>', 'how long it runs before that', positive, 1)
    .option('--engines <list>', 'SFU engines to measure one after the other (default: as configured)', list)
    .option('--providers <list>', 'execution providers to measure one after the other (default: as configured)', list);
  return withReport(withCall(command))
    .addHelpText(
      'after',
      `
Examples:
  undertone bench capacity                             about 3 minutes: the three knees of this machine
  undertone bench capacity --modes both --step-seconds 20 --out capacity.json
  undertone bench capacity --engines werift,mediasoup  the same load on both engines

How to read it: "per agent core" divides participants by the CPU that the agent took at the knee, with every process that
it started (mediasoup's workers); so is its memory counted. Only Linux tells of either. The load takes CPU
of the same machine; "load cores" says how much, and a load that came late is said. Power is read from a Jetson's
INA3221 or from RAPL (often for root only), less what the idle agent takes; elsewhere it says unreadable.`,
    )
    .action(async (flags: CapacityFlags) => {
      const { measureCapacity } = await import('./capacity-command.ts');
      const { capacityMarkdown } = await import('./capacity-report.ts');
      const { budget: budgetMs, stepSeconds, settleSeconds, most, media, voice } = flags;
      const report = await untilStopped((signal) =>
        measureCapacity({
          modes: modesOf(flags.modes),
          engines: flags.engines ?? [undefined],
          providers: flags.providers ?? [undefined],
          budgetMs,
          stepSeconds,
          settleSeconds,
          most,
          media,
          voice,
          agentArgs: agentArguments(flags),
          signal,
        }),
      );
      await tell(report, () => capacityMarkdown(report), flags);
    });
}

function modesOf(given: readonly string[]): Array<(typeof MODES)[number]> {
  return given.map((name) => {
    const mode = MODES.find((known) => known === name);
    if (mode === undefined)
      throw new BenchError('used-wrongly', `There is no mode "${name}". Give --modes some of ${MODES.join(', ')}.`);
    return mode;
  });
}
