/** The switch that stops all analysis, of a room or of the whole process, until somebody turns it on again. */

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

/** Remembers what is stopped. A room stays stopped when everybody leaves it, and also when the process is resumed. */
export class AnalysisSwitch {
  readonly #rooms = new Set<string>();
  #process = false;

  /** What stops analysis in a room; undefined while it may run. */
  stopped(room: string): StopScope | undefined {
    if (this.#process) return 'process';
    return this.#rooms.has(room) ? 'room' : undefined;
  }

  /** True while the whole process is stopped. */
  get processStopped(): boolean {
    return this.#process;
  }

  /** Rooms stopped one by one. */
  get stoppedRooms(): number {
    return this.#rooms.size;
  }

  /** Stops one room, or everything. @throws {AnalysisStoppedError} `too-many-stopped-rooms` */
  stop(room?: string): void {
    if (room === undefined) this.#process = true;
    else if (this.#rooms.size >= ROOMS_LIMIT && !this.#rooms.has(room)) {
      const message = `${ROOMS_LIMIT} rooms are stopped already. Resume some, or stop the whole process.`;
      throw new AnalysisStoppedError('too-many-stopped-rooms', message);
    } else this.#rooms.add(room);
  }

  /** Lets people consent again in a room, or in the process; nobody's analysis starts by itself. */
  resume(room?: string): void {
    if (room === undefined) this.#process = false;
    else this.#rooms.delete(room);
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
