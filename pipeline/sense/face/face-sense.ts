/** The face sense of one participant: pictures in, one row of face features a picture out. */
import type { FaceNets } from '../../../models/index.ts';
import type { FaceSample, SignalState, VideoFrame } from '../../types.ts';
import { ACTION_UNITS, actionUnits } from './action-units.ts';
import { Alignment } from './alignment.ts';
import { browFurrow, lowerFaceSymmetry, OcclusionWatch } from './appearance.ts';
import type { Region } from './crop.ts';
import { detectFace } from './detector.ts';
import { EXPRESSIONS, type PictureQuality, readExpression } from './expression.ts';
import { FACE_FEATURES, featureIndex } from './feature-row.ts';
import { type Gaze, readGaze } from './gaze.ts';
import { createMesh, fitMesh, regionOf } from './mesh.ts';
import { MEASURES, measure } from './measures.ts';
import { type Motion, MotionTracker } from './motion.ts';
import { OwnNeutral } from './own-neutral.ts';
import { judgeQuality } from './quality.ts';

export interface FaceSenseOptions {
  /** Gaze is read at most this often, milliseconds; default 450 (once per hop), Infinity never. In between the last one stands. */
  readonly gazeEveryMs?: number;
}

const AT = {
  units: featureIndex('au1'),
  rel: featureIndex('rel1'),
  posterior: featureIndex('pAngry'),
  posteriorRel: featureIndex('prelAngry'),
  pose: featureIndex('yaw'),
  velocity: featureIndex('yawVelocity'),
  gaze: featureIndex('gazeX'),
  energy: featureIndex('nodEnergy'),
  faceScale: featureIndex('faceScale'),
  quality: featureIndex('quality'),
  ownness: featureIndex('ownness'),
  valid: featureIndex('valid'),
};
const CLOSURE = ACTION_UNITS.indexOf(43);
const MOUTH_OPEN = MEASURES.indexOf('mouthOpen');
/** Below this mesh confidence the track is lost and the whole picture is searched again. */
const MIN_CONFIDENCE = 0.5;
/** Closure over the person's usual at which an iris is not to be seen. */
const SHUT = 0.7;
const POOR = 0.35;
const OCCLUDED = 0.6;
/** What a hidden lower face takes off the quality: brows and eyes still speak. */
const HIDDEN_COST = 0.7;
/** Evidence one picture can give the baseline, however long the pause before it was. Seconds. */
const MAX_STEP_S = 0.5;

/** Finds, follows and reads one face. Not re-entrant: await a push before the next. */
export class FaceSense {
  readonly #nets: FaceNets;
  readonly #gazeEveryUs: number;
  readonly #gaze: Gaze = { x: 0, y: 0 };
  readonly #mesh = createMesh();
  readonly #alignment = new Alignment();
  readonly #measures = new Float64Array(MEASURES.length);
  readonly #motion = new MotionTracker();
  readonly #neutral = new OwnNeutral();
  readonly #occlusion = new OcclusionWatch();
  readonly #picture: PictureQuality = { contrast: 0, sharpness: 0 };
  readonly #units = new Float32Array(ACTION_UNITS.length);
  readonly #posterior = new Float32Array(EXPRESSIONS.length);
  #region: Region | undefined;
  #lastUs: number | undefined;
  #gazeUs = -Infinity;
  #hidden = 0;
  #clear = 0;
  #epoch = 0;

  /** The nets are shared with other faces and stay the caller's. */
  constructor(nets: FaceNets, options: FaceSenseOptions = {}) {
    this.#nets = nets;
    this.#gazeEveryUs = (options.gazeEveryMs ?? 450) * 1000;
  }

