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
  readonly #memory = new PictureMemory();
  #stage: Stage | undefined;

  constructor(longestSide = DEFAULT_LONGEST_SIDE) {
    this.#longestSide = longestSide;
  }

  /** Copies the picture out; the receiver owns the planes (one buffer for all three) until it releases them. Throws AvError. */
  export(frame: Frame, orientation: Orientation = UPRIGHT): Picture {
    const stage = this.#stageFor(frame, targetSize(frame, this.#longestSide));
    if (stage.scaler) checkAv('cannot scale a picture', stage.scaler.scaleFrameSync(stage.frame, frame));
    else checkAv('cannot copy a picture', stage.frame.copy(frame));
    return turn(copyPlanes(stage, this.#memory), orientation);
  }

  /** Idempotent. Pictures that were handed out stay. */
  close(): void {
    this.#memory.close();
    this.#closeStage();
  }

  #stageFor(frame: Frame, size: Size): Stage {
    const key = `${frame.width}x${frame.height}/${frame.format}>${size.width}x${size.height}`;
    if (this.#stage?.key === key) return this.#stage;
    this.#closeStage();
    this.#stage = openStage(frame, size, key);
    return this.#stage;
  }

  #closeStage(): void {
    this.#stage?.scaler?.freeContext();
    this.#stage?.frame.free();
    this.#stage = undefined;
  }
}

/**
 * Where FFmpeg puts pictures for us to copy. Looking at the decoder's own memory would hang a new view on every picture, which
 * V8 counts as that much memory until it collects it.
 */
interface Stage {
  readonly key: string;
  readonly frame: Frame;
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Uint8Array[];
  readonly strides: readonly number[];
  /** None where the decoder's pictures are as they are wanted. */
  readonly scaler: SoftwareScaleContext | undefined;
}

/**
 * Memory of pictures that were given back. Fresh memory for each would be megabytes a second, and V8 collects all of its
 * heap, on every core, when so much comes from outside of it.
 */
class PictureMemory {
  #free: Uint8Array[] = [];
  /** Of the pictures of now, in bytes; 0 once it is closed. What comes back of another size is not kept. */
  #size = 0;

  /** The content is whatever was there. `release` may be called twice. */
  take(size: number): { readonly bytes: Uint8Array; readonly release: () => void } {
    if (size !== this.#size) this.#free = [];
    this.#size = size;
    const bytes = this.#free.pop() ?? new Uint8Array(size);
    let lent = true;
    const release = (): void => {
      if (lent && size === this.#size) this.#free.push(bytes);
      lent = false;
    };
    return { bytes, release };
  }

  close(): void {
    this.#size = 0;
    // What a person showed is not left lying about.
    for (const bytes of this.#free) bytes.fill(0);
    this.#free = [];
  }
}

function openStage(source: Frame, { width, height }: Size, key: string): Stage {
  const format = source.format as AVPixelFormat;
  const plain = format === AV_PIX_FMT_YUV420P && width === source.width && height === source.height;
  const scaler = plain ? undefined : new SoftwareScaleContext();
  scaler?.getContext(source.width, source.height, format, width, height, AV_PIX_FMT_YUV420P, SWS_BILINEAR);
  const frame = new Frame();
  frame.alloc();
  frame.format = AV_PIX_FMT_YUV420P;
  frame.width = width;
  frame.height = height;
  checkAv('no memory for a picture', frame.allocBuffer());
  return { key, frame, width, height, planes: frame.data ?? [], strides: frame.linesize, scaler };
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

function copyPlanes({ width, height, planes, strides }: Stage, memory: PictureMemory): Picture {
  const uvStride = (width + 1) >> 1;
  const uvBytes = uvStride * ((height + 1) >> 1);
  const { bytes, release } = memory.take(width * height + 2 * uvBytes);
  const y = bytes.subarray(0, width * height);
  const u = bytes.subarray(y.length, y.length + uvBytes);
  const v = bytes.subarray(y.length + uvBytes);
  copyPlane(planes[0], strides[0], y, width);
  copyPlane(planes[1], strides[1], u, uvStride);
  copyPlane(planes[2], strides[2], v, uvStride);
  return { width, height, y, u, v, yStride: width, uvStride, release };
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
