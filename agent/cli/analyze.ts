/** `undertone analyze FILE`: the same pipeline over a media file, faster than real time. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Command, Option } from 'commander';
import { bundledPackDir } from '../../models/index.ts';
import { analyzeFile } from '../../pipeline/index.ts';
import { ANALYZE_FORMATS, type AnalyzeFormat, createWriter } from '../analyze/event-writer.ts';
import { ProgressBar } from '../analyze/progress-bar.ts';

interface AnalyzeOptions {
  readonly format: AnalyzeFormat;
  readonly output?: string;
  readonly everyHop: boolean;
  readonly pack: string;
  readonly participant: string;
  readonly progress: boolean;
}

export function analyzeCommand(): Command {
  return new Command('analyze')
    .summary('describe the person in a media file')
    .description(
      'Runs the pipeline of a live call over a recording (mp4, webm, wav, mp3, ogg, a still image) and writes the same events.\n' +
        'You answer for the consent of the people in the file: Undertone cannot ask them.',
    )
    .argument('<file>', 'media file')
    .addOption(new Option('-f, --format <format>', 'what to write').choices(ANALYZE_FORMATS).default('jsonl'))
    .option('-o, --output <file>', 'write there instead of standard output')
    .option('--every-hop', 'also write affect.state, the numbers of every half second', false)
    .option('--pack <folder>', 'model pack to use', bundledPackDir())
    .option('--participant <id>', 'participant id in the events', 'file')
    .option('--no-progress', 'no progress bar on standard error')
    .addHelpText(
      'after',
      '\nExamples:\n  undertone analyze talk.mp4 --format text\n  undertone analyze talk.mp4 --every-hop > events.jsonl\n  undertone analyze talk.mp4 --format html --output talk.html',
    )
    .action(analyze);
}

async function analyze(file: string, options: AnalyzeOptions): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const bar = new ProgressBar(options.progress);
  const out = options.output === undefined ? process.stdout : createWriteStream(options.output);
  // The HTML report draws the curves, so it always needs the numbers of every hop.
  const everyHop = options.everyHop || options.format === 'html';
  const writer = createWriter(options.format, file);
  let seq = 0;
  try {
    const events = analyzeFile(file, {
      packDir: options.pack,
      participant: options.participant,
      everyHop,
      signal: interrupted.signal,
      onProgress: (share) => bar.show(share),
      onWarning: (message) => bar.note(`undertone: ${message}`),
    });
    for await (const event of events) await write(out, writer.event({ ...event, room: 'file', seq: seq++ }));
    await write(out, writer.end());
  } finally {
    bar.end();
    if (out !== process.stdout) out.end();
  }
  if (interrupted.signal.aborted) process.exitCode = 130;
}

async function write(out: Writable, text: string): Promise<void> {
  if (text !== '' && !out.write(text)) await once(out, 'drain');
}
