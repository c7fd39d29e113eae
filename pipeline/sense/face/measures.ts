/** What is measured on a mesh whose pose has been taken out, in distances of the outer eye corners. */

/** Raw measures in the order of the array that `measure` writes. */
export const MEASURES = [
  'innerBrow',
  'outerBrow',
  'browGap',
  'upperLid',
  'lowerLid',
  'eyeOpen',
  'cheek',
  'nose',
  'upperLip',
  'mouthWidth',
  'cornerLift',
  'cornerTilt',
  'cornerSkew',
  'lipThickness',
  'mouthOpen',
  'jaw',
  'lowerLip',
] as const;
export type Measure = (typeof MEASURES)[number];

// Point lists, right side first. Numbering: MediaPipe's canonical face mesh.
const INNER_EYE = [133, 362];
const OUTER_EYE = [33, 263];
const EYE_CORNERS = [33, 133, 263, 362];
const INNER_BROW = [107, 55, 336, 285];
const OUTER_BROW = [70, 63, 46, 53, 300, 293, 276, 283];
const UPPER_LID = [158, 159, 160, 385, 386, 387];
const LOWER_LID = [144, 145, 153, 373, 374, 380];
const UNDER_EYE = [118, 119, 100, 347, 348, 329];
const NOSE_WINGS = [98, 129, 64, 327, 358, 294];
const NOSE_BASE = [2, 97, 326];
const UPPER_LIP = [0, 37, 267, 39, 269];
const MOUTH_CORNERS = [61, 291];
const MID_LIPS = [0, 13, 14, 17];
const RIGHT_CORNER = 61;
const LEFT_CORNER = 291;
const CHIN = 152;

/** Writes `MEASURES` of the aligned points (x, y, z each) into `out`. */
export function measure(points: Float32Array, out: Float64Array): void {
  const eyes = height(points, EYE_CORNERS);
  const upperLid = height(points, UPPER_LID);
  const lowerLid = height(points, LOWER_LID);
  const noseBase = height(points, NOSE_BASE);
  const right = points[RIGHT_CORNER * 3];
  const left = points[LEFT_CORNER * 3];
  out[0] = height(points, INNER_BROW) - height(points, INNER_EYE);
  out[1] = height(points, OUTER_BROW) - height(points, OUTER_EYE);
  out[2] = (distance(points, 107, 336) + distance(points, 55, 285)) / 2;
  out[3] = upperLid - eyes;
  out[4] = lowerLid - eyes;
  out[5] = upperLid - lowerLid;
  out[6] = height(points, UNDER_EYE) - eyes;
  out[7] = height(points, NOSE_WINGS) - height(points, INNER_EYE);
  out[8] = height(points, UPPER_LIP) - noseBase;
  out[9] = distance(points, RIGHT_CORNER, LEFT_CORNER);
  out[10] = height(points, MOUTH_CORNERS) - height(points, MID_LIPS);
  out[11] = points[RIGHT_CORNER * 3 + 1] - points[LEFT_CORNER * 3 + 1];
  out[12] = points[13 * 3] * 2 - right - left;
  out[13] = distance(points, 0, 13) + distance(points, 14, 17);
  out[14] = (distance(points, 13, 14) + distance(points, 82, 87) + distance(points, 312, 317)) / 3;
  out[15] = points[2 * 3 + 1] - points[CHIN * 3 + 1];
  out[16] = points[17 * 3 + 1] - points[2 * 3 + 1];
}

function height(points: Float32Array, indices: readonly number[]): number {
  let sum = 0;
  for (const index of indices) sum += points[index * 3 + 1];
  return sum / indices.length;
}

function distance(points: Float32Array, a: number, b: number): number {
  return Math.hypot(
    points[a * 3] - points[b * 3],
    points[a * 3 + 1] - points[b * 3 + 1],
    points[a * 3 + 2] - points[b * 3 + 2],
  );
}
