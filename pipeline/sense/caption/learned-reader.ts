/**
 * The learned reader: whether what is said is good or bad news, praise or blame, or neither. A committee of three: two small
 * convolutional nets over word vectors and a table of word runs, all trained on what was written for the purpose
 * (`models/training/captions`). Their mean is the reading; how sure they are and how well they agree is its trust.
 */
import { crc32 } from 'node:zlib';
import { loadReaderWeights, type ReaderTensor } from '../../../models/index.ts';
import { baseForms, captionWords } from './caption-words.ts';

export interface Reading {
  /** Probabilities; they add up to 1. */
  readonly neutral: number;
  readonly positive: number;
  readonly negative: number;
  /** 0..1; of the readings over 0.5 about nine in ten are right. */
  readonly trust: number;
}

const CLASSES = 3;
/** Of neutral, positive, negative. */
const SIGNS = [0, 1, -1];
const UNKNOWN = 1;
const FIRST_WORD = 2;
const LONG = 30;

const weights = loadReaderWeights();
const idOf = new Map(weights.words.map((word, index) => [word, index + FIRST_WORD]));

/**
 * Reads one utterance or a few, in English. Pure.
 * @param rated what a lexicon makes of the words, -1..1: it changes the trust, not the reading
 */
export function readWords(text: string, rated: number): Reading {
  const words = captionWords(text);
  const ids = words.map(idFor);
  if (ids.length === 0) return { neutral: 1, positive: 0, negative: 0, trust: 0 };
  const members = [readRuns(words), ...NETS.map((net) => readNet(net, ids))];
  const mean = softmax(at3((k) => members.reduce((sum, member) => sum + member[k], 0) / members.length));
  const [neutral, positive, negative] = mean;
  return { neutral, positive, negative, trust: trustIn(mean, members, ids, rated) };
}

function idFor(word: string): number {
  const id = idOf.get(word);
  if (id !== undefined) return id;
  for (const base of baseForms(word)) {
    const known = idOf.get(base);
    if (known !== undefined) return known;
  }
  return UNKNOWN;
}

/**
 * From the chance that the reading is right: how sure it is, how far the least sure member goes along, how many words are unknown,
 * how long it is, whether neutral, and whether rated words say the same, the opposite, or too much for neutral.
 */
function trustIn(
  mean: readonly number[],
  members: readonly (readonly number[])[],
  ids: readonly number[],
  rated: number,
): number {
  const sorted = mean.toSorted((a, b) => b - a);
  const chosen = mean.indexOf(sorted[0]);
  const unknown = ids.filter((id) => id === UNKNOWN).length / ids.length;
  const evidence = [
    Math.log(sorted[0] / sorted[1]),
    Math.min(...members.map((member) => Math.exp(member[chosen]))),
    unknown,
    Math.min(ids.length, LONG) / 10,
    Number(chosen === 0),
    Math.max(0, SIGNS[chosen] * rated),
    Math.max(0, -SIGNS[chosen] * rated),
    chosen === 0 ? Math.abs(rated) : 0,
  ];
  const { weights: odds, bias } = weights.trust;
  const chance = 1 / (1 + Math.exp(-evidence.reduce((sum, x, i) => sum + x * odds[i], bias)));
  // What was learned holds few unknown words, so that it cannot tell how little is known of another language.
  return chance * (1 - unknown) ** 2;
}

const RUNS = weights.tensor('runs.weight');
const RUNS_SCALE = weights.tensor('runs.weight.scale').data;
const RUNS_BIAS = weights.tensor('runs.bias').data;
const BUCKETS = RUNS.shape[1];
/** A pair of words around a third counts a little less than neighbours do. */
const PAIR = 0.7;

