/** What moves in a face over the last second and a half: head velocities, nods and shakes, lips, blinks. */
import type { HeadPose } from './alignment.ts';

/** Enough for 1.5 s at 30 frames/s; older entries are overwritten. */
const CAPACITY = 64;
const SWING_S = 1.5;
const LIPS_S = 0.5;
/** Over a longer gap a difference is not a velocity any more. */
const MAX_GAP_S = 0.6;
/** RMS of a clear nod or shake once its trend is taken out: 6 degrees either way. */
const CLEAR_SWING_RAD = 0.07;
/** Mean speed of the lips in lively speech: mouth opening, in eye distances per second. */
const LIVELY_LIPS = 0.35;
/** The mesh's own trembling. */
const REST_LIPS = 0.03;
const CLOSED = 0.55;
const LONGEST_BLINK_S = 0.4;

export interface Motion {
  /** Radians per second. */
  yawVelocity: number;
  pitchVelocity: number;
  rollVelocity: number;
  /** 0..1 */
  nodEnergy: number;
  shakeEnergy: number;
  mouthMotion: number;
  /** 1 when an eye closure shorter than 0.4 s has just ended. */
  blink: number;
}

export class MotionTracker {
  readonly #timeS = new Float64Array(CAPACITY);
  readonly #yaw = new Float64Array(CAPACITY);
  readonly #pitch = new Float64Array(CAPACITY);
  readonly #open = new Float64Array(CAPACITY);
  readonly #motion: Motion = {
    yawVelocity: 0,
    pitchVelocity: 0,
    rollVelocity: 0,
    nodEnergy: 0,
    shakeEnergy: 0,
    mouthMotion: 0,
    blink: 0,
  };
  #roll = 0;
  #count = 0;
  #closedSinceS: number | undefined;

  /**
   * @param timeS capture time, rising
   * @param closure eyes shut: 0 as usual, 1 shut
   * @param mouthOpen in eye distances
   * @returns the same object every time
   */
  push(timeS: number, pose: HeadPose, closure: number, mouthOpen: number): Motion {
    const before = (this.#count - 1) % CAPACITY;
    const gapS = this.#count > 0 ? timeS - this.#timeS[before] : Infinity;
    if (gapS > MAX_GAP_S || gapS <= 0) this.reset();
    this.#velocities(pose, gapS > MAX_GAP_S || gapS <= 0 ? 0 : 1 / gapS, before);
    this.#store(timeS, pose, mouthOpen);
    this.#motion.nodEnergy = this.#swing(this.#pitch, timeS);
    this.#motion.shakeEnergy = this.#swing(this.#yaw, timeS);
    this.#motion.mouthMotion = this.#lips(timeS);
    this.#motion.blink = this.#blink(timeS, closure);
    return this.#motion;
  }

  /** Forgets everything: the face was lost, or it is another one. */
  reset(): void {
    for (const series of [this.#timeS, this.#yaw, this.#pitch, this.#open]) series.fill(0);
    this.#count = 0;
    this.#closedSinceS = undefined;
  }

  #velocities(pose: HeadPose, perS: number, before: number): void {
    const known = perS > 0;
    this.#motion.yawVelocity = known ? (pose.yaw - this.#yaw[before]) * perS : 0;
    this.#motion.pitchVelocity = known ? (pose.pitch - this.#pitch[before]) * perS : 0;
    this.#motion.rollVelocity = known ? (pose.roll - this.#roll) * perS : 0;
  }

  #store(timeS: number, pose: HeadPose, mouthOpen: number): void {
    const at = this.#count % CAPACITY;
    this.#timeS[at] = timeS;
    this.#yaw[at] = pose.yaw;
    this.#pitch[at] = pose.pitch;
    this.#open[at] = mouthOpen;
    this.#roll = pose.roll;
    this.#count++;
  }

  /** RMS about the straight line through the window, and only as far as the head came back: a turn is not a shake. */
  #swing(angles: Float64Array, nowS: number): number {
    const first = this.#firstWithin(nowS - SWING_S);
    const n = this.#count - first;
    if (n < 4) return 0;
    let [sumT, sumA, sumTT, sumTA, sumAA] = [0, 0, 0, 0, 0];
    let [travel, low, high] = [0, Infinity, -Infinity];
    for (let i = first; i < this.#count; i++) {
      const t = this.#timeS[i % CAPACITY] - nowS;
      const a = angles[i % CAPACITY];
      if (i > first) travel += Math.abs(a - angles[(i - 1) % CAPACITY]);
      [low, high] = [Math.min(low, a), Math.max(high, a)];
      [sumT, sumA, sumTT, sumTA, sumAA] = [sumT + t, sumA + a, sumTT + t * t, sumTA + t * a, sumAA + a * a];
    }
    const spreadT = sumTT - (sumT * sumT) / n;
    const slope = spreadT > 0 ? (sumTA - (sumT * sumA) / n) / spreadT : 0;
    const residual = Math.max(0, sumAA - (sumA * sumA) / n - slope * slope * spreadT) / n;
    const cameBack = high > low ? Math.min(1, Math.max(0, travel / (high - low) - 1)) : 0;
    return Math.min(1, (Math.sqrt(residual) / CLEAR_SWING_RAD) * cameBack);
  }

  #lips(nowS: number): number {
    const first = this.#firstWithin(nowS - LIPS_S);
    const spanS = nowS - this.#timeS[first % CAPACITY];
    if (spanS <= 0) return 0;
    let travel = 0;
    for (let i = first + 1; i < this.#count; i++)
      travel += Math.abs(this.#open[i % CAPACITY] - this.#open[(i - 1) % CAPACITY]);
    return Math.min(1, Math.max(0, (travel / spanS - REST_LIPS) / LIVELY_LIPS));
  }

  #blink(nowS: number, closure: number): number {
    if (closure > CLOSED) {
      this.#closedSinceS ??= nowS;
      return 0;
    }
    const sinceS = this.#closedSinceS;
    this.#closedSinceS = undefined;
    return sinceS !== undefined && nowS - sinceS <= LONGEST_BLINK_S ? 1 : 0;
  }

  #firstWithin(fromS: number): number {
    let first = this.#count - 1;
    const oldest = Math.max(0, this.#count - CAPACITY);
    while (first > oldest && this.#timeS[(first - 1) % CAPACITY] >= fromS) first--;
    return first;
  }
}
