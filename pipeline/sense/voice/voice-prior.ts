import type { BaselinePrior } from '../baseline.ts';
import { MFCC_COUNT } from './mel.ts';

/** What the baseline tracks of a voice, with its index. Units: dB, semitones (re 27.5 Hz), log2, peaks per second. */
export const TRACKED = {
  loudnessDb: 0,
  f0: 1,
  f0Range: 2,
  hnrDb: 3,
  alphaDb: 4,
  hammarbergDb: 5,
  fluxLog2: 6,
  ratePerS: 7,
  centroidLog2: 8,
  mfcc: 9,
} as const;
export const TRACKED_COUNT = TRACKED.mfcc + MFCC_COUNT;

/** mean, sd of 100 ms segments within a neutral speaker, seconds of own voice that outweigh it. */
const PRIOR: readonly (readonly [mean: number, sd: number, priorS: number])[] = [
  // Browsers level the microphone to about here.
  [-27, 5, 1],
  // Between men (117 Hz) and women (190 Hz): four semitones from either, so it must yield at once.
  [29.3, 2.7, 0.2],
  [5, 2.2, 3],
  [9, 4, 1.5],
  [-9, 6, 1.5],
  [18, 7, 1.5],
  [-2.5, 0.6, 3],
  [4.6, 0.8, 6],
  [9.5, 0.8, 2],
  // MFCC 1-8: rounded means of a recorded and several synthetic voices.
  [9, 5.5, 1.5],
  [1, 3.2, 1.5],
  [4, 4, 1.5],
  [-1, 2.5, 1.5],
  [-1.5, 2.2, 1.5],
  [0, 2.5, 1.5],
  [-1, 2.2, 1.5],
  [1, 2, 1.5],
];

/** The population's neutral voice, until the person's own is known. */
export const VOICE_PRIOR: BaselinePrior = {
  mean: PRIOR.map(([mean]) => mean),
  sd: PRIOR.map(([, sd]) => sd),
  priorS: PRIOR.map(([, , priorS]) => priorS),
};
