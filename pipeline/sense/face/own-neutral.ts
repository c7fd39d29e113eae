/** A person's own neutral face: what the baseline tracks, and when it may. */
import { Baseline } from '../baseline.ts';
import { ACTION_UNITS } from './action-units.ts';
import type { HeadPose } from './alignment.ts';
import { EXPRESSIONS } from './expression.ts';

const UNITS = ACTION_UNITS.length;
const POSE = UNITS + EXPRESSIONS.length;
const SIZE = POSE + 3;
const unit = (number: (typeof ACTION_UNITS)[number]): number => ACTION_UNITS.indexOf(number);
/** Smile, parted lips, jaw, shut eyes: nobody rests like that, whatever their features. */
const ACTIVE_UNITS = [unit(12), unit(25), unit(26), unit(43)];
/** The face net's mean posterior on neutral faces. */
const NEUTRAL_POSTERIOR = [0.04, 0.01, 0.07, 0.03, 0.1, 0.01, 0.74];

/** Units in which people's resting faces differ a lot (brow height, nose, lips): the prior gives way within seconds. */
const PRIOR_UNIT_S = 2;
const PRIOR_POSTERIOR_S = 6;
const PRIOR_POSE_S = 1.5;

const PRIOR = {
  mean: [...ACTION_UNITS.map(() => 0), ...NEUTRAL_POSTERIOR, 0, -0.1, 0],
  sd: [...ACTION_UNITS.map(() => 0.2), ...EXPRESSIONS.map(() => 0.15), 0.1, 0.1, 0.1],
  priorS: [
    ...ACTION_UNITS.map(() => PRIOR_UNIT_S),
    ...EXPRESSIONS.map(() => PRIOR_POSTERIOR_S),
    PRIOR_POSE_S,
    PRIOR_POSE_S,
    PRIOR_POSE_S,
  ],
};
const NEUTRAL = EXPRESSIONS.indexOf('Neutral');
const HAPPY = EXPRESSIONS.indexOf('Happy');
const SMILE = unit(12);
const FAINT_SMILE = 0.3;
const MIN_CALM = 0.4;
/** How far an active unit may be from neutral: wide while the neutral is only the population's, narrow once it is the person's. */
const TOLERANCE_PRIOR = 0.8;
const TOLERANCE_OWN = 0.45;
const MIN_QUALITY = 0.4;
/** A smile of two minutes is a long one, not a new face. */
const MAX_FREEZE_S = 180;

/** Begins as the population's; becomes the person's own while they rest. */
export class OwnNeutral {
  readonly #baseline = new Baseline(PRIOR, { maxFreezeS: MAX_FREEZE_S, halfOwnS: 6 });
  readonly #values = new Float64Array(SIZE);

  get ownness(): number {
    return this.#baseline.ownness;
  }

  unit(index: number): number {
    return this.#baseline.mean(index);
  }

  expression(index: number): number {
    return this.#baseline.mean(UNITS + index);
  }

  pose(): HeadPose {
    return {
      yaw: this.#baseline.mean(POSE),
      pitch: this.#baseline.mean(POSE + 1),
      roll: this.#baseline.mean(POSE + 2),
    };
  }

  /** Learns `seconds` of the face in `units` and `posterior`, unless it is not at rest or not well seen. */
  learn(units: Float32Array, posterior: Float32Array, pose: HeadPose, quality: number, seconds: number): void {
    if (quality < MIN_QUALITY) return;
    this.#values.set(units);
    this.#values.set(posterior, UNITS);
    this.#values[POSE] = pose.yaw;
    this.#values[POSE + 1] = pose.pitch;
    this.#values[POSE + 2] = pose.roll;
    this.#baseline.learn(this.#values, seconds, this.#atRest(units, posterior));
  }

  reset(): void {
    this.#baseline.reset();
  }

  #atRest(units: Float32Array, posterior: Float32Array): boolean {
    // The net calls many a resting face happy; a smile that the mesh does not see is none.
    const smile = units[SMILE] - this.unit(SMILE);
    const calm = posterior[NEUTRAL] + (smile < FAINT_SMILE ? posterior[HAPPY] : 0);
    if (calm < MIN_CALM) return false;
    const tolerance = TOLERANCE_OWN + (TOLERANCE_PRIOR - TOLERANCE_OWN) * (1 - this.ownness);
    return ACTIVE_UNITS.every((index) => Math.abs(units[index] - this.unit(index)) < tolerance);
  }
}
