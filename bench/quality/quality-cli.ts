import { Command } from 'commander';
import { BenchError } from '../bench-error.ts';
import { print, untilStopped } from '../cli/options.ts';
import type { QualityReport } from './quality-command.ts';

interface QualityFlags {
  readonly wheel?: string;
  readonly predictions?: readonly string[];
  readonly clips?: string;
  readonly dataset?: string;
  readonly labels?: string;
  readonly media?: string;
  readonly split?: string;
  readonly pack?: readonly string[];
  readonly save: string;
  readonly skipMissing?: true;
  readonly json?: true;
}

/** `undertone bench quality`. */
export function qualityCommand(): Command {
  return new Command('quality')
    .summary('score predictions, or packs over clips, as the papers do')
    .description(
      "MER-UniBench's metrics (set F on five emotion wheels, hit rate, sentiment), EmoVerse's tasks, calibration, shift delay and evidence precision: " +
        'over predictions, or over clips that packs are shown.',
    )
    .option('--wheel <dir>', "AffectGPT's emotion_wheel folder (your own copy; its licence is non-commercial)")
    .option(
      '--predictions <file...>',
      'JSON Lines: {"gold":["happy","excited"],"pred":["joyful"]}; give several files to compare them',
    )
    .option(
      '--clips <file>',
      'JSON Lines: {"path":"clips/1.mp4","gold":["happy"],"task":"labels"}, paths relative to it',
    )
    .option('--dataset <name>', 'a published set, with --labels and --media (your own copy)')
    .option('--labels <file>', 'label file of the set')
    .option('--media <dir>', "folder of the set's clips")
    .option('--split <name>', 'a split of the set, or all (default: what MER-UniBench tests on)')
    .option('--pack <dir...>', 'packs to show the clips to (default: the one that comes with the project)')
    .option('--save <dir>', 'where predictions are kept; an interrupted run goes on from there', 'bench-predictions')
    .option('--skip-missing', 'score the clips that are there, and count the others')
    .option('--json', 'print JSON instead of a table')
    .addHelpText('after', HELP)
    .action(async (flags: QualityFlags) => {
      const { qualityTable } = await import('./quality-table.ts');
      const reports = await reportsOf(flags);
      if (flags.json !== true) print(qualityTable(reports));
      else print(JSON.stringify(reports.length === 1 ? reports[0] : { reports }, null, 2));
    });
}

const HELP = `
Examples:
  undertone bench quality --wheel emotion_wheel --predictions mine.jsonl theirs.jsonl
  undertone bench quality --wheel emotion_wheel --clips clips.jsonl --pack packs/a packs/b --save runs/1
  undertone bench quality --wheel emotion_wheel --dataset meld --labels test_sent_emo.csv --media output_repeated_splits_test

Lines of a predictions file ("confidence":0..1 may stand in any, and is then held against what was right):
  {"gold":["happy","excited"],"pred":["joyful"]}               open vocabulary: set F
  {"gold":"happy","pred":["joyful"]}                           one label: hit rate
  {"gold":-0.6,"pred":"negative"}                              sentiment
  {"task":"sentiment-word","gold":"Positive.","pred":"..."}    EmoVerse: one word; also "emotion"
  {"task":"expression","gold":"lip corner puller, cheek raiser","pred":"..."}     EmoVerse: action units
  {"task":"cause","gold":"3_happy,1","pred":"..."}             EmoVerse: utterance_emotion,cause
  {"task":"reason","gold":"...","pred":"..."}                  EmoVerse: ROUGE-L
  {"task":"choice","category":"...","gold":"b","pred":"a"}     EmoBench-style questions
  {"task":"shift","gold":[4.0],"pred":[4.9]}                   seconds: found within 5 s, delay
  {"task":"evidence","gold":["brow lowered"],"pred":[...]}     share of the told cues that are true

Sets: mer2023, mer2024, meld, iemocap, cmu-mosi, cmu-mosei, ch-sims, ch-sims-v2, ov-merd. Their loaders were
checked against public code that reads the same label files (sources in bench/quality/datasets.ts), not on the sets themselves. Without --split
they take what MER-UniBench tests on: test1 of MER2023 and MER2024, session 5 of IEMOCAP, else the test split.`;

async function reportsOf(flags: QualityFlags): Promise<QualityReport[]> {
  const ways = [flags.predictions, flags.clips, flags.dataset].filter((way) => way !== undefined);
  if (ways.length !== 1)
    throw new BenchError('used-wrongly', 'Give one of --predictions, --clips and --dataset. Add --help for examples.');
  if (flags.predictions !== undefined) {
    const { measureQuality } = await import('./quality-command.ts');
    return measureQuality({ wheel: flags.wheel, predictions: flags.predictions });
  }
  // Only here, because it brings the pipeline with it.
  const { measurePacks } = await import('./pack-quality.ts');
  const { bundledPackDir } = await import('../../models/index.ts');
  const clips = await clipsOf(flags);
  const { reports, missing, resumed } = await untilStopped((signal) =>
    measurePacks({
      wheel: flags.wheel,
      clips,
      packs: flags.pack ?? [bundledPackDir()],
      save: flags.save,
      skipMissing: flags.skipMissing === true,
      signal,
    }),
  );
  if (missing > 0) process.stderr.write(`${missing} clips are not there and were left out.\n`);
  if (resumed > 0) process.stderr.write(`${resumed} predictions were there already (${flags.save}).\n`);
  return reports;
}

async function clipsOf({ clips, dataset, labels, media, split }: QualityFlags) {
  const { readManifest } = await import('./manifest.ts');
  if (clips !== undefined) return readManifest(clips);
  if (dataset === undefined || labels === undefined || media === undefined)
    throw new BenchError(
      'used-wrongly',
      '--dataset needs --labels (your copy of the label file) and --media (the folder of its clips).',
    );
  const { loadDataset } = await import('./datasets.ts');
  return loadDataset({ name: dataset, labels, media, split });
}
