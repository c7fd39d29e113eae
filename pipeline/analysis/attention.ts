/**
 * Who neither speaks nor moves is looked at less. The policy: after five seconds without speech and without motion one
 * picture a second is read, after half a minute one in three seconds, and the pictures between stand for what the last one
 * showed, since they show the same; the first word or motion brings back every picture at once. What is heard is always
 * heard in full, and every picture is decoded, since the next one builds on it.
 */
import { voiceColumn } from '../sense/voice/voice-features.ts';
import type { FaceSample, VideoFrame, VoiceSegment } from '../types.ts';

const IDLE_AFTER_US = 5_000_000;
const IDLE_INTERVAL_US = 1_000_000;
const LONG_IDLE_AFTER_US = 30_000_000;
const LONG_IDLE_INTERVAL_US = 3_000_000;
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
  /** Capture time of the last word or motion. */
  #livelyUs = -Infinity;
  #readUs = -Infinity;
  #width = 0;
  #height = 0;

  heard({ features, endUs }: VoiceSegment): void {
    if (features[ACTIVE] > SPEAKING) this.#livelyUs = Math.max(this.#livelyUs, endUs);
  }

  /** What `frame` shows as far as is known without reading it; undefined when it is to be read. */
  known(frame: VideoFrame): FaceSample | undefined {
    const { captureUs, decodedMs } = frame;
    this.#look(frame);
    if (this.#moved(frame)) this.#livelyUs = Math.max(this.#livelyUs, captureUs);
    const last = this.#sample;
    if (last === undefined || captureUs - this.#readUs >= intervalAfter(captureUs - this.#livelyUs)) return undefined;
    return { ...last, captureUs, decodedMs, sensedMs: performance.now() };
  }

  /** The frame last asked about was read, and this is what it showed. */
  read(frame: VideoFrame, sample: FaceSample): void {
    this.#seen.set(this.#now);
    [this.#width, this.#height] = [frame.width, frame.height];
    this.#sample = sample;
    this.#readUs = frame.captureUs;
  }

  /** Forgets the person. */
  reset(): void {
    this.#sample = undefined;
    this.#seen.fill(0);
    this.#now.fill(0);
    this.#livelyUs = this.#readUs = -Infinity;
    this.#width = this.#height = 0;
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

/** How far apart pictures are read of who has neither spoken nor moved for so long; 0 reads every one. */
function intervalAfter(idleUs: number): number {
  if (idleUs < IDLE_AFTER_US) return 0;
  return idleUs < LONG_IDLE_AFTER_US ? IDLE_INTERVAL_US : LONG_IDLE_INTERVAL_US;
}
