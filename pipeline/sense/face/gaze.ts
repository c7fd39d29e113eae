/** Where the eyes look in the head, from the iris net (MediaPipe Iris). */
import type { FaceNet } from '../../../models/index.ts';
import type { VideoFrame } from '../../types.ts';
import { cropRgb, type Region } from './crop.ts';

const SIDE = 64;
const PLANES = SIDE * SIDE * 3;
/** Outputs per eye: 71 points of lids and brow, then 5 of the iris; x, y, z each. */
const VALUES = 228;
const OUTER_CORNER = 0;
const INNER_CORNER = 8;
const IRIS_CENTRE = 71;
/** MediaPipe's margin around the eye corners. */
const MARGIN = 2.3;
/** Outer corner first where the crop is not mirrored; the net knows right eyes only, the left one is shown to it mirrored. */
const EYES = [
  { left: 33, right: 133, mirrored: false },
  { left: 362, right: 263, mirrored: true },
] as const;
/** Iris off the middle of the eye, in half eye widths, when somebody looks as far to the side as they do in a call. */
const FULL_X = 0.4;
const FULL_Y = 0.22;
/** Looking straight ahead, the iris stands this much above the line through the corners. */
const REST_Y = 0.13;

export interface Gaze {
  /** -1..1, > 0 to the person's left. */
  x: number;
  /** -1..1, > 0 up. */
  y: number;
}

/** Reads the gaze of a face with open eyes into `gaze`. Costs about twice the mesh, for two eyes: once per hop is enough. */
export async function readGaze(net: FaceNet, frame: VideoFrame, mesh: Float32Array, gaze: Gaze): Promise<void> {
  const regions = EYES.map(({ left, right }) => eyeRegion(mesh, left, right));
  const outputs = await net.run((input) => {
    regions.forEach((region, eye) =>
      cropRgb(frame, region, SIDE, input.subarray(eye * PLANES, (eye + 1) * PLANES), 1, 0, 'edge'),
    );
    for (const [eye, { mirrored }] of EYES.entries()) if (mirrored) mirrorRows(input, eye * PLANES);
  });
  const points = outputs['points'];
  let [x, y] = [0, 0];
  for (const [eye, { mirrored }] of EYES.entries()) {
    const at = eye * VALUES;
    const half =
      Math.hypot(
        points[at + INNER_CORNER * 3] - points[at + OUTER_CORNER * 3],
        points[at + INNER_CORNER * 3 + 1] - points[at + OUTER_CORNER * 3 + 1],
      ) / 2 || 1;
    const across = points[at + IRIS_CENTRE * 3] - (points[at + OUTER_CORNER * 3] + points[at + INNER_CORNER * 3]) / 2;
    const down =
      points[at + IRIS_CENTRE * 3 + 1] - (points[at + OUTER_CORNER * 3 + 1] + points[at + INNER_CORNER * 3 + 1]) / 2;
    x += ((mirrored ? -across : across) / half) * 0.5;
    y += (-down / half) * 0.5;
  }
  gaze.x = Math.max(-1, Math.min(1, x / FULL_X));
  gaze.y = Math.max(-1, Math.min(1, (y - REST_Y) / FULL_Y));
}

function eyeRegion(mesh: Float32Array, left: number, right: number): Region {
  const dx = mesh[right * 3] - mesh[left * 3];
  const dy = mesh[right * 3 + 1] - mesh[left * 3 + 1];
  return {
    cx: mesh[left * 3] + dx / 2,
    cy: mesh[left * 3 + 1] + dy / 2,
    size: MARGIN * Math.hypot(dx, dy),
    angle: Math.atan2(dy, dx),
  };
}

function mirrorRows(input: Float32Array, from: number): void {
  for (let at = from; at < from + PLANES; at += SIDE) input.subarray(at, at + SIDE).reverse();
}
