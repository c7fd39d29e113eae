/** A media file as the pipeline's frames, in order of capture, as fast as the receiver takes them. */
import { setImmediate } from 'node:timers/promises';
import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { FormatContext } from 'node-av/lib';
import type { AudioFrame, VideoFrame } from '../types.ts';
import { readAudio } from './audio-track.ts';
import { checkFile } from './file-check.ts';
import type { FileCheck } from './file-check.ts';
import { MediaFileError } from './media-file-error.ts';
import type { MediaFileWarning } from './media-file-error.ts';
import { canDecode, findTrack, openContainer, TrackReader } from './track-reader.ts';
import type { TrackKind } from './track-reader.ts';
import { holdStill, readVideo, STILL_DURATION_MS } from './video-track.ts';
import type { VideoTrackOptions } from './video-track.ts';

/** One item of a file. `captureUs` counts from the beginning of the file. */
export type MediaFrame =
  | { readonly kind: 'audio'; readonly frame: AudioFrame }
  | { readonly kind: 'video'; readonly frame: VideoFrame };

export type MediaFileOptions = VideoTrackOptions;

interface Contents {
  readonly tracks: readonly TrackKind[];
  /** The file's own time of its beginning. */
  readonly startUs: number;
  readonly durationMs: number | undefined;
}

/** The thread's other work gets its turn after so long: decoding is synchronous. */
const BREATH_MS = 10;
/** Tracks end at slightly different times; a file that lacks more than this of its length was cut off. */
const MISSING_MS = 1000;

/**
 * Opens mp4, webm, wav, mp3, ogg and the like, or a still picture (png, jpeg, webp, bmp), which is held for 3 s.
 * Reads synchronously: call it from a worker, or from a process that does nothing else.
 * @throws MediaFileError in words for people
 */
export async function openMediaFile(path: string, options: MediaFileOptions = {}): Promise<MediaFile> {
  const check = await checkFile(path);
  return new MediaFile(path, check, inspect(path, check), options);
}

export class MediaFile implements AsyncDisposable {
  readonly path: string;
  /** As announced by the file; recordings of browsers announce none. */
  readonly durationMs: number | undefined;
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
  readonly #check: FileCheck;
  readonly #contents: Contents;
  readonly #options: MediaFileOptions;
  readonly #readers = new Set<TrackReader>();
  readonly #warnings: MediaFileWarning[] = [];
  #progress = 0;
  #closes = 0;

  constructor(
    path: string,
    check: FileCheck,
    contents: Contents & { warnings: MediaFileWarning[] },
    options: MediaFileOptions,
  ) {
    this.path = path;
    this.durationMs = contents.durationMs;
    this.hasAudio = contents.tracks.includes('audio');
    this.hasVideo = contents.tracks.includes('video');
    this.#check = check;
    this.#contents = contents;
    this.#options = options;
    this.#warnings.push(...contents.warnings);
  }

  /** What was left out or is missing; complete when `frames` has ended. */
  get warnings(): readonly MediaFileWarning[] {
    return this.#warnings;
  }

  /** Share of the file that was read, 0..1; known also where the duration is not. */
  get progress(): number {
    return this.#progress;
  }

