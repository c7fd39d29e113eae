/** What the picture shows and the mesh cannot: a furrow between the brows, a hand over the mouth. */
import type { VideoFrame } from '../../types.ts';
import { lumaAt } from './crop.ts';

/** Points of the lower face and their mirror images: of a face seen freely, the two halves look alike. */
const MIRROR_PAIRS: readonly (readonly [right: number, left: number])[] = [
  [32, 262],
  [36, 266],
  [39, 269],
  [49, 279],
  [50, 280],
  [57, 287],
  [72, 302],
  [83, 313],
  [85, 315],
  [92, 322],
  [95, 324],
  [97, 326],
  [98, 327],
  [101, 330],
  [123, 352],
  [126, 355],
  [134, 363],
  [135, 364],
  [136, 365],
  [138, 367],
  [147, 376],
  [148, 377],
  [149, 378],
  [150, 379],
  [169, 394],
  [170, 395],
  [176, 400],
  [187, 411],
  [192, 416],
  [202, 422],
  [203, 423],
  [204, 424],
  [205, 425],
  [207, 427],
  [208, 428],
  [210, 430],
  [213, 433],
  [214, 434],
  [216, 436],
  [239, 459],
];
/** Inner ends of both brows, lower and upper edge. */
const BROW_ENDS = [107, 55, 336, 285];
const RIGHT_BROW = 107;
const LEFT_BROW = 336;
/** Half a side of the square that stands for a point, in eye distances: pores and video noise average out. */
const SPOT = 0.03;
const FURROW_COLUMNS = 13;
const FURROW_ROWS = 9;
const FURROW_SPAN = 0.2;
/** Mean curvature of grey across the brows over mean grey: .03 on smooth skin, .11 when deeply knit. */
const SMOOTH_SKIN = 0.032;
const DEEP_FURROW = 0.06;

/**
 * Upright folds between the brows: 0 on smooth skin, about 1 when deeply knit. The mesh hardly moves with them.
 * Under 40 pixels of eye distance nothing of it is left to see, and the answer fades to 0.
 */
export function browFurrow(frame: VideoFrame, mesh: Float32Array, eyeDistancePx: number): number {
  const visible = Math.max(0, Math.min(1, (eyeDistancePx - 25) / 25));
  if (visible === 0) return 0;
  let [cx, cy] = [0, 0];
  for (const index of BROW_ENDS) {
    cx += mesh[index * 3] / BROW_ENDS.length;
    cy += mesh[index * 3 + 1] / BROW_ENDS.length;
  }
  const angle = Math.atan2(
    mesh[LEFT_BROW * 3 + 1] - mesh[RIGHT_BROW * 3 + 1],
    mesh[LEFT_BROW * 3] - mesh[RIGHT_BROW * 3],
  );
  const step = (eyeDistancePx * FURROW_SPAN) / (FURROW_COLUMNS - 1);
  const curvature = curvatureAcross(frame, cx, cy, Math.cos(angle) * step, Math.sin(angle) * step);
  return visible * ((curvature - SMOOTH_SKIN) / DEEP_FURROW);
}

const furrowRow = new Float64Array(FURROW_COLUMNS);

function curvatureAcross(frame: VideoFrame, cx: number, cy: number, stepX: number, stepY: number): number {
  let [sum, bend] = [0, 0];
  for (let row = 0; row < FURROW_ROWS; row++) {
    const down = (row - (FURROW_ROWS - 1) / 2) * 1.8;
    for (let column = 0; column < FURROW_COLUMNS; column++) {
      const right = column - (FURROW_COLUMNS - 1) / 2;
      furrowRow[column] = spot(frame, cx + right * stepX - down * stepY, cy + right * stepY + down * stepX, 1);
      sum += furrowRow[column];
    }
    for (let column = 2; column < FURROW_COLUMNS - 2; column++)
      bend += Math.abs(2 * furrowRow[column] - furrowRow[column - 2] - furrowRow[column + 2]);
  }
  const mean = sum / (FURROW_ROWS * FURROW_COLUMNS);
  return bend / (FURROW_ROWS * (FURROW_COLUMNS - 4)) / Math.max(16, mean);
}

/** Correlation -1..1 of the lower face's halves: .6-.9 when seen freely, under .4 with a hand before it. */
export function lowerFaceSymmetry(frame: VideoFrame, mesh: Float32Array, eyeDistancePx: number): number {
  const radius = Math.max(0.5, eyeDistancePx * SPOT);
  let [sumR, sumL, sumRR, sumLL, sumRL] = [0, 0, 0, 0, 0];
  for (const [right, left] of MIRROR_PAIRS) {
    const r = spot(frame, mesh[right * 3], mesh[right * 3 + 1], radius);
    const l = spot(frame, mesh[left * 3], mesh[left * 3 + 1], radius);
    [sumR, sumL, sumRR, sumLL, sumRL] = [sumR + r, sumL + l, sumRR + r * r, sumLL + l * l, sumRL + r * l];
  }
  const n = MIRROR_PAIRS.length;
  const spread = Math.sqrt(Math.max(0, sumRR - (sumR * sumR) / n) * Math.max(0, sumLL - (sumL * sumL) / n));
  // A grey level or so of contrast is no evidence of anything.
  return (sumRL - (sumR * sumL) / n) / (spread + n);
}

/** Mean luma of five samples about a point. */
function spot(frame: VideoFrame, x: number, y: number, radius: number): number {
  return (
    (lumaAt(frame, x, y) +
      lumaAt(frame, x - radius, y - radius) +
      lumaAt(frame, x + radius, y - radius) +
      lumaAt(frame, x - radius, y + radius) +
      lumaAt(frame, x + radius, y + radius)) /
    5
  );
}

/** Symmetry of a face in even light; side light lowers it for as long as it lasts. */
const USUAL_SYMMETRY = 0.75;
/** How far below its usual a half-hidden face's symmetry lies. */
const HIDDEN_DROP = 0.38;
const CLEAR_DROP = 0.15;
/** Side light stays and is got used to; a hand goes away again. Seconds. */
const ADAPT_S = 30;

/** Tells a hand before the face from a face that is lit from the side: by how suddenly the halves came to differ. */
export class OcclusionWatch {
  #usual = USUAL_SYMMETRY;

  /** @returns 0 free, 1 hidden. */
  push(symmetry: number, seconds: number): number {
    const drop = this.#usual - symmetry;
    const share = Math.min(1, seconds / (drop > 0 ? ADAPT_S : ADAPT_S / 6));
    this.#usual -= drop * share;
    return Math.max(0, Math.min(1, (drop - CLEAR_DROP) / (HIDDEN_DROP - CLEAR_DROP)));
  }

  reset(): void {
    this.#usual = USUAL_SYMMETRY;
  }
}
