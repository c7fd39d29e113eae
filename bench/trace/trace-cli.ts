import { Command } from 'commander';
import { print, untilStopped } from '../cli/options.ts';

/** `undertone bench trace`. */
export function traceCommand(): Command {
  return new Command('trace')
    .summary('what the senses measure in media files, as the model is given it')
    .description(
      'Writes the rows of face and voice of each file, hop by hop in the layout of models/features.json, as JSON: to look at what a description ' +
        'rests on, and for models/training (clips.py) and models/export (replay.py). The rows tell of a person as much as the file does: keep them as carefully.',
    )
    .argument('<file...>', 'media files')
    .requiredOption('--out <dir>', 'folder for one <name>.json per file; made when missing')
    .addHelpText(
      'after',
      `
Examples:
  undertone bench trace smile.mp4 tears.mp4 --out traces
  python models/export/replay.py models/packs/affect-nano traces/smile.json`,
    )
    .action(async (files: string[], { out }: { readonly out: string }) => {
      const { writeTrace } = await import('./trace-command.ts');
      await untilStopped(async (signal) => {
        for (const file of files) print(await writeTrace(file, out, signal));
      });
    });
}
