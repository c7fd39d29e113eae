import { expect, test } from 'vitest';
import { SampleGate } from '../../../pipeline/ingest/sample-gate.ts';

const SIXTH_US = 1e6 / 6;
/** Thirty pictures a second, with the jitter of a camera. */
const camera = (startUs: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => startUs + (i * 1e6) / 30 + 1500 * Math.sin(i * 7));
const due = (gate: SampleGate, pictures: readonly number[]): number[] => pictures.filter((us) => gate.isDue(us));

test('six pictures a second are due of a camera that gives thirty, from the first one on', () => {
  const pictures = camera(40_000, 90);
  const chosen = due(new SampleGate(), pictures);
  expect(chosen).toHaveLength(18);
  expect(chosen[0]).toBe(pictures[0]);
});

test('with a phase every interval has its picture there, whenever the camera began', () => {
  for (const startUs of [0, 40_000, 99_000, 160_000]) {
    const [first, ...chosen] = due(new SampleGate(undefined, 60_000), camera(startUs, 90));
    expect(first).toBeCloseTo(startUs);
    const places = chosen.map((us) => us % SIXTH_US);
    expect(Math.min(...places)).toBeGreaterThanOrEqual(58_000);
    expect(Math.max(...places)).toBeLessThanOrEqual(60_000 + 1e6 / 30 + 2000);
    expect(new Set(chosen.map((us) => Math.floor(us / SIXTH_US))).size).toBe(chosen.length);
  }
});
