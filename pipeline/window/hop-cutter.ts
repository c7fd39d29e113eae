import { CAPTION_WIDTH, captionFeatures } from '../sense/caption/caption-features.ts';
import type { FaceSample, VoiceSegment } from '../types.ts';
import { CAPTION_ROWS, type CaptionInput, DEFAULT_HOP_MS, FACE_SLOTS, type Hop, type WindowInput } from './hop.ts';
import { type HeldFace, HopDraft, NO_FACE } from './hop-draft.ts';

export interface HopCutterOptions {
  /** Length of a hop, ms; must agree with the pack. */
  readonly hopMs?: number;
  /**
   * How long after its end a hop waits for what is missing, ms; live only. The default covers the comfort silence that is
   * made for a sender's DTX 120 ms after the fact.
   */
  readonly latenessMs?: number;
  /**
   * `live` (default): a hop closes when all that is alive has come, at the latest `latenessMs` after its end.
   * `offline`: only `advance` closes, and nothing is late as long as the caller advances no further than it has given.
   */
  readonly mode?: 'live' | 'offline';
  /** The clock of `captureUs`, for `dueMs`; without it the newest `advance` counts as now. */
  readonly nowUs?: () => number;
  /** `performance.now()` unless a test brings its own, ms. */
  readonly nowMs?: () => number;
}

/** What was not put into a hop, and how often the grid began anew. */
export interface HopCutterCounts {
  readonly lateFaces: number;
  readonly lateVoices: number;
  readonly discontinuities: number;
}

/** A step of the clock by more than this is a jump: nobody wants thousands of empty hops. Also bounds the drafts. */
const JUMP_US = 10_000_000;
/** Each sense gives its samples in order; one this much older than the last means that the clock went back. */
const BACK_US = 1_000_000;
/** After a second without samples a sense is not waited for. */
const ALIVE_US = 1_000_000;
/** A face seen this shortly before stands for an empty slot when the camera is slower than the slots. */
const HOLD_US = 200_000;
/** Captions flow while the last is younger than this. */
const CAPTIONS_ALIVE_US = 30_000_000;

/**
 * Cuts one person's samples into hops of half a second on the grid of the capture clock, all senses aligned. Pure: time comes
 * in through `push` and `advance`. Bounded: drafts of ten seconds; what comes for a closed hop is dropped and counted.
 */
export class HopCutter {
  readonly #hopUs: number;
  readonly #latenessUs: number;
  readonly #live: boolean;
  readonly #nowUs: (() => number) | undefined;
  readonly #nowMs: () => number;
  readonly #drafts = new Map<number, HopDraft>();
  /** Index of the oldest hop not yet closed; NaN before the first sample. */
  #next = NaN;
  #discontinuity = false;
  /** Newest capture times. */
  #faceUs = -Infinity;
  #voiceUs = -Infinity;
  readonly #captionUs = new Float64Array(CAPTION_ROWS).fill(-Infinity);
  /** Utterances counted so far, own and others' together, in the order heard. */
  #utterances = 0;
  /** The wall clock as last told, and what to add to it for the capture clock (not 0 after samples jumped alone). */
  #wallUs = -Infinity;
  #offsetUs = 0;
  #held: HeldFace = NO_FACE;
  #faceIntervalUs = 0;
  #lateFaces = 0;
  #lateVoices = 0;
  #discontinuities = 0;

