/** The switch that stops all analysis, of a room or of the whole process, until somebody turns it on again. */

import { createHash } from 'node:crypto';
import type { StopFile } from './stop-file.ts';

/** Rooms that may be stopped one by one; who needs more stops the process. */
const ROOMS_LIMIT = 10_000;

/** How far a stop reaches. */
export type StopScope = 'room' | 'process';

/** Analysis was asked for while it is stopped, or cannot be stopped in this way. */
export class AnalysisStoppedError extends Error {
  override readonly name = 'AnalysisStoppedError';
  readonly code: 'analysis-stopped' | 'too-many-stopped-rooms';

  constructor(code: AnalysisStoppedError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface SwitchOptions {
  /** Keeps what is stopped over restarts; without it a stop ends with the process. */
  readonly file?: StopFile | undefined;
  /** Told when the file cannot be written. */
  readonly onFailure?: (error: unknown) => void;
}

/** Remembers what is stopped. A room stays stopped when everybody leaves it, and also when the process is resumed. */
export class AnalysisSwitch {
  /** By digest, as they are kept. */
  readonly #rooms: Set<string>;
  readonly #file: StopFile | undefined;
  readonly #onFailure: (error: unknown) => void;
  #process: boolean;
  #kept: Promise<boolean>;

  constructor({ file, onFailure = () => {} }: SwitchOptions = {}) {
    this.#file = file;
    this.#onFailure = onFailure;
    this.#rooms = new Set(file?.found.rooms);
    this.#process = file?.found.process ?? false;
    this.#kept = Promise.resolve(file !== undefined);
  }

  /** What stops analysis in a room; undefined while it may run. */
  stopped(room: string): StopScope | undefined {
    if (this.#process) return 'process';
    return this.#rooms.has(digestOf(room)) ? 'room' : undefined;
  }

  /** True while the whole process is stopped. */
  get processStopped(): boolean {
    return this.#process;
  }

  /** Rooms stopped one by one. */
  get stoppedRooms(): number {
    return this.#rooms.size;
  }

  /** Whether what is stopped now outlives the process; resolves when that is certain. */
  get kept(): Promise<boolean> {
    return this.#kept;
  }

  /** Stops one room, or everything. @throws {AnalysisStoppedError} `too-many-stopped-rooms` */
  stop(room?: string): void {
    if (room === undefined) this.#process = true;
    else if (this.#rooms.size >= ROOMS_LIMIT && !this.#rooms.has(digestOf(room))) {
      const message = `${ROOMS_LIMIT} rooms are stopped already. Resume some, or stop the whole process.`;
      throw new AnalysisStoppedError('too-many-stopped-rooms', message);
    } else this.#rooms.add(digestOf(room));
    this.#keep();
  }

  /** Lets people consent again in a room, or in the process; nobody's analysis starts by itself. */
  resume(room?: string): void {
    if (room === undefined) this.#process = false;
    else this.#rooms.delete(digestOf(room));
    this.#keep();
  }

  #keep(): void {
    if (!this.#file) return;
    this.#kept = this.#file.write({ process: this.#process, rooms: [...this.#rooms] }).then(
      () => true,
      (error: unknown) => {
        this.#onFailure(error);
        return false;
      },
    );
  }

  /** @throws {AnalysisStoppedError} `analysis-stopped` while a room may not be analysed */
  check(room: string): void {
    const scope = this.stopped(room);
    if (scope === undefined) return;
    const where = scope === 'room' ? 'in this room' : 'on this server';
    throw new AnalysisStoppedError(
      'analysis-stopped',
      `Analysis was stopped ${where} by who runs it. The call goes on without it; consent can be given once it is on again.`,
    );
  }
}

function digestOf(room: string): string {
  return createHash('sha256').update(room).digest('base64url');
}
