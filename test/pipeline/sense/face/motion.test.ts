import { describe, expect, it } from 'vitest';
import { type Motion, MotionTracker } from '../../../../pipeline/sense/face/motion.ts';

interface Moment {
  readonly yaw?: number;
  readonly pitch?: number;
  readonly closure?: number;
  readonly open?: number;
}

/** Plays `seconds` of a face at `fps` and returns what was seen at each frame. */
function play(seconds: number, fps: number, face: (timeS: number) => Moment): Motion[] {
  const tracker = new MotionTracker();
  return Array.from({ length: Math.round(seconds * fps) }, (_, i) => {
    const { yaw = 0, pitch = 0, closure = 0, open = 0 } = face(i / fps);
    return { ...tracker.push(i / fps, { yaw, pitch, roll: 0 }, closure, open) };
  });
}
const last = (motions: readonly Motion[]): Motion => motions[motions.length - 1];

describe('the motion of a face', () => {
  it.each([6, 30])('knows a nod from a shake at %i frames/s', (fps) => {
    const nod = last(play(2, fps, (t) => ({ pitch: 0.1 * Math.sin(2 * Math.PI * 1.5 * t) })));
    expect(nod.nodEnergy).toBeGreaterThan(0.7);
    expect(nod.shakeEnergy).toBe(0);
    const shake = last(play(2, fps, (t) => ({ yaw: 0.1 * Math.sin(2 * Math.PI * 1.5 * t) })));
    expect(shake.shakeEnergy).toBeGreaterThan(0.7);
    expect(shake.nodEnergy).toBe(0);
  });

  it('takes one turn of the head for a turn, not for a shake', () => {
    const turn = play(3, 12, (t) => ({ yaw: 0.6 / (1 + Math.exp(-8 * (t - 1.5))) }));
    expect(Math.max(...turn.map((motion) => motion.shakeEnergy))).toBeLessThan(0.15);
    expect(Math.max(...turn.map((motion) => motion.yawVelocity))).toBeGreaterThan(0.8);
  });

  it('sees lips that speak, and none in a held smile', () => {
    const speech = last(play(2, 6, (t) => ({ open: 0.05 + 0.05 * Math.sin(2 * Math.PI * 2.4 * t) })));
    const smile = last(play(2, 6, () => ({ open: 0.15 })));
    expect(speech.mouthMotion).toBeGreaterThan(0.4);
    expect(smile.mouthMotion).toBe(0);
  });

  it('counts a short closure as one blink and a long one as none', () => {
    const blinks = (closedS: number): number =>
      play(3, 12, (t) => ({ closure: t >= 1 && t < 1 + closedS ? 1 : 0 })).reduce(
        (sum, motion) => sum + motion.blink,
        0,
      );
    expect(blinks(0.2)).toBe(1);
    expect(blinks(0.9)).toBe(0);
  });

  it('does not take a gap for a movement', () => {
    const tracker = new MotionTracker();
    tracker.push(0, { yaw: -0.5, pitch: 0, roll: 0 }, 0, 0);
    expect(tracker.push(5, { yaw: 0.5, pitch: 0, roll: 0 }, 0, 0).yawVelocity).toBe(0);
  });
});
