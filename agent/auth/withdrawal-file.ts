/** Withdrawn consents on disk, so that a restart does not bring them back: JSON lines, digests only. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { appendDurably, draftOf, readIfThere, replaceDurably } from '../durable-file.ts';

/** Lines that may wait for the disk; beyond, all is written anew from memory instead, so nothing is lost. */
const WAITING_LIMIT = 4096;
/** A file with this many lines more than twice what is remembered is written anew. */
const SLACK_LINES = 1024;
/** After the disk failed it is tried again so soon. */
const RETRY_MS = 10_000;

const beginSchema = z.strictObject({ withdrawals: z.literal(1), sinceMs: z.number() });
const entrySchema = z.strictObject({ key: z.string().min(1).max(64), atMs: z.number().optional() });
const lineSchema = z.union([beginSchema, entrySchema]);

/** One line: from when on all is remembered; or a withdrawal, which one without `atMs` takes back. */
export type WithdrawalLine = z.infer<typeof lineSchema>;

/** What is remembered, oldest first. */
export interface WithdrawalRecord {
  /** Nothing is known of what was withdrawn up to here, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** By digest of room and identity; when, in milliseconds since 1970. */
  readonly atMs: ReadonlyMap<string, number>;
}

/**
 * Reads a file; undefined when there is none yet. Of one whose last line was cut off (the machine failed) that line is not
 * known, so what it remembers begins `nowMs`.
 * @throws {ConfigError} when it cannot be read, or holds what was never written there
 */
export function readWithdrawals(path: string, nowMs: number): WithdrawalRecord | undefined {
  const text = read(path);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const cutOff = lines.pop() !== '';
  const atMs = new Map<string, number>();
  let sinceMs: number | undefined;
  for (const [index, raw] of lines.entries()) {
    const line = parse(raw);
    if (line === undefined || (index === 0 && !('sinceMs' in line))) throw damaged(path, index + 1);
    if ('sinceMs' in line) {
      sinceMs = line.sinceMs;
      continue;
    }
    atMs.delete(line.key);
    if (line.atMs !== undefined) atMs.set(line.key, line.atMs);
  }
  return { sinceMs: cutOff || sinceMs === undefined ? nowMs : sinceMs, atMs };
}

export interface WithdrawalFileOptions {
  readonly path: string;
  /** All that is remembered now. */
  readonly record: () => WithdrawalRecord;
  /** Told of the first failure of a run of failures; it is tried again every {@link RETRY_MS}, and with the next withdrawal. */
  readonly onFailure: (error: unknown) => void;
}

/** Writes in order and makes nobody wait. One process owns a file. */
export class WithdrawalFile {
  readonly #options: WithdrawalFileOptions;
  #waiting: WithdrawalLine[] = [];
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #lines: number;
  /** What is on disk is not known: it is written anew. */
  #stale = false;
  #failing = false;

  /** Writes what is remembered, without what is over. @throws {ConfigError} when the file cannot be written */
  constructor(options: WithdrawalFileOptions) {
    this.#options = options;
    const { path } = options;
    const lines = linesOf(options.record());
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(draftOf(path), textOf(lines), { mode: 0o600, flush: true });
      renameSync(draftOf(path), path);
    } catch (cause) {
      throw new ConfigError(
        'config-invalid',
        `${path}: withdrawn consents cannot be kept there. Let this user write it, or set auth.withdrawalsFile to a file that it may write.`,
        { cause },
      );
    }
    this.#lines = lines.length;
  }

  add(line: WithdrawalLine): void {
    this.#waiting.push(line);
    if (this.#waiting.length > WAITING_LIMIT) this.#renew();
    this.#writing ??= this.#drain();
  }

  /** Resolves when all is written, or was tried once more. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#stale) await this.#drain();
    clearTimeout(this.#retry);
  }

  #renew(): void {
    this.#stale = true;
    this.#waiting = [];
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0 || this.#stale) await this.#write();
      this.#failing = false;
    } catch (error) {
      this.#renew();
      if (!this.#failing) this.#options.onFailure(error);
      this.#failing = true;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        this.#writing ??= this.#drain();
      }, RETRY_MS);
      this.#retry.unref();
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(): Promise<void> {
    const { path, record } = this.#options;
    if (this.#stale || this.#lines > 2 * record().atMs.size + SLACK_LINES) {
      this.#renew();
      const lines = linesOf(record());
      this.#stale = false;
      await replaceDurably(path, textOf(lines));
      this.#lines = lines.length;
      return;
    }
    const lines = this.#waiting;
    this.#waiting = [];
    await appendDurably(path, textOf(lines));
    this.#lines += lines.length;
  }
}

function linesOf({ sinceMs, atMs }: WithdrawalRecord): WithdrawalLine[] {
  return [{ withdrawals: 1, sinceMs }, ...[...atMs].map(([key, at]) => ({ key, atMs: at }))];
}

function textOf(lines: readonly WithdrawalLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function read(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (cause) {
    throw new ConfigError(
      'config-invalid',
      `${path}: the record of withdrawn consents cannot be read. Let this user read and write it, or set auth.withdrawalsFile to another file.`,
      { cause },
    );
  }
}

function parse(line: string): WithdrawalLine | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function damaged(path: string, line: number): ConfigError {
  return new ConfigError(
    'config-invalid',
    `${path}:${line}: the record of withdrawn consents is damaged. Put a copy of it back, or move it away: a new record ` +
      'begins then, and tokens that carry a consent and were made before that are refused, so no withdrawn consent comes back.',
  );
}
