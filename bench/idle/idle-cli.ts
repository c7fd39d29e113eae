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

interface IdleFlags extends CallFlags, ReportOutput {
  readonly engines?: readonly string[];
  readonly few: number;
  readonly many: number;
  readonly seconds: number;
  readonly layers: boolean;
}

/** `undertone bench idle`. */
export function idleCommand(): Command {
  const command = new Command('idle')
    .summary('what somebody costs who neither speaks nor moves, against somebody lively')
    .description(
      "The agent's CPU at a few and at many participants, lively and resting; what one more costs is the slope between. " +
        'Who rests shows a still picture with the noise of a camera and has muted a microphone that sends Opus DTX.',
    )
    .option('--engines <list>', 'SFU engines to measure one after the other (default: as configured)', list)
    .option('--few <number>', 'participants', count, 2)
    .option('--many <number>', 'participants; fewer where so many lively ones are too many', count, 10)
    .option('--seconds <number>', 'how long each of the five spans is measured; 15 or more', positive, 20)
    .option('--no-layers', 'pictures without temporal layers (default: three, as the page sends them)');
  return withReport(withCall(command))
    .addHelpText(
      'after',
      `
Examples:
  undertone bench idle                                 about 4 minutes
  undertone bench idle --engines mediasoup,werift --out idle.json
  undertone bench idle --no-layers --seconds 60

How to read it: CPU is of the agent and every process that it started (mediasoup's workers), in ms a second, of which a
core has 1000; only Linux tells it. "Resting" is measured when the agent's own counters say that everybody rests, half a
minute after the last word and motion; who does not come to rest is told of. The load takes CPU of the same machine and
is not counted.`,
    )
    .action(async (flags: IdleFlags) => {
      const { measureIdle } = await import('./idle-command.ts');
      const { idleMarkdown } = await import('./idle-report.ts');
      const { few, many, seconds, layers: layered, media, voice } = flags;
      const engines = flags.engines ?? [undefined];
      const agentArgs = agentArguments(flags);
      const report = await untilStopped((signal) =>
        measureIdle({ engines, few, many, seconds, layered, media, voice, agentArgs, signal }),
      );
      await tell(report, () => idleMarkdown(report), flags);
    });
}