  /** Reads one picture; pictures come in the order of their capture. */
  async push(frame: VideoFrame): Promise<FaceSample> {
    const epoch = this.#epoch;
    const found = await this.#track(frame);
    if (found) {
      await readExpression(this.#nets.expression, frame, this.#mesh.points, this.#posterior, this.#picture);
      this.#readGeometry(frame);
      await this.#lookAtEyes(frame);
    }
    // Reset meanwhile: what this picture left behind goes too.
    if (epoch !== this.#epoch) this.reset();
    if (!found || epoch !== this.#epoch) {
      this.#lose();
      return sample(frame, new Float32Array(FACE_FEATURES.length), 'lost');
    }
    const features = this.#row(frame);
    return sample(frame, features, this.#state());
  }

  /** In a picture too poor to judge, a hand could not be told either. */
  #state(): SignalState {
    if (this.#clear < POOR) return 'poor';
    return this.#hidden > OCCLUDED ? 'occluded' : 'ok';
  }

  /** Forgets the person: the track, the baseline and every measure of the face. */
  reset(): void {
    this.#epoch++;
    this.#lose();
    this.#neutral.reset();
    this.#occlusion.reset();
    this.#lastUs = undefined;
    for (const trace of [this.#mesh.points, this.#alignment.points, this.#measures, this.#units, this.#posterior])
      trace.fill(0);
    this.#gaze.x = this.#gaze.y = 0;
  }

  /** May be called twice. */
  close(): void {
    this.reset();
  }

  /** Follows the mesh; searches the whole picture when there is nothing to follow or it has slipped off. */
  async #track(frame: VideoFrame): Promise<boolean> {
    if (this.#region && (await this.#fit(frame, this.#region))) return true;
    const found = await detectFace(this.#nets.detector, frame);
    // Twice: the detector's box is coarse, the mesh's own box is what the mesh net was trained on.
    return found !== undefined && (await this.#fit(frame, found)) && (await this.#fit(frame, this.#region ?? found));
  }

  async #fit(frame: VideoFrame, region: Region): Promise<boolean> {
    await fitMesh(this.#nets.mesh, frame, region, this.#mesh);
    if (this.#mesh.confidence < MIN_CONFIDENCE) return false;
    this.#region = regionOf(this.#mesh.points);
    return true;
  }

  #lose(): void {
    this.#region = undefined;
    this.#gazeUs = -Infinity;
    this.#motion.reset();
  }

  #readGeometry(frame: VideoFrame): void {
    this.#alignment.fit(this.#mesh.points);
    measure(this.#alignment.points, this.#measures);
    const furrow = browFurrow(frame, this.#mesh.points, this.#alignment.scale);
    actionUnits(this.#measures, furrow, this.#alignment.pose(), this.#units);
  }

  /** Shut eyes look nowhere. */
  async #lookAtEyes(frame: VideoFrame): Promise<void> {
    if (this.#units[CLOSURE] - this.#neutral.unit(CLOSURE) > SHUT) {
      this.#gaze.x = this.#gaze.y = 0;
      this.#gazeUs = -Infinity;
    } else if (frame.captureUs - this.#gazeUs >= this.#gazeEveryUs) {
      this.#gazeUs = frame.captureUs;
      await readGaze(this.#nets.iris, frame, this.#mesh.points, this.#gaze);
    }
  }

  #row(frame: VideoFrame): Float32Array {
    const row = new Float32Array(FACE_FEATURES.length);
    const pose = this.#alignment.pose();
    const stepS =
      this.#lastUs === undefined ? 0 : Math.min(MAX_STEP_S, Math.max(0, (frame.captureUs - this.#lastUs) / 1e6));
    this.#lastUs = frame.captureUs;
    this.#hidden = this.#occlusion.push(lowerFaceSymmetry(frame, this.#mesh.points, this.#alignment.scale), stepS);
    this.#clear = judgeQuality(
      frame,
      this.#mesh.points,
      this.#mesh.confidence,
      this.#alignment.scale,
      pose,
      this.#picture,
    );
    const quality = this.#clear * (1 - HIDDEN_COST * this.#hidden);
    this.#neutral.learn(this.#units, this.#posterior, pose, quality, stepS);
    this.#writeFace(row);
    const usual = this.#neutral.pose();
    row.set([pose.yaw - usual.yaw, pose.pitch - usual.pitch, pose.roll - usual.roll], AT.pose);
    const closure = this.#units[CLOSURE] - this.#neutral.unit(CLOSURE);
    writeMotion(row, this.#motion.push(frame.captureUs / 1e6, pose, closure, this.#measures[MOUTH_OPEN]));
    row.set([this.#gaze.x, this.#gaze.y], AT.gaze);
    row[AT.faceScale] = Math.min(2, this.#alignment.scale / 100);
    row[AT.quality] = quality;
    row[AT.ownness] = this.#neutral.ownness;
    row[AT.valid] = 1;
    return row;
  }

  #writeFace(row: Float32Array): void {
    row.set(this.#units, AT.units);
    row.set(this.#posterior, AT.posterior);
    for (let i = 0; i < this.#units.length; i++) row[AT.rel + i] = this.#units[i] - this.#neutral.unit(i);
    for (let i = 0; i < this.#posterior.length; i++)
      row[AT.posteriorRel + i] = this.#posterior[i] - this.#neutral.expression(i);
  }
}

function writeMotion(row: Float32Array, motion: Motion): void {
  row.set([motion.yawVelocity / 2, motion.pitchVelocity / 2, motion.rollVelocity / 2], AT.velocity);
  row.set([motion.nodEnergy, motion.shakeEnergy, motion.mouthMotion, motion.blink], AT.energy);
}

function sample(frame: VideoFrame, features: Float32Array, state: SignalState): FaceSample {
  return { captureUs: frame.captureUs, features, state, sensedMs: performance.now(), decodedMs: frame.decodedMs };
}
