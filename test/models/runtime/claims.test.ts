import { expect, test } from 'vitest';
import { deniedTokens } from '../../../models/runtime/claims.ts';

const claims = [
  { tokens: [1, 2], when: [{ of: 'valence' as const, from: 0.12 }] },
  { tokens: [3], when: [{ of: 'valence' as const, to: -0.12 }] },
  { tokens: [4], when: [{ of: 'arousal' as const, from: 0.12 }] },
  { tokens: [5], when: [{ of: 'intensity' as const, from: 0 }] },
  { tokens: [6], when: [{ cue: 0 }] },
  { tokens: [7], when: [{ of: 'valenceDistance' as const, from: 0.12 }, { cue: 0 }] },
  { tokens: [8], when: [] },
  { tokens: [9], when: [{ label: 1, from: 0.2 }] },
];
const said = (valence: number, arousal = 0): Float32Array => Float32Array.of(1, valence, arousal, 0, 0);
const vad = (valence: number, arousal = 0): Float32Array => Float32Array.of(valence, arousal, 0);
const denied = (before: Float32Array, now: Float32Array, cue = 0, sd = 0.1, label = 0.5): number[] =>
  deniedTokens(
    claims,
    {
      said: before,
      vad: now,
      vadSd: Float32Array.of(sd, sd, sd),
      cues: Float32Array.of(cue),
      labels: Float32Array.of(0, label),
    },
    [0.5],
  );

test('a brighter mood may be claimed of a rise only, a darker one of a fall only', () => {
  expect(denied(said(-0.5), vad(0.4))).toEqual([3, 4, 5, 6, 8]);
  expect(denied(said(0.5), vad(0.2))).toEqual([1, 2, 4, 5, 6, 8]);
});

test('of what stayed as it was no change may be claimed', () => {
  expect(denied(said(0.4, 0.1), vad(0.42, 0.1))).toEqual([1, 2, 3, 4, 6, 7, 8]);
});

test('more tension may be claimed where arousal rose', () => {
  expect(denied(said(0, 0.1), vad(0, 0.4))).not.toContain(4);
});

test('what is missing may be named where its cue is there; any one condition is enough', () => {
  expect(denied(said(0.4), vad(0.4), 0.7)).toEqual([1, 2, 3, 4, 8]);
});

test('where valence cannot be read no change may be claimed, but what is missing may be named', () => {
  expect(denied(said(-0.6), vad(0), 0.7, 0.4)).toEqual([1, 2, 3, 4, 5, 8]);
});

test('a feeling may be named where its own label is there', () => {
  expect(denied(said(0.4), vad(0.4), 0, 0.1, 0.1)).toContain(9);
  expect(denied(said(0.4), vad(0.4), 0, 0.1, 0.2)).not.toContain(9);
});

test('before anything was said there is no change to claim', () => {
  expect(denied(new Float32Array(5), vad(0.9))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