  constructor(options: HopCutterOptions = {}) {
    this.#hopUs = (options.hopMs ?? DEFAULT_HOP_MS) * 1000;
    this.#latenessUs = (options.latenessMs ?? 160) * 1000;
    this.#live = options.mode !== 'offline';
    this.#nowUs = options.nowUs;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  get counts(): HopCutterCounts {
    return { lateFaces: this.#lateFaces, lateVoices: this.#lateVoices, discontinuities: this.#discontinuities };
  }

  /** Takes one input; returns the hops that it closed, oldest first. */
  push(input: WindowInput): Hop[] {
    if (input.kind === 'tick') return this.advance(input.nowUs);
    if (input.kind === 'face') return this.#pushFace(input.sample);
    if (input.kind === 'voice') return this.#pushVoice(input.segment);
    if (input.kind === 'caption') this.#pushCaption(input);
    else this.reset();
    return [];
  }

  /** Tells the time: closes the hops whose waiting is over. */
  advance(nowUs: number): Hop[] {
    this.#wallUs = nowUs;
    if (Number.isNaN(this.#next)) return [];
    const captureUs = nowUs + this.#offsetUs;
    if (captureUs - this.#endOf(this.#next) > JUMP_US) return this.#restart(captureUs);
    const dueUs = captureUs - (this.#live ? this.#latenessUs : 0);
    return this.#closeWhile((endUs) => endUs <= dueUs || this.#isComplete(endUs));
  }

  /** Closes everything that holds a sample: the end of a file, or of a call. */
  flush(): Hop[] {
    const last = Math.max(...this.#drafts.keys());
    return this.#closeWhile(() => this.#next <= last);
  }

  /**
   * The hops that are still open, oldest first, as far as they are filled: what is missing is a gap. They stay open, and come
   * again whole. Nothing changes for them.
   */
  peek(): Hop[] {
    if (Number.isNaN(this.#next)) return [];
    const hops: Hop[] = [];
    const last = Math.max(...this.#drafts.keys());
    let held = this.#held;
    for (let index = this.#next; index <= last; index++) {
      const copy = this.#drafts.get(index)?.clone() ?? new HopDraft(index * this.#hopUs, this.#endOf(index));
      held = this.#holdFace(copy, held);
      hops.push(this.#hopOf(copy, index, this.#discontinuity && index === this.#next));
    }
    return hops;
  }

  /** Forgets what is not yet cut, and all that was known of the person's senses. */
  reset(): void {
    this.#drafts.clear();
    this.#next = NaN;
    this.#discontinuity = false;
    this.#offsetUs = 0;
    this.#forgetSenses();
    this.#captionUs.fill(-Infinity);
  }

  #pushFace(sample: FaceSample): Hop[] {
    const hops = this.#follow(sample.captureUs, this.#faceUs);
    this.#faceIntervalUs = sample.captureUs - this.#faceUs;
    this.#faceUs = Math.max(this.#faceUs, sample.captureUs);
    const draft = this.#draftAt(sample.captureUs);
    if (draft) draft.putFace(sample);
    else this.#lateFaces++;
    return [...hops, ...this.#closeComplete()];
  }

  #pushVoice(segment: VoiceSegment): Hop[] {
    const hops = this.#follow(segment.startUs, this.#voiceUs);
    this.#voiceUs = Math.max(this.#voiceUs, segment.endUs);
    const draft = this.#draftAt(segment.startUs);
    if (draft) draft.putVoice(segment);
    else this.#lateVoices++;
    return [...hops, ...this.#closeComplete()];
  }

  /** Recognising words takes its time: what ended in a closed hop goes into the oldest open one. Only final words count. */
  #pushCaption({ caption, own = true, number = this.#utterances }: CaptionInput): void {
    const row = own ? 0 : 1;
    this.#captionUs[row] = Math.max(this.#captionUs[row], caption.endUs);
    if (!caption.final) return;
    this.#utterances = number + 1;
    if (Number.isNaN(this.#next)) this.#next = this.#indexOf(caption.endUs);
    const index = Math.max(this.#indexOf(caption.endUs - 1), this.#next);
    if (this.#endOf(index) - this.#endOf(this.#next) > JUMP_US) return;
    this.#draft(index).putWords(row, caption.text, number);
  }

  /** Begins the grid at the first sample, and anew where the clock jumps; returns what was open before a jump. */
  #follow(captureUs: number, newestUs: number): Hop[] {
    if (Number.isNaN(this.#next)) {
      this.#next = this.#indexOf(captureUs);
      return [];
    }
    const apartUs = captureUs - this.#wallUs;
    // After a jump of the samples alone, the wall clock is translated; never so far back that samples come from the future.
    if (this.#offsetUs !== 0 && apartUs > this.#offsetUs) this.#offsetUs = apartUs;
    if (captureUs - this.#endOf(this.#next) <= JUMP_US && captureUs >= newestUs - BACK_US) return [];
    this.#offsetUs = this.#live && Number.isFinite(apartUs) && Math.abs(apartUs) > BACK_US ? apartUs : 0;
    return this.#restart(captureUs);
  }

  #restart(captureUs: number): Hop[] {
    const hops = this.flush();
    this.#drafts.clear();
    this.#forgetSenses();
    this.#next = this.#indexOf(captureUs);
    this.#discontinuity = true;
    this.#discontinuities++;
    return hops;
  }

  #forgetSenses(): void {
    this.#faceUs = -Infinity;
    this.#voiceUs = -Infinity;
    this.#held = NO_FACE;
    this.#faceIntervalUs = 0;
  }

  #endOf(index: number): number {
    return (index + 1) * this.#hopUs;
  }

  #indexOf(captureUs: number): number {
    return Math.floor(captureUs / this.#hopUs);
  }

  /** The draft that an instant falls into; undefined when that hop is closed. */
  #draftAt(captureUs: number): HopDraft | undefined {
    const index = this.#indexOf(captureUs);
    return index < this.#next ? undefined : this.#draft(index);
  }

  #draft(index: number): HopDraft {
    let draft = this.#drafts.get(index);
    if (!draft) {
      draft = new HopDraft(index * this.#hopUs, this.#endOf(index));
      this.#drafts.set(index, draft);
    }
    return draft;
  }

  #closeComplete(): Hop[] {
    return this.#live ? this.#closeWhile((endUs) => this.#isComplete(endUs)) : [];
  }

  /** Whether every sense that is alive has given all it has for the hop, and the hop is over. */
  #isComplete(endUs: number): boolean {
    const faceUs = this.#faceUs;
    const voiceUs = this.#voiceUs;
    if (!this.#live || Math.max(this.#wallUs + this.#offsetUs, faceUs, voiceUs) < endUs) return false;
    const faceAlive = faceUs > endUs - ALIVE_US;
    const voiceAlive = voiceUs > endUs - ALIVE_US;
    const lastSlotUs = endUs - this.#hopUs / FACE_SLOTS;
    return (faceAlive || voiceAlive) && (!faceAlive || faceUs >= lastSlotUs) && (!voiceAlive || voiceUs >= endUs);
  }

  #closeWhile(isDue: (endUs: number) => boolean): Hop[] {
    const hops: Hop[] = [];
    while (isDue(this.#endOf(this.#next))) hops.push(this.#close());
    return hops;
  }

  #close(): Hop {
    const index = this.#next++;
    const draft = this.#draft(index);
    this.#drafts.delete(index);
    this.#held = this.#holdFace(draft, this.#held);
    const discontinuity = this.#discontinuity;
    this.#discontinuity = false;
    return this.#hopOf(draft, index, discontinuity);
  }

  #holdFace(draft: HopDraft, held: HeldFace): HeldFace {
    const slowCamera = this.#faceIntervalUs > this.#hopUs / FACE_SLOTS;
    return draft.holdFace(held, slowCamera ? HOLD_US : 0);
  }

  #hopOf(draft: HopDraft, index: number, discontinuity: boolean): Hop {
    const caption = this.#captionRows(draft);
    const closedMs = this.#nowMs();
    const nowUs = this.#nowUs?.() ?? this.#wallUs;
    const overdueMs = Number.isFinite(nowUs) ? (nowUs + this.#offsetUs - draft.endUs) / 1000 : 0;
    const { startUs, endUs, face, voice, gaps, newestDecodedMs, sensedMs } = draft;
    const marks = { closedMs, dueMs: closedMs - overdueMs, newestDecodedMs, sensedMs };
    return { index, startUs, endUs, face, voice, caption, gaps, discontinuity, ...marks };
  }

  /** Zeros for whoever has not been captioned for a while. */
  #captionRows({ words, endUs }: HopDraft): Float32Array {
    const rows = new Float32Array(CAPTION_ROWS * CAPTION_WIDTH);
    for (const [row, { text, number }] of words.entries()) {
      if (this.#captionUs[row] <= endUs - CAPTIONS_ALIVE_US) continue;
      captionFeatures(text, rows.subarray(row * CAPTION_WIDTH, (row + 1) * CAPTION_WIDTH), number);
    }
    return rows;
  }
}
