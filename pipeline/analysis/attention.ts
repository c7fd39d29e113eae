/** Who is looked at how much: whether a picture has to be read, and whether a hop has to be told, by the policy of rest-policy.ts. */
import { voiceColumn } from '../sense/voice/voice-features.ts';
import type { FaceSample, VideoFrame, VoiceSegment } from '../types.ts';
import { FACE_SLOTS, type Hop, VOICE_SLOTS } from '../window/hop.ts';
import { intervalAfter, LONGEST_REST_US, RESTS_AFTER_US } from './rest-policy.ts';

/** Share of a tenth of a second in which a voice was active; less is a click or a cough. */
const SPEAKING = 0.3;
const COLUMNS = 32;
const ROWS = 18;
/** Levels of luma by which the mean of one block must change: above the noise of a camera, below a smile at 320x180. */
const MOTION_LEVELS = 4;

const ACTIVE = voiceColumn('active');

/** One participant's. */
export class Attention {
  readonly #seen = new Float32Array(COLUMNS * ROWS);
  readonly #now = new Float32Array(COLUMNS * ROWS);
  /** What the last picture that was read showed. */
  #sample: FaceSample | undefined;
  /** Capture time of the last word or motion; before the first, of whatever came first. */
  #livelyUs: number | undefined;
  #readUs = -Infinity;
  /** When the last hop ended that the model was given, and whether a picture was read, or words came, since. */
  #toldUs = -Infinity;
  #news = false;
  /** Which senses gave anything in that hop, as bits. */
  #toldSenses = 0;
  #newestUs = -Infinity;
  #width = 0;
  #height = 0;

  heard({ features, endUs }: VoiceSegment): void {
    this.#notice(endUs, features[ACTIVE] > SPEAKING);
  }

  /** Words came: the person's own, which show that they speak, or somebody else's, which they hear. */
  worded(endUs: number, own: boolean): void {
    this.#news = true;
    this.#notice(endUs, own);
  }

  /** Whether the person has neither spoken nor moved for half a minute. */
  get resting(): boolean {
    return this.#newestUs - (this.#livelyUs ?? this.#newestUs) >= RESTS_AFTER_US;
  }

  /** Whether the last hop that was told stands for this one, which has just closed; otherwise this one counts as told. */
  standsFor({ endUs, gaps, discontinuity }: Pick<Hop, 'endUs' | 'gaps' | 'discontinuity'>): boolean {
    this.#notice(endUs, false);
    const senses = Number(gaps.face < FACE_SLOTS) + 2 * Number(gaps.voice < VOICE_SLOTS);
    const same = !this.#news && !discontinuity && senses === this.#toldSenses;
    if (this.resting && same && endUs - this.#toldUs < LONGEST_REST_US) return true;
    this.#toldUs = endUs;
    this.#toldSenses = senses;
    this.#news = false;
    return false;
  }

  /** What `frame` shows as far as is known without reading it; undefined when it is to be read. */
  known(frame: VideoFrame): FaceSample | undefined {
    const { captureUs, decodedMs } = frame;
    this.#look(frame);
    this.#notice(captureUs, this.#moved(frame));
    const last = this.#sample;
    if (last === undefined || captureUs - this.#readUs >= intervalAfter(captureUs - (this.#livelyUs ?? captureUs)))
      return undefined;
    return { ...last, captureUs, decodedMs, sensedMs: performance.now() };
  }

  /** The frame last asked about was read, and this is what it showed. */
  read(frame: VideoFrame, sample: FaceSample): void {
    this.#seen.set(this.#now);
    [this.#width, this.#height] = [frame.width, frame.height];
    this.#sample = sample;
    this.#news = true;
    this.#readUs = frame.captureUs;
  }

  /** Forgets the person. */
  reset(): void {
    this.#sample = undefined;
    this.#seen.fill(0);
    this.#now.fill(0);
    this.#livelyUs = undefined;
    this.#readUs = this.#toldUs = this.#newestUs = -Infinity;
    this.#news = false;
    this.#width = this.#height = 0;
  }

  #notice(captureUs: number, lively: boolean): void {
    this.#newestUs = Math.max(this.#newestUs, captureUs);
    if (this.#livelyUs === undefined || (lively && captureUs > this.#livelyUs)) this.#livelyUs = captureUs;
  }

  /** Against the last picture that was read, so that what creeps is noticed too. */
  #moved({ width, height }: VideoFrame): boolean {
    if (width !== this.#width || height !== this.#height) return true;
    for (let i = 0; i < this.#now.length; i++) if (Math.abs(this.#now[i] - this.#seen[i]) > MOTION_LEVELS) return true;
    return false;
  }

  /** The mean luma of each block; every other row and column is enough. */
  #look({ width, height, y, yStride }: VideoFrame): void {
    for (let row = 0; row < ROWS; row++) {
      const [top, bottom] = [Math.floor((row * height) / ROWS), Math.floor(((row + 1) * height) / ROWS)];
      for (let column = 0; column < COLUMNS; column++) {
        const [left, right] = [Math.floor((column * width) / COLUMNS), Math.floor(((column + 1) * width) / COLUMNS)];
        let [sum, count] = [0, 0];
        for (let at = top; at < bottom; at += 2)
          for (let x = left; x < right; x += 2) {
            sum += y[at * yStride + x];
            count++;
          }
        this.#now[row * COLUMNS + column] = count > 0 ? sum / count : 0;
      }
    }
  }
}
