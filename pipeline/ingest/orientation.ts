/** Pictures that a file says to turn or mirror before they are shown. */
import type { VideoFrame } from '../types.ts';

/** A picture without its times. */
export type Picture = Pick<VideoFrame, 'width' | 'height' | 'y' | 'u' | 'v' | 'yStride' | 'uvStride' | 'release'>;

/** How to show a picture: the pixel at (x, y) goes to (a x + c y, b x + d y), shifted back into the frame. */
export interface Orientation {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export const UPRIGHT: Orientation = { a: 1, b: 0, c: 0, d: 1 };

/**
 * Reads FFmpeg's display matrix (nine 32-bit integers, row by row: a b u c d v x y w), snapped to quarter turns. A
 * matrix that is none of them means upright.
 */
export function orientationOf(matrix: Uint8Array | null): Orientation {
  if (matrix === null || matrix.length < 36) return UPRIGHT;
  const view = new DataView(matrix.buffer, matrix.byteOffset, matrix.byteLength);
  const [a, b, c, d] = [
    view.getInt32(0, true),
    view.getInt32(4, true),
    view.getInt32(12, true),
    view.getInt32(16, true),
  ];
  const sign = (value: number, other: number): number => (Math.abs(value) > Math.abs(other) ? Math.sign(value) : 0);
  const snapped = { a: sign(a, b), b: sign(b, a), c: sign(c, d), d: sign(d, c) };
  return Math.abs(snapped.a * snapped.d - snapped.b * snapped.c) === 1 ? snapped : UPRIGHT;
}

/** The picture upright; the very same object when there is nothing to do. */
export function turn(picture: Picture, orientation: Orientation): Picture {
  if (orientation.a === 1 && orientation.d === 1) return picture;
  const { width, height, uvStride } = picture;
  const uvHeight = (height + 1) >> 1;
  const swapped = orientation.a === 0;
  const turned = {
    width: swapped ? height : width,
    height: swapped ? width : height,
    yStride: swapped ? height : width,
    uvStride: swapped ? uvHeight : uvStride,
  };
  return {
    ...turned,
    y: turnPlane(picture.y, width, height, orientation),
    u: turnPlane(picture.u, uvStride, uvHeight, orientation),
    v: turnPlane(picture.v, uvStride, uvHeight, orientation),
  };
}

/** A plane whose stride is its width. */
function turnPlane(source: Uint8Array, width: number, height: number, { a, b, c, d }: Orientation): Uint8Array {
  const target = new Uint8Array(source.length);
  const stride = a === 0 ? height : width;
  const originX = (a < 0 ? width - 1 : 0) + (c < 0 ? height - 1 : 0);
  const originY = (b < 0 ? width - 1 : 0) + (d < 0 ? height - 1 : 0);
  const stepX = a + b * stride;
  const stepY = c + d * stride;
  let rowStart = originX + originY * stride;
  for (let y = 0, from = 0; y < height; y += 1, rowStart += stepY) {
    for (let x = 0, to = rowStart; x < width; x += 1, to += stepX, from += 1) target[to] = source[from];
  }
  return target;
}
