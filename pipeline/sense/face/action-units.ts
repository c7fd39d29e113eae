/** Action-unit proxies from mesh measures: 0 = the population's neutral, 1 = as strong as people show it. */
import type { HeadPose } from './alignment.ts';
import { MEASURES, type Measure } from './measures.ts';

/** In the order of `face.features`. */
export const ACTION_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 24, 25, 26, 43] as const;

interface Norm {
  /** A neutral face of the population: median of some 30 near-neutral faces seen by this mesh net. */
  readonly mean: number;
  /** Change of the measure when the movement that it stands for is strong (FACS D-E); its sign says which way. */
  readonly scale: number;
  /** What a turn of the head still does to the measure, per radian: the mesh's depth is a guess. Left out: nothing. */
  readonly pitch?: number;
  readonly yaw?: number;
}

/** The pitch at which the means hold, radians: people look a little down at their screens. */
const USUAL_PITCH = -0.1;

/** In distances of the outer eye corners. Pose terms: regressions over some 110 faces and over one long laugh, which agree in sign. */
const NORMS: Readonly<Record<Measure, Norm>> = {
  innerBrow: { mean: 0.232, scale: 0.05, pitch: -0.1 },
  outerBrow: { mean: 0.188, scale: 0.045, pitch: -0.07 },
  browGap: { mean: 0.3, scale: -0.03, pitch: -0.08 },
  upperLid: { mean: 0.062, scale: 0.03 },
  lowerLid: { mean: -0.031, scale: 0.012, pitch: -0.045 },
  eyeOpen: { mean: 0.092, scale: -0.045 },
  cheek: { mean: -0.207, scale: 0.037, pitch: -0.07 },
  nose: { mean: -0.42, scale: 0.05, pitch: -0.05 },
  upperLip: { mean: -0.15, scale: 0.042, pitch: -0.11 },
  mouthWidth: { mean: 0.545, scale: 0.17 },
  cornerLift: { mean: -0.002, scale: 0.075, pitch: -0.06 },
  cornerTilt: { mean: 0, scale: 0.04, yaw: -0.036 },
  cornerSkew: { mean: 0, scale: 0.08, yaw: 0.074 },
  lipThickness: { mean: 0.194, scale: -0.06, pitch: 0.08 },
  mouthOpen: { mean: 0.016, scale: 0.17 },
  jaw: { mean: 0.73, scale: 0.15, pitch: 0.35 },
  lowerLip: { mean: -0.35, scale: 0.06, pitch: -0.24 },
};
const NORM_LIST = MEASURES.map((name) => NORMS[name]);

/** Lip corners of a face at rest differ by up to this, in units of their scale. */
const REST_ASYMMETRY = 0.35;
/** A smile lifts nose wings and upper lip too: this share of it is not 9 or 10. */
const SMILE_SHARE = 0.75;
/** Beyond this the mesh has slipped rather than the face moved. */
const MIN_UNIT = -1;
const MAX_UNIT = 1.5;

/** Writes the proxies of one face, in the order of `ACTION_UNITS`, into `out`. `furrow` is what `browFurrow` sees. */
export function actionUnits(measures: Float64Array, furrow: number, pose: HeadPose, out: Float32Array): void {
  const [
    innerBrow,
    outerBrow,
    browGap,
    upperLid,
    lowerLid,
    eyeOpen,
    cheek,
    nose,
    upperLip,
    width,
    lift,
    tilt,
    skew,
    thin,
    open,
    jaw,
    lowerLip,
  ] = normalised(measures, pose);
  const smile = 0.75 * lift + 0.25 * width;
  const smiling = Math.max(0, smile);
  const shut = Math.max(0, 1 - 2 * Math.max(0, open));
  const asymmetry = Math.max(Math.abs(tilt), 0.5 * Math.abs(skew));
  out[0] = innerBrow;
  out[1] = outerBrow;
  out[2] = 0.8 * Math.min(1, furrow) + 0.4 * Math.max(0, -innerBrow) + 0.1 * browGap;
  out[3] = upperLid;
  out[4] = 0.7 * cheek + 0.3 * lowerLid;
  out[5] = 0.6 * lowerLid + 0.4 * Math.min(1, eyeOpen);
  out[6] = nose - SMILE_SHARE * smiling;
  out[7] = upperLip - SMILE_SHARE * smiling;
  out[8] = smile;
  out[9] = asymmetry - REST_ASYMMETRY;
  out[10] = lift < 0 ? -2 * lift : -0.3 * lift;
  out[11] = lowerLip * shut;
  out[12] = width - Math.max(0, lift);
  out[13] = thin * shut;
  out[14] = open;
  out[15] = 0.5 * open + 0.5 * jaw;
  out[16] = eyeOpen;
  for (let i = 0; i < ACTION_UNITS.length; i++) out[i] = Math.max(MIN_UNIT, Math.min(MAX_UNIT, out[i]));
  out[9] = Math.max(0, out[9]);
}

const scratch = new Float64Array(MEASURES.length);

function normalised(measures: Float64Array, pose: HeadPose): Float64Array {
  for (let i = 0; i < scratch.length; i++) {
    const { mean, scale, pitch = 0, yaw = 0 } = NORM_LIST[i];
    scratch[i] = (measures[i] - mean - pitch * (pose.pitch - USUAL_PITCH) - yaw * pose.yaw) / scale;
  }
  return scratch;
}
