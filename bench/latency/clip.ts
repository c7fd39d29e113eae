/** Rate of a clip's samples. */
export const CLIP_RATE_HZ = 16_000;

/** One I420 picture in the layout that WebRTC sources take: Y, then U, then V, without padding; width and height even. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What a caller plays in a loop; held decoded, so that playing costs no decoding. */
export interface Clip {
  /** What it is, for the report. */
  readonly title: string;
  /** Pictures with the time each is due, ascending from 0; empty for audio only. */
  readonly pictures: ReadonlyArray<{ readonly atMs: number; readonly picture: Picture }>;
  /** Mono at {@link CLIP_RATE_HZ}; empty for video only. */
  readonly samples: Int16Array;
  /** When it begins anew. */
  readonly lengthMs: number;
}

/** Copies a window out of a picture; `x`, `y`, `width` and `height` are even. */
export function cropPicture(from: Picture, x: number, y: number, width: number, height: number): Picture {
  const data = new Uint8Array((width * height * 3) / 2);
  let [read, written] = [0, 0];
  for (const half of [1, 2, 2]) {
    const stride = from.width / half;
    for (let row = y / half; row < (y + height) / half; row++) {
      const at = read + row * stride + x / half;
      data.set(from.data.subarray(at, at + width / half), written);
      written += width / half;
    }
    read += stride * (from.height / half);
  }
  return { width, height, data };
}