/** Log-probabilities by runs of one to three words and by pairs around a word. */
function readRuns(words: readonly string[]): number[] {
  const at = ['^', ...words.filter((word) => word !== ','), '$'];
  const sums = [0, 0, 0];
  const count = (run: string, weight: number): void => {
    const bucket = crc32(run) % BUCKETS;
    for (let k = 0; k < CLASSES; k++) sums[k] += weight * RUNS.data[k * BUCKETS + bucket];
  };
  for (let n = 1; n <= 3; n++) for (let i = 0; i + n <= at.length; i++) count(at.slice(i, i + n).join(' '), 1);
  for (let i = 1; i < at.length - 3; i++) count(`${at[i]} _ ${at[i + 2]}`, PAIR);
  return logSoftmax(at3((k) => sums[k] * RUNS_SCALE[k] + RUNS_BIAS[k]));
}

interface Layer {
  /** `[taps, in, out]`, or `[in, out]`. */
  readonly weight: ReaderTensor;
  readonly bias: ReaderTensor['data'];
}

interface Net {
  readonly words: ReaderTensor;
  readonly scale: ReaderTensor['data'];
  readonly near: Layer;
  readonly far: Layer;
  readonly mix: Layer;
  readonly out: Layer;
}

const NETS: readonly Net[] = Array.from({ length: weights.nets }, (_, i) => {
  const layer = (name: string): Layer => ({
    weight: weights.tensor(`net${i}.${name}.weight`),
    bias: weights.tensor(`net${i}.${name}.bias`).data,
  });
  return {
    words: weights.tensor(`net${i}.words`),
    scale: weights.tensor(`net${i}.words.scale`).data,
    near: layer('near'),
    far: layer('far'),
    mix: layer('mix'),
    out: layer('out'),
  };
});

/** Log-probabilities by one net. */
function readNet({ words, scale, near, far, mix, out }: Net, ids: readonly number[]): number[] {
  const width = words.shape[1];
  const x = new Float32Array(ids.length * width);
  for (const [t, id] of ids.entries()) {
    for (let i = 0; i < width; i++) x[t * width + i] = words.data[id * width + i] * scale[id];
  }
  const h = relu(convolve(x, ids.length, near, 1));
  const further = relu(convolve(h, ids.length, far, 2));
  for (let i = 0; i < h.length; i++) h[i] += further[i];
  return logSoftmax([...apply(relu(apply(pool(h, ids.length), mix)), out)]);
}

/** Three taps `dilation` steps apart, centred, zeros beyond the ends. */
function convolve(x: Float32Array, steps: number, { weight, bias }: Layer, dilation: number): Float32Array {
  const [taps, inputs, outputs] = weight.shape;
  const w = weight.data;
  const y = new Float32Array(steps * outputs);
  for (let t = 0; t < steps; t++) {
    const to = t * outputs;
    y.set(bias, to);
    for (let tap = 0; tap < taps; tap++) {
      const from = t + (tap - 1) * dilation;
      if (from < 0 || from >= steps) continue;
      for (let i = 0; i < inputs; i++) {
        const value = x[from * inputs + i];
        if (value === 0) continue;
        const row = (tap * inputs + i) * outputs;
        for (let o = 0; o < outputs; o++) y[to + o] += value * w[row + o];
      }
    }
  }
  return y;
}

/** The most of each channel, then its sum over the root of the length. */
function pool(h: Float32Array, steps: number): Float32Array {
  const channels = h.length / steps;
  const out = new Float32Array(2 * channels).fill(-Infinity, 0, channels);
  for (let t = 0; t < steps; t++) {
    for (let c = 0; c < channels; c++) {
      const value = h[t * channels + c];
      if (value > out[c]) out[c] = value;
      out[channels + c] += value / Math.sqrt(steps);
    }
  }
  return out;
}

function apply(x: Float32Array, { weight, bias }: Layer): Float32Array {
  const outputs = weight.shape[1];
  const y = Float32Array.from(bias);
  for (let i = 0; i < x.length; i++) for (let o = 0; o < outputs; o++) y[o] += x[i] * weight.data[i * outputs + o];
  return y;
}

function relu(x: Float32Array): Float32Array {
  for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0;
  return x;
}

function at3(of: (k: number) => number): number[] {
  return [of(0), of(1), of(2)];
}

function softmax(scores: readonly number[]): number[] {
  return logSoftmax(scores).map(Math.exp);
}

function logSoftmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0)) + most;
  return scores.map((score) => score - total);
}
