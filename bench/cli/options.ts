/** What the subcommands of `undertone bench` share: how numbers are read, how a run is stopped, where a report goes. */
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { BenchError } from '../bench-error.ts';

export function positive(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return number;
}

export function count(value: string): number {
  const number = positive(value);
  if (!Number.isInteger(number)) throw new InvalidArgumentError('Give a whole number.');
  return number;
}

/** `a,b,c` as a list, without blanks. */
export function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A list of whole numbers above 0, in the order given. */
export function counts(value: string): number[] {
  return list(value).map(count);
}

/** Aborts at the first SIGINT or SIGTERM, so that what was started can be ended too; a second one ends this process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort(new BenchError('stopped', 'Stopped before the end: there is no report.'));
    });
  }
  return stop.signal;
}

/** Runs to the end or to the stop; once stopped, everything fails in its own way, and that is no news. */
export async function untilStopped<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = stopSignal();
  return run(signal).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

/** What a load shows. */
export interface MediaFlags {
  readonly media?: string;
  readonly voice?: string;
}

/** What a load shows, and to which agent. */
export interface CallFlags extends MediaFlags {
  readonly config?: string;
}

export interface ReportOutput {
  readonly out?: string;
  readonly json?: true;
}

/** Gives a command {@link MediaFlags}. */
export function withMedia(command: Command): Command {
  return command
    .option(
      '--media <file>',
      'what participants show: a video or a picture of a face (default: the best this machine has)',
    )
    .option('--voice <file>', "sound in place of the media's own");
}

/** Gives a command {@link CallFlags}. */
export function withCall(command: Command): Command {
  return withMedia(command).option('--config <file>', 'settings of the agent (default: its own)');
}

/** Gives a command {@link ReportOutput}. */
export function withReport(command: Command): Command {
  return command.option('--out <file>', 'write the report as JSON').option('--json', 'print JSON instead of a table');
}

/** The agent's arguments that follow from the flags. */
export function agentArguments({ config }: CallFlags): string[] {
  return config === undefined ? [] : ['--config', config];
}

/** Writes the JSON to `--out`, and prints it or its Markdown. */
export async function tell(report: object, markdown: () => string, { out, json }: ReportOutput): Promise<void> {
  const text = JSON.stringify(report, null, 2);
  if (out !== undefined) await writeFile(out, `${text}\n`);
  print(json === true ? text : markdown());
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
