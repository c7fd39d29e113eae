import { Command } from 'commander';
import { print } from '../cli/options.ts';

/** `undertone bench quality`. */
export function qualityCommand(): Command {
  return new Command('quality')
    .summary('score predictions, or a pack over clips, as the papers do')
    .description("MER-UniBench's metrics over predictions: set F on five emotion wheels, hit rate, sentiment")
    .option('--wheel <dir>', "AffectGPT's emotion_wheel folder (your own copy; its licence is non-commercial)")
    .requiredOption(
      '--predictions <file...>',
      'JSON Lines: {"gold":["happy","excited"],"pred":["joyful"]}; give several files to compare them',
    )
    .option('--json', 'print JSON instead of a table')
    .action(async (options: { wheel?: string; predictions: string[]; json?: true }) => {
      const { measureQuality, qualityTable } = await import('./quality-command.ts');
      const reports = await measureQuality(options);
      if (options.json !== true) print(qualityTable(reports));
      else print(JSON.stringify(reports.length === 1 ? reports[0] : { reports }, null, 2));
    });
}
