/** Square crops of an I420 picture, scaled and turned, written straight into a net's planar input. */
import type { VideoFrame } from '../../types.ts';

/** A turned square of the picture, in pixels. */
export interface Region {
  readonly cx: number;
  readonly cy: number;
  /** Side of the square. */
  readonly size: number;
  /** Radians by which the square's own x axis is turned clockwise from the picture's. */
  readonly angle: number;
}

/** What lies outside of the picture: its nearest pixel, or black. */
export type Outside = 'edge' | 'black';

/**
 * Writes `side` x `side` RGB planes (BT.601, limited range) into `out`, each value `rgb / 255 * gain + offset`.
 * Luma is interpolated, chroma taken from the nearest sample: half-resolution colour carries no detail that a net would miss.
 */
export function cropRgb(
  frame: VideoFrame,
  region: Region,
  side: number,
  out: Float32Array,
  gain: number,
  offset: number,
  outside: Outside,
): void {
  const { width, height, y: lumaPlane, yStride, u, v, uvStride } = frame;
  const plane = side * side;
  const scale = gain / 255;
  const cos = (Math.cos(region.angle) * region.size) / side;
  const sin = (Math.sin(region.angle) * region.size) / side;
  const maxU = (width + 1) >> 1;
  const maxV = (height + 1) >> 1;
  for (let row = 0, at = 0; row < side; row++) {
    const down = row + 0.5 - side / 2;
    let x = region.cx - down * sin + (0.5 - side / 2) * cos - 0.5;
    let y = region.cy + down * cos + (0.5 - side / 2) * sin - 0.5;
    for (let column = 0; column < side; column++, at++, x += cos, y += sin) {
      if (outside === 'black' && (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5)) {
        out[at] = out[at + plane] = out[at + 2 * plane] = offset;
        continue;
      }
      const luma = 1.164384 * (bilinear(lumaPlane, yStride, width, height, x, y) - 16);
      const chroma = clampInt((y + 0.5) >> 1, maxV) * uvStride + clampInt((x + 0.5) >> 1, maxU);
      const cb = u[chroma] - 128;
      const cr = v[chroma] - 128;
      out[at] = clampByte(luma + 1.596027 * cr) * scale + offset;
      out[at + plane] = clampByte(luma - 0.391762 * cb - 0.812968 * cr) * scale + offset;
      out[at + 2 * plane] = clampByte(luma + 2.017232 * cb) * scale + offset;
    }
  }
}

/**
 * Writes one `side` x `side` grey plane into `out`, each value `grey / 255 * gain + offset`. Every pixel is the mean of
 * `taps` x `taps` samples: shrinking a face by more than two without it would fold its wrinkles into noise.
 */
export function cropGrey(
  frame: VideoFrame,
  region: Region,
  side: number,
  out: Float32Array,
  gain: number,
  offset: number,
  taps: number,
): void {
  const { width, height, y: luma, yStride } = frame;
  const scale = (gain * 1.164384) / 255 / (taps * taps);
  const cos = (Math.cos(region.angle) * region.size) / side / taps;
  const sin = (Math.sin(region.angle) * region.size) / side / taps;
  const half = (side * taps) / 2;
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at++) {
      let sum = 0;
      for (let tapRow = 0; tapRow < taps; tapRow++) {
        const down = row * taps + tapRow + 0.5 - half;
        for (let tap = 0; tap < taps; tap++) {
          const right = column * taps + tap + 0.5 - half;
          const x = region.cx + right * cos - down * sin - 0.5;
          sum += bilinear(luma, yStride, width, height, x, region.cy + right * sin + down * cos - 0.5) - 16;
        }
      }
      out[at] = sum * scale + offset;
    }
  }
}

/** Bilinear luma at a point given in pixel centres; beyond the border, the border. */
export function lumaAt(frame: VideoFrame, x: number, y: number): number {
  return bilinear(frame.y, frame.yStride, frame.width, frame.height, x, y);
}

/** The innermost loop of every crop: plain values, nothing to look up. */
function bilinear(luma: Uint8Array, stride: number, width: number, height: number, x: number, y: number): number {
  const px = x <= 0 ? 0 : x >= width - 1 ? width - 1 : x;
  const py = y <= 0 ? 0 : y >= height - 1 ? height - 1 : y;
  const x0 = px | 0;
  const y0 = py | 0;
  const fx = px - x0;
  const fy = py - y0;
  const x1 = x0 + 1 < width ? 1 : 0;
  const at = y0 * stride + x0;
  const below = y0 + 1 < height ? at + stride : at;
  const top = luma[at] + (luma[at + x1] - luma[at]) * fx;
  const bottom = luma[below] + (luma[below + x1] - luma[below]) * fx;
  return top + (bottom - top) * fy;
}

function clampInt(value: number, end: number): number {
  return value < 0 ? 0 : value >= end ? end - 1 : value;
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
