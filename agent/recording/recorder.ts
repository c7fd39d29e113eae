/** Opt-in storage of events, never of media or captions: JSON lines, a folder for each person, gone when their time is up. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AffectEvent } from '../../pipeline/index.ts';

/** A file holds events of this long, so that no event outlives its time because a later one stands in the same file. */
const BUCKET_MS = 10 * 60_000;
const SWEEP_MS = 60_000;
/** Events that may wait for the disk; beyond, the newest is not stored, and counted. */
const WAITING_LIMIT = 10_000;

export interface RecorderOptions {
  readonly folder: string;
  /** An event is deleted when it is this old, at most {@link BUCKET_MS} earlier. */
  readonly ttlMs: number;
  /** Beyond this much on disk nothing more is stored until something has expired. */
  readonly maxBytes: number;
  /** Which rooms are recorded. */
  records(room: string): boolean;
  /** Files were deleted because their time was up. */
  onExpired(files: number): void;
  /** The disk failed; told once for every run of failures. */
  onFailure(error: unknown): void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** One process owns the folder. All writing, deleting and reading is done one after the other, in order of the calls. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #now: () => number;
  /** Lines by file. */
  readonly #waiting = new Map<string, string[]>();
  readonly #sweeper: NodeJS.Timeout;
  #tail: Promise<unknown> = Promise.resolve();
  #lines = 0;
  #bytes = 0;
  #stored = 0;
  #lost = 0;
  #failing = false;
  #flushing = false;

  private constructor(options: RecorderOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#sweeper = setInterval(() => void this.sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Opens the folder and deletes what is overdue, e.g. because the process was not running. @throws when it cannot be used */
  static async open(options: RecorderOptions): Promise<Recorder> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const recorder = new Recorder(options);
    await recorder.sweep();
    return recorder;
  }

  /** Events on disk since the start. */
  get stored(): number {
    return this.#stored;
  }

  /** Events that could not be stored: the disk failed, was full to `maxBytes`, or too slow. */
  get lost(): number {
    return this.#lost;
  }

  /** What the folder holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes an event of a consenting person, if the room is recorded. Returns at once. */
  event(event: AffectEvent): void {
    const stored = storable(event);
    if (stored === undefined || !this.#options.records(event.room)) return;
    if (this.#lines >= WAITING_LIMIT || this.#bytes >= this.#options.maxBytes) {
      this.#lost++;
      return;
    }
    const bucket = Math.floor(this.#now() / BUCKET_MS) * BUCKET_MS;
    const path = join(this.#folderOf(event.participant, event.room), `${bucket}.jsonl`);
    const lines = this.#waiting.get(path) ?? [];
    lines.push(`${JSON.stringify({ at: new Date(this.#now()).toISOString(), ...stored })}\n`);
    this.#waiting.set(path, lines);
    this.#lines++;
    if (this.#flushing) return;
    this.#flushing = true;
    void this.#queue(() => this.#flush());
  }

  /**
   * Deletes what is stored of a participant, in one room or in all.
   * @returns how many files that were; nothing that came before the call is left when it resolves
   */
  delete(participant: string, room?: string): Promise<number> {
    const folder = this.#folderOf(participant, room);
    for (const [path, lines] of this.#waiting) {
      if (!path.startsWith(`${folder}/`)) continue;
      this.#waiting.delete(path);
      this.#lines -= lines.length;
    }
    return this.#queue(async () => {
      const files = await filesIn(folder);
      for (const { bytes } of files) this.#bytes -= bytes;
      await rm(folder, { recursive: true, force: true });
      return files.length;
    });
  }

  /** What is stored of a participant, in all rooms, oldest first within a room; JSON lines. */
  read(participant: string): Promise<string> {
    return this.#queue(async () => {
      const files = await filesIn(this.#folderOf(participant));
      const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
      return texts.join('');
    });
  }

  /** Deletes what is too old. Runs by itself every minute. */
  sweep(): Promise<number> {
    return this.#queue(async () => {
      const { folder, ttlMs } = this.#options;
      const files = await filesIn(folder);
      const expired = files.filter(({ bucketMs }) => bucketMs + ttlMs <= this.#now());
      for (const { path } of expired) await removeTidily(path);
      const kept = files.filter((file) => !expired.includes(file));
      this.#bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
      if (expired.length > 0) this.#options.onExpired(expired.length);
      return expired.length;
    }).catch((error: unknown) => {
      this.#options.onFailure(error);
      return 0;
    });
  }

  /** Writes what waits and ends. What is stored stays until its time is up (the next start sweeps). Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.#tail;
  }

  async #flush(): Promise<void> {
    this.#flushing = false;
    const batch = [...this.#waiting];
    this.#waiting.clear();
    this.#lines = 0;
    for (const [path, lines] of batch) {
      const text = lines.join('');
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await appendFile(path, text, { mode: 0o600 });
        this.#bytes += Buffer.byteLength(text);
        this.#stored += lines.length;
        this.#failing = false;
      } catch (error) {
        this.#lost += lines.length;
        if (!this.#failing) this.#options.onFailure(error);
        this.#failing = true;
      }
    }
  }

  #queue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(task);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Digests, so that a listing of the folder names nobody. */
  #folderOf(participant: string, room?: string): string {
    const own = join(this.#options.folder, digestOf(participant));
    return room === undefined ? own : join(own, digestOf(room));
  }
}

/** What of an event may be stored: no words that somebody said, and no words that are not final yet. */
function storable(event: AffectEvent): AffectEvent | undefined {
  if (event.type === 'affect.delta') return undefined;
  if (event.type !== 'affect.shift' || !event.cause.utterance) return event;
  const { text: _words, ...utterance } = event.cause.utterance;
  return { ...event, cause: { ...event.cause, utterance } };
}

/** Removes a file, and the folders of its room and person when they are empty then. */
async function removeTidily(path: string): Promise<void> {
  await rm(path, { force: true });
  const room = dirname(path);
  for (const folder of [room, dirname(room)]) await rmdir(folder).catch(() => undefined);
}

interface StoredFile {
  readonly path: string;
  readonly bucketMs: number;
  readonly bytes: number;
}

/** Files of the recorder below a folder, in order of path; anything else there is left alone. */
async function filesIn(folder: string): Promise<StoredFile[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files: StoredFile[] = [];
  for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
    const bucket = /(?:^|[\\/])(\d+)\.jsonl$/.exec(name)?.[1];
    if (bucket === undefined) continue;
    const path = join(folder, name);
    files.push({ path, bucketMs: Number(bucket), bytes: (await stat(path)).size });
  }
  return files;
}

function digestOf(word: string): string {
  return createHash('sha256').update(word).digest('hex').slice(0, 32);
}
