/** From FFmpeg's pictures to our own I420 pictures: scaled down, upright, in memory of their own. */
import { AV_PIX_FMT_YUV420P, SWS_BILINEAR } from 'node-av/constants';
import type { AVPixelFormat } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import { checkAv } from './av-decoder.ts';
import { turn, UPRIGHT } from './orientation.ts';
import type { Orientation, Picture } from './orientation.ts';

/** No face detector gains from more, and every pixel is copied. */
const DEFAULT_LONGEST_SIDE = 640;

type Size = { readonly width: number; readonly height: number };

export class PictureExporter {
  readonly #longestSide: number;
  #scaler: { readonly key: string; readonly context: SoftwareScaleContext; readonly target: Frame } | undefined;

  constructor(longestSide = DEFAULT_LONGEST_SIDE) {
    this.#longestSide = longestSide;
  }

  /** Copies the picture out; the receiver owns the planes (one buffer for all three). Throws AvError. */
  export(frame: Frame, orientation: Orientation = UPRIGHT): Picture {
    const size = targetSize(frame, this.#longestSide);
    const fits = size.width === frame.width && size.height === frame.height;
    const plain = frame.format === AV_PIX_FMT_YUV420P && fits && frame.linesize.every((stride) => stride >= 0);
    return turn(copyPlanes(plain ? frame : this.#scale(frame, size)), orientation);
  }

  /** Idempotent. */
  close(): void {
    this.#scaler?.context.freeContext();
    this.#scaler?.target.free();
    this.#scaler = undefined;
  }

  #scale(frame: Frame, size: Size): Frame {
    const key = `${frame.width}x${frame.height}/${frame.format}>${size.width}x${size.height}`;
    if (this.#scaler?.key !== key) {
      this.close();
      this.#scaler = { key, ...openScaler(frame, size) };
    }
    checkAv('cannot scale a picture', this.#scaler.context.scaleFrameSync(this.#scaler.target, frame));
    return this.#scaler.target;
  }
}

function openScaler(frame: Frame, { width, height }: Size): { context: SoftwareScaleContext; target: Frame } {
  const context = new SoftwareScaleContext();
  const format = frame.format as AVPixelFormat;
  context.getContext(frame.width, frame.height, format, width, height, AV_PIX_FMT_YUV420P, SWS_BILINEAR);
  const target = new Frame();
  target.alloc();
  target.format = AV_PIX_FMT_YUV420P;
  target.width = width;
  target.height = height;
  checkAv('no memory for a picture', target.allocBuffer());
  return { context, target };
}

/** Square pixels, even sides, the longest at most `longestSide`; never bigger than the picture is. */
function targetSize(frame: Frame, longestSide: number): Size {
  const { num, den } = frame.sampleAspectRatio;
  const aspect = num > 0 && den > 0 ? num / den : 1;
  const width = aspect < 1 ? frame.width * aspect : frame.width;
  const height = aspect > 1 ? frame.height / aspect : frame.height;
  const scale = Math.min(1, longestSide / Math.max(width, height));
  if (scale === 1 && aspect === 1) return frame;
  return { width: evenSide(width * scale), height: evenSide(height * scale) };
}

function evenSide(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}

function copyPlanes(frame: Frame): Picture {
  const { width, height } = frame;
  const uvStride = (width + 1) >> 1;
  const uvBytes = uvStride * ((height + 1) >> 1);
  const bytes = new Uint8Array(width * height + 2 * uvBytes);
  const y = bytes.subarray(0, width * height);
  const u = bytes.subarray(y.length, y.length + uvBytes);
  const v = bytes.subarray(y.length + uvBytes);
  const planes = frame.data ?? [];
  copyPlane(planes[0], frame.linesize[0], y, width);
  copyPlane(planes[1], frame.linesize[1], u, uvStride);
  copyPlane(planes[2], frame.linesize[2], v, uvStride);
  return { width, height, y, u, v, yStride: width, uvStride };
}

function copyPlane(
  source: Uint8Array | undefined,
  sourceStride: number | undefined,
  target: Uint8Array,
  stride: number,
): void {
  if (source === undefined || sourceStride === undefined) throw new TypeError('a decoded picture lacks a plane');
  if (sourceStride === stride) {
    target.set(source.subarray(0, target.length));
    return;
  }
  for (let from = 0, to = 0; to < target.length; from += sourceStride, to += stride) {
    target.set(source.subarray(from, from + stride), to);
  }
}
