import { basename } from 'node:path';
import { openMediaFile, type VideoFrame } from '../../pipeline/index.ts';
import { BenchError } from '../bench-error.ts';
import { CLIP_RATE_HZ, type Clip, type Picture } from './clip.ts';

/** A clip is held decoded: of a longer or larger one, only the beginning is played. */
const MAX_LENGTH_MS = 30_000;
const MAX_PICTURE_BYTES = 256 * 2 ** 20;
/** No camera of a call gives more than 30 pictures a second; a little less, so that rounding in the file loses none. */
const FRAME_INTERVAL_US = 33_000;

/** Decodes a video, a picture or a sound file into memory, at most its first 30 s. Throws {@link BenchError} `media-unreadable`. */
export async function readClipFile(path: string): Promise<Clip> {
  try {
    return await decode(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError(
      'media-unreadable',
      `${path} cannot be played (${why}). Give a video, a picture or a sound file.`,
      cause,
    );
  }
}

async function decode(path: string): Promise<Clip> {
  const pictures: Array<{ atMs: number; picture: Picture }> = [];
  const samples = new Int16Array((MAX_LENGTH_MS / 1000) * CLIP_RATE_HZ);
  let [sampleCount, pictureBytes, lengthMs] = [0, 0, 0];
  let shownY: Uint8Array | undefined;
  const file = await openMediaFile(path, { sampleIntervalUs: FRAME_INTERVAL_US });
  try {
    for await (const { frame } of file.frames()) {
      const atMs = frame.captureUs / 1000;
      if (atMs >= MAX_LENGTH_MS || pictureBytes > MAX_PICTURE_BYTES) break;
      if ('samples' in frame) {
        const from = Math.round((atMs / 1000) * CLIP_RATE_HZ);
        for (const [index, sample] of frame.samples.entries())
          samples[from + index] = Math.max(-1, Math.min(1, sample)) * 32_767;
        sampleCount = Math.min(samples.length, from + frame.samples.length);
        lengthMs = Math.max(lengthMs, (sampleCount / CLIP_RATE_HZ) * 1000);
      } else if (frame.y !== shownY) {
        // A still picture comes again and again with the same planes: here it is one.
        shownY = frame.y;
        const picture = packPicture(frame);
        pictures.push({ atMs, picture });
        pictureBytes += picture.data.length;
        lengthMs = Math.max(lengthMs, atMs + 40);
      }
    }
  } finally {
    await file.close();
  }
  // Sound as long as the pictures, so that both begin anew together.
  const soundLength = pictures.length > 1 ? Math.round((lengthMs / 1000) * CLIP_RATE_HZ) : sampleCount;
  return {
    title: basename(path),
    pictures,
    samples: sampleCount === 0 ? new Int16Array(0) : samples.slice(0, soundLength),
    lengthMs,
  };
}

/** Copies a frame without its padding, and without a last odd row or column. */
function packPicture(frame: VideoFrame): Picture {
  const [width, height] = [frame.width - (frame.width % 2), frame.height - (frame.height % 2)];
  const data = new Uint8Array((width * height * 3) / 2);
  let written = 0;
  const planes = [
    { plane: frame.y, stride: frame.yStride, half: 1 },
    { plane: frame.u, stride: frame.uvStride, half: 2 },
    { plane: frame.v, stride: frame.uvStride, half: 2 },
  ];
  for (const { plane, stride, half } of planes) {
    for (let row = 0; row < height / half; row++) {
      data.set(plane.subarray(row * stride, row * stride + width / half), written);
      written += width / half;
    }
  }
  return { width, height, data };
}
