/** Finds a face in a whole picture (BlazeFace, MediaPipe's 256 x 256 "back" net). */
import type { FaceNet, NetOutputs } from '../../../models/index.ts';
import type { VideoFrame } from '../../types.ts';
import { cropRgb, type Region } from './crop.ts';

const SIDE = 256;
const VALUES = 16;
/** Below this the net fires on hands and furniture. */
const MIN_SCORE = 0.5;
/** The box runs from brow to chin; the mesh net wants the whole head (MediaPipe's scale). */
const HEAD_SCALE = 1.5;

/** Grids of the two heads: cells per side and anchors per cell, in the order of the net's rows. */
const HEADS = [
  { scores: 'scores16', boxes: 'boxes16', cells: 16, perCell: 2 },
  { scores: 'scores8', boxes: 'boxes8', cells: 8, perCell: 6 },
] as const;

/** The most prominent face as a region for the mesh net, turned by its eye line; undefined when there is none. */
export async function detectFace(net: FaceNet, frame: VideoFrame): Promise<Region | undefined> {
  const size = Math.max(frame.width, frame.height);
  const whole: Region = { cx: frame.width / 2, cy: frame.height / 2, size, angle: 0 };
  const outputs = await net.run((input) => cropRgb(frame, whole, SIDE, input, 2, -1, 'black'));
  return mostProminent(outputs, whole);
}

/** A tile shows one person: the largest and most central of the faces wins over somebody in the background. */
function mostProminent(outputs: NetOutputs, whole: Region): Region | undefined {
  let best: Region | undefined;
  let bestRank = 0;
  for (const head of HEADS) {
    const scores = outputs[head.scores];
    const boxes = outputs[head.boxes];
    for (let row = 0; row < scores.length; row++) {
      const score = 1 / (1 + Math.exp(-scores[row]));
      if (score < MIN_SCORE) continue;
      const region = decode(boxes, row, head.cells, head.perCell, whole);
      const away = Math.hypot(region.cx - whole.cx, region.cy - whole.cy) / whole.size;
      const rank = score * score * region.size * (1 - away);
      if (rank > bestRank) [best, bestRank] = [region, rank];
    }
  }
  return best;
}

function decode(boxes: Float32Array, row: number, cells: number, perCell: number, whole: Region): Region {
  const cell = Math.floor(row / perCell);
  const stride = SIDE / cells;
  const anchorX = ((cell % cells) + 0.5) * stride;
  const anchorY = (Math.floor(cell / cells) + 0.5) * stride;
  const at = row * VALUES;
  const scale = whole.size / SIDE;
  // Values: centre x, y, width, height, then x, y of the right eye, the left eye, nose, mouth, ears, all relative to the anchor.
  return {
    cx: whole.cx + (anchorX + boxes[at] - SIDE / 2) * scale,
    cy: whole.cy + (anchorY + boxes[at + 1] - SIDE / 2) * scale,
    size: Math.max(boxes[at + 2], boxes[at + 3]) * scale * HEAD_SCALE,
    angle: Math.atan2(boxes[at + 7] - boxes[at + 5], boxes[at + 6] - boxes[at + 4]),
  };
}
