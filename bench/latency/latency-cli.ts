import { Command, InvalidArgumentError } from 'commander';
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

interface LatencyFlags extends CallFlags, ReportOutput {
  readonly seconds: number;
  readonly warmup: number;
  readonly participants: number;
  readonly cues: boolean;
  readonly cueMedia?: string;
  readonly cueOnsets?: readonly number[];
  readonly cueScenes?: ReadonlyArray<readonly [number, number]>;
  readonly cueSeconds: number;
  readonly mlperf?: true;
}

/** MLPerf Inference asks for so long a run. */
const MLPERF_SECONDS = 600;

/** `undertone bench latency`. */
export function latencyCommand(): Command {
  const command = new Command('latency')
    .summary('how long from what happens to the delivered description')
    .description(
      'real callers through the real agent, over real time: every stage, and from the end of a hop to the delivered description',
    )
    .option('--seconds <number>', 'how long to measure', positive, 60)
    .option('--warmup <number>', 'seconds before that which do not count', positive, 10)
    .option('--participants <number>', 'callers at once', count, 1)
    .option('--cue-seconds <number>', 'how long changes at known moments are shown afterwards', positive, 122)
    .option('--cue-media <file>', 'a video or sound in which something changes (default: a voice)')
    .option('--cue-onsets <list>', 'seconds of it at which something changes', onsets)
    .option('--cue-scenes <list>', 'scenes of it, in seconds, to show in turns instead: every 12 s the next', scenes)
    .option('--no-cues', 'show no changes at known moments')
    .option('--mlperf', `measure as long as MLPerf asks: ${MLPERF_SECONDS} s after a minute of warm-up`);
  return withReport(withCall(command))
    .addHelpText('after', HELP)
    .action(async (options: LatencyFlags) => {
      // Only here, because it brings the pipeline with it, and the other commands need none of that.
      const { measureLatency } = await import('./latency-command.ts');
      const { latencyMarkdown } = await import('./latency-report.ts');
      const { participants, media, voice, mlperf } = options;
      const [seconds, warmupSeconds] = mlperf ? [MLPERF_SECONDS, 60] : [options.seconds, options.warmup];
      const cues = options.cues ? cuesOf(options) : undefined;
      const agentArgs = agentArguments(options);
      const report = await untilStopped((signal) =>
        measureLatency({ seconds, warmupSeconds, participants, media, voice, agentArgs, cues, signal }),
      );
      await tell(report, () => latencyMarkdown(report), options);
    });
}

const HELP = `
Examples:
  undertone bench latency                                  about 3.5 minutes
  undertone bench latency --participants 4 --seconds 180 --out latency.json
  undertone bench latency --cue-media talk.mp4 --cue-onsets 4.5,31
  undertone bench latency --cue-media smile.mp4 --cue-scenes 0-0.4,1.2-2.2
  undertone bench latency --mlperf --out submission.json

How to read it: SingleStream is the p90 of hop due → state with one participant, MultiStream the p99 with several. Delays
count from due times: a hop that was left out counts until the next answer. "cue onset → shift" is from the moment when
something changed in the media to the message in the client; a change that nobody told of within 5 s is said beside it.`;

function cuesOf({ cueMedia, cueOnsets, cueScenes, cueSeconds }: LatencyFlags) {
  return {
    media: cueMedia,
    onsetsMs: cueOnsets?.map((second) => second * 1000),
    scenes: cueScenes,
    seconds: cueSeconds,
  };
}

/** From and to in ms. */
function scenes(value: string): Array<readonly [number, number]> {
  const found = list(value).map((part): readonly [number, number] => {
    const [from = NaN, to = NaN] = part.split('-').map((second) => Number(second) * 1000);
    if (!(from >= 0 && to > from)) throw new InvalidArgumentError('Give scenes in seconds, e.g. 0-4,12-19.');
    return [from, to];
  });
  if (found.length < 2) throw new InvalidArgumentError('Give at least two scenes, e.g. 0-4,12-19.');
  return found;
}

function onsets(value: string): number[] {
  return list(value).map((part) => {
    const second = Number(part);
    if (!Number.isFinite(second) || second < 0) throw new InvalidArgumentError('Give seconds, e.g. 0.4,9.5.');
    return second;
  });
}
