import { Command } from 'commander';
import { count, positive, type ReportOutput, tell, untilStopped } from '../cli/options.ts';

interface LatencyFlags extends ReportOutput {
  readonly seconds: number;
  readonly warmup: number;
  readonly participants: number;
  readonly media?: string;
  readonly voice?: string;
  readonly config?: string;
}

/** `undertone bench latency`. */
export function latencyCommand(): Command {
  return new Command('latency')
    .summary('how long from what happens to the delivered description')
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
      const { measureLatency } = await import('./latency-command.ts');
      const { latencyMarkdown } = await import('./latency-report.ts');
      const { seconds, warmup: warmupSeconds, participants, media, voice, config } = options;
      const agentArgs = config === undefined ? [] : ['--config', config];
      const report = await untilStopped((signal) =>
        measureLatency({ seconds, warmupSeconds, participants, media, voice, agentArgs, signal }),
      );
      await tell(report, () => latencyMarkdown(report), options);
    });
}
