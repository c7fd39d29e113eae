/** How far to trust a frame's face features. */
import type { HeadPose } from './alignment.ts';
import type { PictureQuality } from './expression.ts';
import type { VideoFrame } from '../../types.ts';

/** 0..1, the product of what the size, the pose, the picture, the tracker and the frame's border leave. */
export function judgeQuality(
  frame: VideoFrame,
  mesh: Float32Array,
  confidence: number,
  eyeDistancePx: number,
  pose: HeadPose,
  picture: PictureQuality,
): number {
  return (
    ramp(eyeDistancePx, 8, 30) *
    ramp(-Math.abs(pose.yaw), -1.1, -0.5) *
    ramp(-Math.abs(pose.pitch), -0.9, -0.45) *
    ramp(confidence, 0.4, 0.9) *
    ramp(picture.sharpness, 0.05, 0.2) *
    ramp(picture.contrast, 0.01, 0.06) *
    ramp(insideShare(frame, mesh), 0.6, 0.95)
  );
}

function insideShare(frame: VideoFrame, mesh: Float32Array): number {
  let inside = 0;
  for (let at = 0; at < mesh.length; at += 3) {
    if (mesh[at] >= 0 && mesh[at] < frame.width && mesh[at + 1] >= 0 && mesh[at + 1] < frame.height) inside++;
  }
  return (inside * 3) / mesh.length;
}

/** 0 at `none` and below, 1 at `full` and above. */
function ramp(value: number, none: number, full: number): number {
  return Math.max(0, Math.min(1, (value - none) / (full - none)));
}
