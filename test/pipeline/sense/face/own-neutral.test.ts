import { describe, expect, it } from 'vitest';
import { ACTION_UNITS } from '../../../../pipeline/sense/face/action-units.ts';
import { OwnNeutral } from '../../../../pipeline/sense/face/own-neutral.ts';

const POSE = { yaw: 0.1, pitch: -0.2, roll: 0 };
const RESTING = Float32Array.of(0.02, 0, 0.05, 0.03, 0.1, 0, 0.8);
const HAPPY = Float32Array.of(0, 0, 0, 0.97, 0, 0, 0.03);
const at = (unit: (typeof ACTION_UNITS)[number]): number => ACTION_UNITS.indexOf(unit);

function face(units: Partial<Record<(typeof ACTION_UNITS)[number], number>>): Float32Array {
  return Float32Array.from(ACTION_UNITS, (unit) => units[unit] ?? 0);
}
function live(neutral: OwnNeutral, seconds: number, units: Float32Array, posterior: Float32Array, quality = 1): void {
  for (let i = 0; i < seconds * 6; i++) neutral.learn(units, posterior, POSE, quality, 1 / 6);
}

describe("a person's own neutral", () => {
  it('begins as the population and becomes their own while they rest', () => {
    const neutral = new OwnNeutral();
    expect(neutral.ownness).toBe(0);
    live(neutral, 30, face({ 1: 0.6, 9: -0.5 }), RESTING);
    expect(neutral.ownness).toBeGreaterThan(0.7);
    expect(neutral.unit(at(1))).toBeCloseTo(0.6, 1);
    expect(neutral.unit(at(9))).toBeCloseTo(-0.5, 1);
    expect(neutral.pose().yaw).toBeCloseTo(0.1, 1);
  });

  it('stands still through a smile of a minute, so that the smile stays one', () => {
    const neutral = new OwnNeutral();
    live(neutral, 10, face({ 12: 0.1 }), RESTING);
    const before = neutral.unit(at(12));
    live(neutral, 60, face({ 6: 0.8, 12: 1.1, 25: 0.9 }), HAPPY);
    expect(neutral.unit(at(12))).toBe(before);
    live(neutral, 5, face({ 12: 1, 25: 0.9 }), RESTING);
    expect(neutral.unit(at(12))).toBe(before);
  });

  it('believes the mesh when the net calls a resting face happy', () => {
    const neutral = new OwnNeutral();
    live(neutral, 10, face({ 12: 0.05 }), HAPPY);
    expect(neutral.ownness).toBeGreaterThan(0.5);
    expect(neutral.expression(3)).toBeGreaterThan(0.4);
  });

  it('does not learn a sad face, however still', () => {
    const neutral = new OwnNeutral();
    live(neutral, 30, face({ 4: 0.5 }), Float32Array.of(0, 0, 0.1, 0, 0.8, 0, 0.1));
    expect(neutral.ownness).toBe(0);
  });

  it('does not learn from what it can hardly see', () => {
    const neutral = new OwnNeutral();
    live(neutral, 10, face({ 1: 1 }), RESTING, 0.2);
    expect(neutral.unit(at(1))).toBe(0);
    expect(neutral.ownness).toBe(0);
  });

  it('forgets the person when told to', () => {
    const neutral = new OwnNeutral();
    live(neutral, 10, face({ 1: 1 }), RESTING);
    neutral.reset();
    expect([neutral.ownness, neutral.unit(at(1))]).toEqual([0, 0]);
  });
});
