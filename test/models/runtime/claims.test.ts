import { expect, test } from 'vitest';
import { deniedTokens } from '../../../models/runtime/claims.ts';

const claims = [
  { tokens: [1, 2], of: 'valence' as const, from: 0.12 },
  { tokens: [3], of: 'valence' as const, to: -0.12 },
  { tokens: [4], of: 'valenceDistance' as const, to: 0.25 },
  { tokens: [5], of: 'intensity' as const, from: 0 },
];
const said = (valence: number, arousal = 0): Float32Array => Float32Array.of(1, valence, arousal, 0, 0);
const vad = (valence: number, arousal = 0): Float32Array => Float32Array.of(valence, arousal, 0);

test('a brighter mood may be claimed of a rise only, a darker one of a fall only', () => {
  expect(deniedTokens(claims, said(-0.5), vad(0.4))).toEqual([3, 4, 5]);
  expect(deniedTokens(claims, said(0.5), vad(0.2))).toEqual([1, 2, 4, 5]);
});

test('what stayed the same may be called so, and nothing else', () => {
  expect(deniedTokens(claims, said(0.4, 0.1), vad(0.42, 0.1))).toEqual([1, 2, 3]);
});

test('before anything was said there is no change to claim', () => {
  expect(deniedTokens(claims, new Float32Array(5), vad(0.9))).toEqual([1, 2, 3, 4, 5]);
});
