/** An append-only file of JSON lines that turns over by size. Writing never makes anybody wait. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Lines that may wait for the disk; beyond, the newest is not written, and counted. */
const WAITING_LIMIT = 4096;
/** An audit line is far shorter: enough to find the whole last one. */
const TAIL_BYTES = 16 * 1024;

export interface AuditFileOptions {
  readonly path: string;
  /** A file that would grow beyond this becomes `PATH.1`, and what was `PATH.1` becomes `PATH.2`. */
  readonly maxBytes: number;
  /** Full files kept; the oldest is removed. */
  readonly keep: number;
  /** Told of the first failure of a run of failures. */
  onFailure(error: unknown): void;
}

/**
 * Every line carries `prev`, a digest of the line before it, across files and restarts: a line that was changed or taken
 * out in the middle shows ({@link brokenAt}). What was cut off at the end does not.
 */
export class AuditFile {
  readonly #options: AuditFileOptions;
  readonly #waiting: object[] = [];
  #writing: Promise<void> | undefined;
  #state: { bytes: number; prev: string } | undefined;
  #failing = false;
  #written = 0;
  #lost = 0;

  constructor(options: AuditFileOptions) {
    this.#options = options;
  }

  /** Lines on disk since the start. */
  get written(): number {
    return this.#written;
  }

  /** Lines that could not be written: the disk failed, or was too slow. */
  get lost(): number {
    return this.#lost;
  }

  add(entry: object): void {
    if (this.#waiting.length >= WAITING_LIMIT) {
      this.#lost++;
      return;
    }
    this.#waiting.push(entry);
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when everything added so far is written, or counted as lost. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const entries = this.#waiting.splice(0);
      try {
        await this.#append(entries);
        this.#written += entries.length;
        this.#failing = false;
      } catch (error) {
        this.#lost += entries.length;
        this.#state = undefined; // read it again: what is on disk is not known any more
        if (!this.#failing) this.#options.onFailure(error);
        this.#failing = true;
      }
    }
  }

  async #append(entries: readonly object[]): Promise<void> {
    const { path, maxBytes } = this.#options;
    const state = (this.#state ??= await lastOf(path));
    let prev = state.prev;
    let text = '';
    for (const entry of entries) {
      const line = JSON.stringify({ ...entry, prev });
      prev = digestOf(line);
      text += `${line}\n`;
    }
    const bytes = Buffer.byteLength(text);
    if (state.bytes > 0 && state.bytes + bytes > maxBytes) {
      await this.#turnOver();
      state.bytes = 0;
    }
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, text, { mode: 0o600 });
    this.#state = { bytes: state.bytes + bytes, prev };
  }

  async #turnOver(): Promise<void> {
    const { path, keep } = this.#options;
    await rm(`${path}.${keep}`, { force: true });
    for (let age = keep - 1; age >= 1; age--) await rename(`${path}.${age}`, `${path}.${age + 1}`).catch(ignoreAbsent);
    await rename(path, `${path}.1`);
  }
}

/**
 * Checks the chain of an audit file.
 * @param text the file, or several from the oldest to the newest one after the other
 * @returns the number (from 1) of the first line that does not follow from the one before, or undefined when all do
 */
export function brokenAt(text: string): number | undefined {
  let prev: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    if (prev !== undefined && prevOf(line) !== prev) return index + 1;
    prev = digestOf(line);
  }
  return undefined;
}

function prevOf(line: string): unknown {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'prev' in entry ? entry.prev : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(line: string): string {
  return createHash('sha256').update(line).digest('hex').slice(0, 32);
}

/** Size and last digest of a file that may not be there yet. */
async function lastOf(path: string): Promise<{ bytes: number; prev: string }> {
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => ignoreAbsent(error) ?? 0,
  );
  // Just turned over when the process ended: the chain goes on from the file before.
  const from = size > 0 ? path : `${path}.1`;
  const line = await lastLine(from);
  return { bytes: size, prev: line === undefined ? '' : digestOf(line) };
}

async function lastLine(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(ignoreAbsent);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').at(-1);
  } finally {
    await file.close();
  }
}

function ignoreAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
