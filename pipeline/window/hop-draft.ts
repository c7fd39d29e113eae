import type { FaceSample, VoiceSegment } from '../types.ts';
import { CAPTION_ROWS, FACE_SLOTS, FACE_WIDTH, VOICE_SLOTS, VOICE_WIDTH } from './hop.ts';

/** More words than this are cut off a row's text (the newest go). Characters. */
const MOST_TEXT = 1000;

/** What comes in the last part of a slot that has a picture already is for the next one. */
const EARLY_SHARE = 0.9;

/** `valid` is the last column of either row. */
function isValid(features: Float32Array): boolean {
  return features[features.length - 1] > 0;
}

/** A face that may stand for the slots after it. */
export interface HeldFace {
  readonly captureUs: number;
  readonly row: Float32Array;
}

export const NO_FACE: HeldFace = { captureUs: -Infinity, row: new Float32Array(FACE_WIDTH) };

/** A hop that is still being filled. */
export class HopDraft {
  readonly startUs: number;
  readonly endUs: number;
  readonly face = new Float32Array(FACE_SLOTS * FACE_WIDTH);
  readonly voice = new Float32Array(VOICE_SLOTS * VOICE_WIDTH);
  /** For each row of words: the captions that ended in the hop, one after the other, and the number of the newest. */
  readonly words = Array.from({ length: CAPTION_ROWS }, () => ({ text: '', number: 0 }));
  newestDecodedMs: number | undefined;
  sensedMs: number | undefined;
  #newestUs = -Infinity;
  readonly #faceUs = new Float64Array(FACE_SLOTS).fill(-Infinity);
  readonly #voiceSeen = new Uint8Array(VOICE_SLOTS);

  constructor(startUs: number, endUs: number) {
    this.startUs = startUs;
    this.endUs = endUs;
  }

  /** The newest valid sample of a slot wins; an invalid one only says that the camera gave something. */
  putFace(sample: FaceSample): void {
    const slot = this.#faceSlot(((sample.captureUs - this.startUs) * FACE_SLOTS) / (this.endUs - this.startUs));
    const filled = this.face[(slot + 1) * FACE_WIDTH - 1] > 0;
    const older = sample.captureUs < this.#faceUs[slot];
    if (filled && (older || !isValid(sample.features))) return;
    this.face.set(sample.features, slot * FACE_WIDTH);
    this.#faceUs[slot] = sample.captureUs;
    this.#note(sample.captureUs, sample.decodedMs, sample.sensedMs);
  }

  /**
   * Lets the last valid face before an empty slot stand for it, when it was captured at most `reachUs` before the slot.
   * `before` is the last one of the hop before; returns the last one of this hop.
   */
  holdFace(before: HeldFace, reachUs: number): HeldFace {
    let last = before;
    for (let slot = 0; slot < FACE_SLOTS; slot++) {
      const slotUs = this.startUs + (slot * (this.endUs - this.startUs)) / FACE_SLOTS;
      if (this.#faceUs[slot] === -Infinity && slotUs - last.captureUs <= reachUs) {
        this.face.set(last.row, slot * FACE_WIDTH);
        this.#faceUs[slot] = last.captureUs;
      } else if (this.face[(slot + 1) * FACE_WIDTH - 1] > 0) {
        last = { captureUs: this.#faceUs[slot], row: this.face.slice(slot * FACE_WIDTH, (slot + 1) * FACE_WIDTH) };
      }
    }
    return last;
  }

  putVoice(segment: VoiceSegment): void {
    const slot = Math.round(((segment.startUs - this.startUs) * VOICE_SLOTS) / (this.endUs - this.startUs));
    this.voice.set(segment.features, slot * VOICE_WIDTH);
    this.#voiceSeen[slot] = Number(isValid(segment.features));
    this.#note(segment.endUs, segment.decodedMs, segment.sensedMs);
  }

  /** The same so far; what is put into one of them from here on is not in the other. */
  clone(): HopDraft {
    const copy = new HopDraft(this.startUs, this.endUs);
    copy.face.set(this.face);
    copy.voice.set(this.voice);
    for (const [row, words] of this.words.entries()) Object.assign(copy.words[row], words);
    copy.newestDecodedMs = this.newestDecodedMs;
    copy.sensedMs = this.sensedMs;
    copy.#newestUs = this.#newestUs;
    copy.#faceUs.set(this.#faceUs);
    copy.#voiceSeen.set(this.#voiceSeen);
    return copy;
  }

  putWords(row: number, text: string, number: number): void {
    const words = this.words[row];
    words.text = `${words.text} ${text}`.slice(0, MOST_TEXT);
    words.number = number;
  }

  get gaps(): { readonly face: number; readonly voice: number } {
    let face = 0;
    for (const us of this.#faceUs) face += Number(us === -Infinity);
    let voice = VOICE_SLOTS;
    for (const seen of this.#voiceSeen) voice -= seen;
    return { face, voice };
  }

  /** A camera as fast as the slots that is early by a hair would fill one slot twice and leave the next one empty. */
  #faceSlot(at: number): number {
    const slot = Math.floor(at);
    const early = at - slot > EARLY_SHARE && slot + 1 < FACE_SLOTS && this.#faceUs[slot] !== -Infinity;
    return early ? slot + 1 : slot;
  }

  #note(captureUs: number, decodedMs: number, sensedMs: number): void {
    if (captureUs < this.#newestUs) return;
    this.#newestUs = captureUs;
    this.newestDecodedMs = decodedMs;
    this.sensedMs = sensedMs;
  }
}
