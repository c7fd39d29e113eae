import { CLIP_RATE_HZ, type Clip, type Picture } from './clip.ts';

/** WebRTC takes audio in steps of 10 ms. */
const STEP_MS = 10;
const STEP_SAMPLES = (CLIP_RATE_HZ * STEP_MS) / 1000;
/** Further behind than this (the machine stood still), what is overdue is skipped instead of sent in a burst. */
const MAX_BEHIND_MS = 200;

/** Where a player pours a clip. */
export interface ClipSink {
  picture(picture: Picture): void;
  /** 10 ms of mono audio at {@link CLIP_RATE_HZ}; the buffer is reused by the next call. */
  audio(samples: Int16Array): void;
}

/** Plays a clip in a loop against due times: lateness of a timer never adds up. Pure: the caller says what time it is. */
export class ClipPlayer {
  readonly #clip: Clip;
  readonly #sink: ClipSink;
  readonly #step = new Int16Array(STEP_SAMPLES);
  #steps = 0;
  #pictures = 0;
  #skippedMs = 0;

  constructor(clip: Clip, sink: ClipSink) {
    this.#clip = clip;
    this.#sink = sink;
  }

  /** Time that was skipped because the player came too late, in ms. */
  get skippedMs(): number {
    return this.#skippedMs;
  }

  /** Sends all that is due `elapsedMs` after the start; tells when the next call is due, in ms after the start. */
  play(elapsedMs: number): number {
    const behindMs = elapsedMs - this.#steps * STEP_MS;
    if (behindMs > MAX_BEHIND_MS) {
      const skipped = Math.floor(behindMs / STEP_MS);
      this.#steps += skipped;
      this.#skippedMs += skipped * STEP_MS;
    }
    while (this.#steps * STEP_MS <= elapsedMs) {
      this.#playAudio(this.#steps++);
    }
    this.#playPicture(elapsedMs);
    return this.#steps * STEP_MS;
  }

  #playAudio(step: number): void {
    const { samples } = this.#clip;
    if (samples.length === 0) return;
    const from = step * STEP_SAMPLES;
    for (let i = 0; i < STEP_SAMPLES; i++) this.#step[i] = samples[(from + i) % samples.length] ?? 0;
    this.#sink.audio(this.#step);
  }

  /** Of several pictures that are due, only the newest is sent, as a camera would. */
  #playPicture(elapsedMs: number): void {
    const { pictures, lengthMs } = this.#clip;
    const due = (index: number): number => {
      const round = Math.floor(index / pictures.length);
      return round * lengthMs + (pictures[index % pictures.length]?.atMs ?? 0);
    };
    if (pictures.length === 0 || due(this.#pictures) > elapsedMs) return;
    while (due(this.#pictures + 1) <= elapsedMs) this.#pictures++;
    const picture = pictures[this.#pictures % pictures.length]?.picture;
    this.#pictures++;
    if (picture) this.#sink.picture(picture);
  }
}