  /**
   * Sound and pictures in order of `captureUs`. Nothing is read ahead of the receiver but one frame of each kind. May
   * be called again, from the beginning.
   * @throws the signal's reason when aborted, MediaFileError when the file cannot be read any more or holds nothing
   * that can be decoded
   */
  async *frames(signal?: AbortSignal): AsyncGenerator<MediaFrame> {
    const readers = this.#openReaders();
    const closes = this.#closes;
    let breathedMs = performance.now();
    let endUs = -1;
    try {
      for (const item of this.#merged(readers)) {
        signal?.throwIfAborted();
        endUs = Math.max(endUs, item.frame.captureUs);
        this.#follow(endUs, readers);
        yield item;
        if (closes !== this.#closes) return;
        if (performance.now() - breathedMs < BREATH_MS) continue;
        await setImmediate();
        if (closes !== this.#closes) return;
        breathedMs = performance.now();
      }
      this.#judge(readers, endUs / 1000);
      this.#progress = 1;
    } finally {
      for (const reader of readers.values()) this.#release(reader);
    }
  }

  /** Idempotent. Ends a reading under way. */
  async close(): Promise<void> {
    this.#closes += 1;
    for (const reader of this.#readers) this.#release(reader);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #openReaders(): Map<TrackKind, TrackReader> {
    const readers = new Map<TrackKind, TrackReader>();
    try {
      for (const kind of this.#contents.tracks) {
        const reader = new TrackReader(this.path, kind, this.#check.stillFormat);
        readers.set(kind, reader);
        this.#readers.add(reader);
      }
    } catch (cause) {
      for (const reader of readers.values()) this.#release(reader);
      throw new MediaFileError('unreadable', this.path, `${this.path} cannot be read any more. Was it moved?`, cause);
    }
    return readers;
  }

  #release(reader: TrackReader): void {
    this.#readers.delete(reader);
    reader.close();
  }

  #merged(readers: ReadonlyMap<TrackKind, TrackReader>): Generator<MediaFrame> {
    const { startUs } = this.#contents;
    const audio = readers.get('audio');
    const video = readers.get('video');
    const pictures = video === undefined ? [] : readVideo(video, startUs, this.#options);
    return merge(
      audio === undefined ? [] : readAudio(audio, startUs),
      this.#check.stillFormat === undefined ? pictures : holdStill(pictures),
    );
  }

  #follow(atUs: number, readers: ReadonlyMap<TrackKind, TrackReader>): void {
    let positionBytes = 0;
    for (const reader of readers.values()) positionBytes = Math.max(positionBytes, reader.positionBytes);
    const byTime = this.durationMs === undefined ? undefined : atUs / 1000 / this.durationMs;
    this.#progress = Math.min(1, Math.max(this.#progress, byTime ?? positionBytes / this.#check.bytes));
  }

  #judge(readers: ReadonlyMap<TrackKind, TrackReader>, endMs: number): void {
    const all = [...readers.values()];
    const seconds = (Math.max(0, endMs) / 1000).toFixed(1);
    const short = this.durationMs !== undefined && this.durationMs - endMs > MISSING_MS;
    if (short || all.some((reader) => reader.brokeOff)) {
      const of = this.durationMs === undefined ? '' : ` of ${(this.durationMs / 1000).toFixed(1)}`;
      this.#warn(
        'truncated',
        `${this.path} breaks off: only ${seconds}${of} s could be read. Was it copied completely?`,
      );
    }
    const failures = all.reduce((sum, reader) => sum + reader.failures, 0);
    // Where a file is cut, the last packet of each track is damaged as well; that goes without saying.
    if (failures > (this.#warnings.length > 0 ? all.length : 0)) {
      this.#warn('damaged', `Parts of ${this.path} are damaged and were left out (${failures} packets).`);
    }
    if (endMs < 0) {
      const words = `Nothing in ${this.path} could be decoded. Does a player show it? Convert it to mp4 or webm.`;
      throw new MediaFileError('unreadable', this.path, words);
    }
  }

  #warn(code: MediaFileWarning['code'], message: string): void {
    if (!this.#warnings.some((warning) => warning.code === code)) this.#warnings.push({ code, message });
  }
}

/** Both in order of capture, each read only when the other is ahead. */
function* merge(audio: Iterable<AudioFrame>, video: Iterable<VideoFrame>): Generator<MediaFrame> {
  const sounds = audio[Symbol.iterator]();
  const pictures = video[Symbol.iterator]();
  let sound = sounds.next();
  let picture = pictures.next();
  try {
    while (sound.done !== true || picture.done !== true) {
      if (picture.done === true || (sound.done !== true && sound.value.captureUs <= picture.value.captureUs)) {
        yield { kind: 'audio', frame: sound.value };
        sound = sounds.next();
      } else {
        yield { kind: 'video', frame: picture.value };
        picture = pictures.next();
      }
    }
  } finally {
    sounds.return?.();
    pictures.return?.();
  }
}

/** What is in the file. Throws MediaFileError. */
function inspect(path: string, check: FileCheck): Contents & { warnings: MediaFileWarning[] } {
  let container: FormatContext;
  try {
    container = openContainer(path, check.stillFormat);
  } catch (cause) {
    throw notMedia(path, check, cause);
  }
  try {
    const kinds: TrackKind[] = ['audio', 'video'];
    const found = kinds.filter((kind) => findTrack(container, kind) !== undefined);
    const tracks = found.filter((kind) => canDecode(container, kind));
    if (found.length === 0) throw notMedia(path, check);
    if (tracks.length === 0) {
      const words = `${path} is in a codec that cannot be decoded. Convert it to mp4 (H.264, AAC) or webm (VP8, Opus).`;
      throw new MediaFileError('unsupported-codec', path, words);
    }
    const skipped = found.filter((kind) => !tracks.includes(kind));
    const warnings = skipped.map((kind) => ({
      code: 'track-skipped' as const,
      message: `The ${kind} of ${path} is in a codec that cannot be decoded and is left out.`,
    }));
    return { tracks, ...times(container, check), warnings };
  } finally {
    container.closeInputSync();
  }
}

function times(container: FormatContext, check: FileCheck): Pick<Contents, 'startUs' | 'durationMs'> {
  const startUs = container.startTime === AV_NOPTS_VALUE ? 0 : Number(container.startTime);
  if (check.stillFormat !== undefined) return { startUs, durationMs: STILL_DURATION_MS };
  return { startUs, durationMs: container.duration > 0n ? Number(container.duration) / 1000 : undefined };
}

function notMedia(path: string, check: FileCheck, cause?: unknown): MediaFileError {
  if (check.isMp4) {
    const words = `${path} is a recording that is damaged, or was cut off before its index was written. Repair it with a tool for broken mp4 files, or record again.`;
    return new MediaFileError('cut-off', path, words, cause);
  }
  const what = check.looksLikeText ? 'a text file' : 'not a media file that can be read';
  const words = `${path} is ${what}. Use mp4, webm, wav, mp3, ogg, or a png or jpeg picture.`;
  return new MediaFileError('not-media', path, words, cause);
}
