/** What is stopped, on disk, so that a restart does not set it free: one JSON object, digests instead of rooms' names. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { readIfThere, replaceDurably } from '../durable-file.ts';

const textSchema = z.strictObject({ stopped: z.literal(1), process: z.boolean(), rooms: z.array(z.base64url()) });

/** What is stopped: everything, and rooms by their digests. */
export interface StopRecord {
  readonly process: boolean;
  readonly rooms: readonly string[];
}

/** One process owns a file. */
export class StopFile {
  /** What was stopped when the process before this one ended. */
  readonly found: StopRecord;
  readonly #path: string;
  #written: Promise<void> = Promise.resolve();

  private constructor(path: string, found: StopRecord) {
    this.#path = path;
    this.found = found;
  }

  /** Reads it, or makes it. @throws {ConfigError} when it cannot be read or written, or holds what was never written there */
  static async open(path: string): Promise<StopFile> {
    const file = new StopFile(path, read(path));
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      await file.write(file.found);
    } catch (cause) {
      throw unusable(path, 'cannot be written', cause);
    }
    return file;
  }

  /** Resolves when this is on disk; rejects with what the disk says. */
  write({ process, rooms }: StopRecord): Promise<void> {
    const text = `${JSON.stringify({ stopped: 1, process, rooms })}\n`;
    this.#written = this.#written.catch(() => {}).then(() => replaceDurably(this.#path, text));
    return this.#written;
  }
}

function read(path: string): StopRecord {
  const text = textOf(path);
  if (text === undefined) return { process: false, rooms: [] };
  try {
    return textSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(
      'config-invalid',
      `${path}: the record of what is stopped is damaged. Put a copy of it back, or move it away: nothing is stopped then, so stop again where people must not be analysed.`,
      { cause },
    );
  }
}

function textOf(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (cause) {
    throw unusable(path, 'cannot be read', cause);
  }
}

function unusable(path: string, why: string, cause: unknown): ConfigError {
  return new ConfigError(
    'config-invalid',
    `${path}: the record of what is stopped ${why}. Let this user read and write it, or set policy.stopFile to another file.`,
    { cause },
  );
}
