import { Command } from 'commander';
import {
  count,
  counts,
  list,
  type MediaFlags,
  positive,
  type ReportOutput,
  tell,
  untilStopped,
  withMedia,
  withReport,
} from '../cli/options.ts';

interface ForwardFlags extends MediaFlags, ReportOutput {
  readonly engines: readonly string[];
  readonly publishers: readonly number[];
  readonly pairs: number;
  readonly seconds: number;
  readonly mostRooms: number;
  readonly streams: boolean;
}

/** `undertone bench forward`. */
export function forwardCommand(): Command {
  const command = new Command('forward')
    .summary('whether taps harm the call: publisher to viewer, taps off and on; and streams per core')
    .description(
      'Replays RTP through each engine (an SFU process on one core, all peers in a process on another): latency, loss ' +
        'and CPU of the forward path with the taps of one call off and on in turn, then rooms of four are added until packets are lost.',
    )
    .option('--engines <list>', 'SFU engines, one after the other', list, ['mediasoup', 'werift'])
    .option('--publishers <list>', 'publishers in the room', counts, [1, 4, 8])
    .option('--pairs <number>', 'how often taps are off and on for each size', count, 16)
    .option('--seconds <number>', 'how long each half of a pair is measured', positive, 1.2)
    .option('--most-rooms <number>', 'never more rooms of four than this', count, 64)
    .option('--no-streams', 'leave out the search for streams per core');
  return withReport(withMedia(command))
    .addHelpText(
      'after',
      `
How to read it: on:off of p50 and p95 says what taps cost the people in the call (1 is nothing), "ms more" what that is in
milliseconds; "lost" is what the viewer never got. All on one machine's loopback: nothing of a network is in these times, so
a ratio of them is the worst that a call can see. Taps are forks that hand over every packet and do nothing with it.
"Cores" is the engine's CPU.
So that one core holds the peers of the search, packets are encrypted before they are due, and of each room one viewer
counts (by sequence numbers, nothing is decrypted) while the others' packets reach their sockets and are left there: the
engine does all its work for all of them. If the peers' core is full before packets are lost, it says so, and the engine's
limit lies beyond.`,
    )
    .action(async (flags: ForwardFlags) => {
      const { measureForward } = await import('./forward-command.ts');
      const { forwardMarkdown } = await import('./forward-report.ts');
      const { streams, mostRooms, engines, publishers, pairs, seconds, media, voice } = flags;
      const most = streams ? mostRooms : 0;
      const options = { engines, publishers, pairs, seconds, mostRooms: most, media, voice };
      const report = await untilStopped((signal) => measureForward({ ...options, signal }));
      await tell(report, () => forwardMarkdown(report), flags);
    });
}
