/** The 468-point mesh of a face in a region (MediaPipe FaceMesh), and the region to look at next. */
import type { FaceNet } from '../../../models/index.ts';
import type { VideoFrame } from '../../types.ts';
import { cropRgb, type Region } from './crop.ts';

export const MESH_POINTS = 468;
/** Numbering: MediaPipe's canonical face mesh; right and left are the person's own. */
const RIGHT_EYE_OUTER = 33;
const LEFT_EYE_OUTER = 263;
const SIDE = 192;
/** MediaPipe's margin around the mesh's own box. */
const MARGIN = 1.5;

export interface Mesh {
  /** x, y, z of each point in picture pixels; z grows away from the camera and has its zero near the head's centre. */
  readonly points: Float32Array;
  /** The net's own belief that there is a face, 0..1. */
  confidence: number;
}

export function createMesh(): Mesh {
  return { points: new Float32Array(MESH_POINTS * 3), confidence: 0 };
}

/** Runs the net on the region and writes into `mesh`. */
export async function fitMesh(net: FaceNet, frame: VideoFrame, region: Region, mesh: Mesh): Promise<void> {
  const outputs = await net.run((input) => cropRgb(frame, region, SIDE, input, 1, 0, 'edge'));
  const raw = outputs['points'];
  const scale = region.size / SIDE;
  const cos = Math.cos(region.angle) * scale;
  const sin = Math.sin(region.angle) * scale;
  for (let at = 0; at < raw.length; at += 3) {
    const right = raw[at] - SIDE / 2;
    const down = raw[at + 1] - SIDE / 2;
    mesh.points[at] = region.cx + right * cos - down * sin;
    mesh.points[at + 1] = region.cy + right * sin + down * cos;
    mesh.points[at + 2] = raw[at + 2] * scale;
  }
  mesh.confidence = outputs['flag'][0];
}

/** Where the face is by its mesh: upright by the eye line, with the margin the mesh net wants. */
export function regionOf(points: Float32Array, margin = MARGIN): Region {
  const right = RIGHT_EYE_OUTER * 3;
  const left = LEFT_EYE_OUTER * 3;
  const angle = Math.atan2(points[left + 1] - points[right + 1], points[left] - points[right]);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < points.length; at += 3) {
    const x = points[at] * cos + points[at + 1] * sin;
    const y = points[at + 1] * cos - points[at] * sin;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  const x = (minX + maxX) / 2;
  const y = (minY + maxY) / 2;
  return { cx: x * cos - y * sin, cy: x * sin + y * cos, size: Math.max(maxX - minX, maxY - minY) * margin, angle };
}
