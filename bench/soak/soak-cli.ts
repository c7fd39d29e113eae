import { Command } from 'commander';
import {
  agentArguments,
  type CallFlags,
  count,
  positive,
  type ReportOutput,
  tell,
  untilStopped,
  withCall,
  withReport,
} from '../cli/options.ts';

interface SoakFlags extends CallFlags, ReportOutput {
  readonly minutes: number;
  readonly participants: number;
  readonly roundSeconds: number;
  readonly loss: number;
}

/** `undertone bench soak`. */
export function soakCommand(): Command {
  const command = new Command('soak')
    .summary('whether the agent endures: leaks, lag and drift under coming and going')
    .description(
      'Lets a call go on while people join, leave, mute and lose packets, and watches the agent from outside: ' +
        'memory after a collection, handles, event-loop lag, drift of the clocks. Exits with 1 when something leaks or drifts.',
    )
    .option('--minutes <number>', 'how long', positive, 2)
    .option('--participants <number>', 'callers at once', count, 3)
    .option(
      '--round-seconds <number>',
      'in every round one joins, one leaves, one mutes, one loses packets',
      positive,
      8,
    )
    .option('--loss <percent>', 'share of packets that the unlucky one loses', positive, 10);
  return withReport(withCall(command))
    .addHelpText(
      'after',
      `
Examples:
  undertone bench soak                                  2 minutes, as in CI
  undertone bench soak --minutes 480 --participants 6 --round-seconds 60 --out night.json

"resident" is the agent's memory with every process that it started (mediasoup's workers).

How to read it: a quantity leaks when it rises steadily (Mann-Kendall) and by more than caches may fill. The first
quarter of the rounds does not count. Short runs find fast leaks only: let slow ones have a night.`,
    )
    .action(async (flags: SoakFlags) => {
      const { measureSoak } = await import('./soak-command.ts');
      const { soakMarkdown } = await import('./soak-report.ts');
      const { minutes, participants, roundSeconds, loss: lossPercent, media, voice } = flags;
      const agentArgs = agentArguments(flags);
      const report = await untilStopped((signal) =>
        measureSoak({ minutes, participants, roundSeconds, lossPercent, media, voice, agentArgs, signal }),
      );
      await tell(report, () => soakMarkdown(report), flags);
      if (report.results.findings.length > 0) process.exitCode = 1;
    });
}
