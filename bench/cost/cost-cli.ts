import { Command } from 'commander';
import { count, counts, type ReportOutput, tell, untilStopped, withReport } from '../cli/options.ts';

interface CostFlags extends ReportOutput {
  readonly pack?: string;
  readonly windows: readonly number[];
  readonly batches: readonly number[];
  readonly tokens: number;
  readonly rounds: number;
  readonly peers: boolean;
}

/** `undertone bench cost`. */
export function costCommand(): Command {
  const command = new Command('cost')
    .summary('what a hop and a word cost, against re-encoding, the memory bound and peers')
    .description(
      'On one thread of this process: one more hop against encoding the window anew, every stage at several batch sizes, ' +
        'decoding against the memory bandwidth measured beside it and against the same weights stepped through JS; the face nets against TF.js (wasm) and the language model against transformers.js, where these are installed, the same weights pair by pair.',
    )
    .option('--pack <dir>', 'model pack (default: the one that comes with the project)')
    .option('--windows <list>', 'lengths of the window in seconds', counts, [2, 5, 10, 20, 30, 60])
    .option('--batches <list>', 'participants in one run', counts, [1, 4, 16])
    .option('--tokens <number>', 'tokens a decoding', count, 32)
    .option('--rounds <number>', 'timings of each; what is compared takes turns', count, 20)
    .option('--no-peers', 'leave TF.js and transformers.js out');
  return withReport(command)
    .addHelpText(
      'after',
      `
Examples:
  undertone bench cost                                         about two minutes
  npm install --no-save @huggingface/transformers              once, to have transformers.js measured too
  undertone bench cost --pack ./my-pack --rounds 100 --out cost.json

How to read it: "times" is how much dearer the other way is. What ran before a hop decides half of what it costs, so it is told twice:
hop after hop, and after other work; neither may grow with the window. The bound of decoding is the bytes that a token must read
(weights, keys and values) over the bandwidth of this thread: nothing that reads its weights once a token can be faster.`,
    )
    .action(async (flags: CostFlags) => {
      const { measureCost } = await import('./cost-command.ts');
      const { costMarkdown } = await import('./cost-report.ts');
      const report = await untilStopped((signal) => measureCost({ ...flags, signal }));
      await tell(report, () => costMarkdown(report), flags);
    });
}
