import { CLIP_RATE_HZ } from './clip.ts';

/** How somebody sounds, as differences from how they were recorded. */
export interface Manner {
  /** F0, and how far it swings around its mean: semitones, and a factor. */
  readonly semitones: number;
  readonly swing: number;
  /** What lies above 1 kHz against what lies below, and the whole: dB. */
  readonly brightDb: number;
  readonly loudDb: number;
}

const FRAME = CLIP_RATE_HZ / 100;
const WINDOW = 4 * FRAME;
const SHORTEST = Math.round(CLIP_RATE_HZ / 400);
const LONGEST = Math.round(CLIP_RATE_HZ / 75);
/** Height of the autocorrelation's peak from which a frame is voiced, and power below which nothing is. */
const VOICED = 0.5;
const SILENT = 1e-5;
const SHELF_HZ = 1000;

/**
 * The same recorded words by the same person in another manner: F0 moved and widened by pitch-synchronous overlap-add
 * (TD-PSOLA, Moulines and Charpentier 1990), which leaves the formants where they are, then a shelf and a gain. In step
 * with the original to within a period. Samples in -1..1 at {@link CLIP_RATE_HZ}.
 */
export function revoice(samples: Float32Array, { semitones, swing, brightDb, loudDb }: Manner): Float32Array {
  const marks = pitchMarks(samples);
  const periods = marks.filter(({ voiced }) => voiced);
  const mean = Math.exp(periods.reduce((sum, { period }) => sum + Math.log(period), 0) / Math.max(1, periods.length));
  const out = new Float32Array(samples.length);
  let next = 0;
  for (let at = marks[0]?.at ?? samples.length; at < samples.length;) {
    while (next + 1 < marks.length && Math.abs(marks[next + 1].at - at) <= Math.abs(marks[next].at - at)) next++;
    const mark = marks[next];
    addGrain(out, Math.round(at), samples, mark);
    at += mark.voiced ? mark.period * (mark.period / mean) ** (swing - 1) * 2 ** (-semitones / 12) : mark.period;
  }
  shelve(out, brightDb);
  return out.map((sample) => sample * 10 ** (loudDb / 20));
}

interface Mark {
  readonly at: number;
  /** Samples to the next one. */
  readonly period: number;
  readonly voiced: boolean;
}

/** One mark a period, on its highest peak; every 10 ms where there is no voice. */
function pitchMarks(samples: Float32Array): Mark[] {
  const marks: Mark[] = [];
  for (let at = WINDOW; at < samples.length - WINDOW - LONGEST;) {
    const period = periodAt(samples, at);
    const before = marks.at(-1);
    if (period === 0) {
      marks.push({ at, period: FRAME, voiced: false });
      at += FRAME;
      continue;
    }
    // The first period of a voice is searched whole, later ones about where they are due.
    const reach = before?.voiced ? Math.round(period / 5) : Math.round(period / 2);
    let peak = at;
    for (let i = at - reach; i <= at + reach; i++) if (samples[i] > samples[peak]) peak = i;
    marks.push({ at: peak, period, voiced: true });
    at = peak + period;
  }
  return marks;
}

/** Samples of a period around `at`; 0 where there is no voice. */
function periodAt(samples: Float32Array, at: number): number {
  const from = at - WINDOW / 2;
  const power = dot(samples, from, from);
  if (power / WINDOW < SILENT) return 0;
  let [best, height] = [0, VOICED];
  for (let lag = SHORTEST; lag <= LONGEST; lag++) {
    const shifted = dot(samples, from + lag, from + lag);
    // The shortest of several lags that fit about equally well: the others are its multiples.
    const peak = dot(samples, from, from + lag) / Math.sqrt(power * shifted + 1e-12);
    if (peak > height + (best > 0 && lag > 1.7 * best ? 0.08 : 0)) [best, height] = [lag, peak];
  }
  return best;
}

function dot(samples: Float32Array, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < WINDOW; i++) sum += samples[a + i] * samples[b + i];
  return sum;
}

/** Two periods around a mark, faded in and out, to another place. */
function addGrain(out: Float32Array, to: number, samples: Float32Array, { at, period }: Mark): void {
  for (let i = -period; i < period; i++) {
    if (to + i < 0 || to + i >= out.length) continue;
    out[to + i] += samples[at + i] * (0.5 + 0.5 * Math.cos((Math.PI * i) / period));
  }
}

/** A high shelf of the second order (Bristow-Johnson's cookbook, slope 1), in place. */
function shelve(samples: Float32Array, db: number): void {
  const a = 10 ** (db / 40);
  const cos = Math.cos((2 * Math.PI * SHELF_HZ) / CLIP_RATE_HZ);
  const beta = Math.sin((2 * Math.PI * SHELF_HZ) / CLIP_RATE_HZ) * Math.sqrt(2 * a);
  const b = [a * (a + 1 + (a - 1) * cos + beta), -2 * a * (a - 1 + (a + 1) * cos), a * (a + 1 + (a - 1) * cos - beta)];
  const [a0, a1, a2] = [a + 1 - (a - 1) * cos + beta, 2 * (a - 1 - (a + 1) * cos), a + 1 - (a - 1) * cos - beta];
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i];
    const y = (b[0] * x + b[1] * x1 + b[2] * x2 - a1 * y1 - a2 * y2) / a0;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    samples[i] = y;
  }
}
